"""The lines of news copy that are not its body: datelines, sign-offs, dates with their labels, advertisements.

Every pattern is anchored at the start or runs on RE2; none sees more than ``LINE_CHARS_MAX`` characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import re2

from worker.parsing.agencies import is_agency
from worker.parsing.article import Author, StatedTime
from worker.parsing.bylines import Byline, merge_people, signed
from worker.parsing.bylinewords import EMAIL
from worker.parsing.dates import printed_times

LINE_CHARS_MAX: Final = 400
DATE_LINE_CHARS_MAX: Final = 160
DATE_LINE_REST_MAX: Final = 90

Label = Literal["published", "modified", "none"]

_PUBLISHED: Final = re2.compile(
    r"(?i)(?:publish|posted|post date|first published|created|issued|released|ver[öo]ffentlicht|erschienen|"
    r"publiziert|"
    r"erstellt|stand|publi[ée]|mis en ligne|paru|publicad|pubblicat|opublikowan|gepubliceerd|publicerad|publisert|"
    r"publiceret|julkaistu|опубликован|опубліковано|입력|등록|승인|기사입력|작성|公開|掲載|配信|发布|yayın|publicat)"
)
_MODIFIED: Final = re2.compile(
    r"(?i)(?:updat|modif|edited|revised|corrected|last (?:changed|revised)|aktualisiert|ge[äa]ndert|bearbeitet|"
    r"mis [àa] jour|mise [àa] jour|actuali[sz]ad|aggiornat|atualizad|zaktualizowan|bijgewerkt|uppdaterad|oppdatert|"
    r"opdateret|päivitetty|обновлен|оновлено|изменен|수정|최종수정|更新|güncelle)"
)

_MONTH: Final = (
    r"(?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|January|February|March|MArch|April|June|July|August|"
    r"September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|janv|janvier|févr|"
    r"février|"
    r"mars|avril|juin|juil|juillet|août|sept|septembre|octobre|novembre|déc|décembre|ene|feb|abr|ago|dic|gen|mag|"
    r"giu|lug|"
    r"set|ott)"
)
_PLACE: Final = r"(?P<place>\pL[\pL\pM.'’\-]*(?:[ /\-]\pL[\pL\pM.'’\-]*){0,4}(?:,\s(?:\pL[\pL\pM.'’\-]*\s?){1,4})?)"
_DAY: Final = rf"(?P<day>,?\s(?:{_MONTH}\.?\s\d{{1,2}}|\d{{1,2}}\.?\s{_MONTH}\.?)(?:,?\s(?:19|20)\d\d)?)"
_SIGN: Final = r"\s?[(\[](?P<agency>[^()\[\]]{2,50})[)\]]"
_DASH: Final = r"\s?(?:--|—|–|-|\.–)"
_DATELINE: Final = re2.compile(rf"^{_PLACE}(?:{_DAY})?(?:{_SIGN})?{_DASH}(?:\s|$)")
_DATELINE_SIGNED: Final = re2.compile(rf"^{_PLACE}(?:{_DAY})?{_SIGN}\s?(?:{_DASH})?\s?")
_DATELINE_KOREAN: Final = re.compile(
    r"^[(\[](?P<place>[^()\[\]=]{2,40})\s?=\s?(?P<agency>[^()\[\]=]{2,20})[)\]]\s?(?P<names>[가-힣·,\s]{2,40}?)?\s?"
    r"(?:(?:선임|수습|인턴|전문|객원)?\s?(?:기자|특파원|통신원))?\s?=\s?"
)
_REPORTED: Final = re.compile(
    r"(?i)\b(?:(?:additional|with|further)\s)?(?:reporting|writing|written|compiled|reported|"
    r"report)(?:\sand\s(?:writing|editing))?"
    r"\sby:?\s"
)
_SIGN_OFF_LINE: Final = re2.compile(
    r"(?i)^[\s(\[*_—–-]{0,6}(?:(?:additional |with |further )?(?:reporting|writing|editing|compiled|written|"
    r"graphics|translat\w+)"
    r"(?: and (?:writing|editing))? by\b)"
)
_EDITED: Final = re.compile(
    r"(?i)[,;.]?\s(?:editing|edited|graphics|our standards|translat)\b.{0,30}?\bby\b.*$|[,;.]\s(?:editing|"
    r"edited)\b.*$"
)
_CLOCK_LEFT: Final = re.compile(
    r"(?i)\b(?:published|posted|updated|am|um|on|at|le|el)\b|\d{1,2}[:.h]\d\d(?:\s?[ap]\.?m\.?)?(?:\s?uhr)?|"
    r"\b\d+ \w+ ago\b"
)
_GLUED: Final = re.compile(r"([a-zà-ÿ])([A-Z][a-z]{2,8}\.? \d)")
"""``Jane DoeNovember 6, 2023``: two elements of a page without a space between them."""
_BY: Final = re.compile(r"(?i)(?:,?\s(?:and|und|with)\s)?\bby\s")
_ENDED: Final = re.compile(r"\s?\((?:END|끝)\)\s?$")
_PLACES: Final = re.compile(r"(?i)\s(?:in|at|on|from|aboard|near|outside)\s(?:the\s)?[A-Z][^,;]*?(?=(?:,|;|\sand\s|$))")

_NOISE: Final = re.compile(
    r"(?i)^(?:advertisement|advertisment|advertising|ad|anzeige|werbung|publicit[ée]|publicidad|pubblicit[àa]|"
    r"reklama|annons|"
    r"reklame|mainos|реклама|광고|story continues below advertisement|article continues (?:below|after).*|"
    r"continue reading(?: below| the main story)?|read more\b.{0,120}|read also\b.{0,120}|also read\b.{0,120}|"
    r"(?:lesen sie (?:auch|hier|mehr|dazu)|mehr dazu|weiterlesen|lire aussi|à lire aussi|lea tambi[ée]n|"
    r"leia (?:também|mais)|leggi anche|"
    r"lees ook|läs (?:också|mer)|les også|читайте также|czytaj też|czytaj także|관련기사|▶).{0,160}|"
    r"share(?: this)?(?: article| story)?|share on \w+|facebook|twitter|email|e-mail|whatsapp|linkedin|print|"
    r"tweet|pin it|"
    r"copy link|comments?|\d+ comments?|share this with|follow us(?: on .{0,40})?|sign up for .{0,120}|"
    r"subscribe(?: now| today)?.{0,60}|"
    r"\d{1,2}[- ]min(?:ute)?s? read|lesezeit:? .{0,20}|lesedauer:? .{0,20}|show chapters|toggle caption|hide caption|"
    r"\(?more to (?:come|follow)\)?|\(?end\)?|끝|\(끝\)|#{1,4}|-30-|\*{1,5}|url|view image|enlarge image|"
    r"click to enlarge)[.:]?$"
)


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A time printed on a line that is about time, with what the word before it makes of it."""

    label: Label
    time: StatedTime


@dataclass(frozen=True, kw_only=True)
class Dateline:
    """``said`` is the dateline as printed without its dash; ``rest`` what follows it."""

    said: str
    agency: str | None
    rest: str
    reporters: tuple[Author, ...] = ()


def dated(line: str, *, day_first: bool | None) -> list[Dated]:
    """The times of a line that states times and little else."""
    if len(line) > DATE_LINE_CHARS_MAX:
        return []
    found = list(printed_times(_GLUED.sub(r"\1 \2", line), day_first=day_first))
    taken = sum(item.end - item.start for item in found)
    if not found or len(line) - taken > DATE_LINE_REST_MAX:
        return []
    starts = [0, *(item.end for item in found)]
    return [
        Dated(label=_label(line[before : item.start]), time=item.time)
        for before, item in zip(starts, found, strict=False)
    ]


def without_times(line: str) -> str:
    """What a date line holds beside its times and their labels."""
    line = _GLUED.sub(r"\1 \2", line[:LINE_CHARS_MAX])
    for found in reversed(list(printed_times(line))):
        line = line[: found.start] + line[found.end :]
    return _CLOCK_LEFT.sub(" ", line).strip(" -–—|•·,:/")


def only_dated(line: str, found: list[Dated]) -> bool:
    """Whether the line may be taken out of the text: labelled, or hardly more than the date itself."""
    letters = sum(char.isalpha() for char in line)
    sentence = line.endswith(".") and len(line.split()) > 4  # "It was formed Dec 30, 1985."
    return any(item.label != "none" for item in found) or (letters <= 24 and not sentence)


def dateline(paragraph: str) -> Dateline | None:
    """``HELSINKI (AP) — …``, ``LOS ANGELES, Feb 26 - …``, ``Berlin (dpa) – …``, ``(서울=연합뉴스) 홍길동 기자 = …``."""
    start = paragraph[:LINE_CHARS_MAX]
    if match := _DATELINE_KOREAN.match(start):
        names = signed(re.sub(r"[·\s]+", ",", match["names"] or ""))
        return Dateline(
            said=match["place"].strip(),
            agency=match["agency"].strip(),
            rest=paragraph[match.end() :],
            reporters=names.people,
        )
    for pattern in (_DATELINE_SIGNED, _DATELINE):
        match = pattern.match(start)
        if match and (found := _checked(match, paragraph)):
            return found
    return None


def sign_off(paragraph: str) -> Byline | None:
    """Reporters named in ``(Reporting by A in Oslo and B; Editing by C)``; None for a paragraph that is no sign-off.

    Editors are left out; a sign-off of editors alone gives no people.
    """
    if len(paragraph) > 1_200 or not _SIGN_OFF_LINE.search(paragraph[:80]):
        return None
    people: list[Author] = []
    for part in paragraph.strip(" ()[]").split(";"):
        if _REPORTED.search(part):
            names = _PLACES.sub("", _EDITED.sub("", _REPORTED.sub(" , ", part)))
            people.extend(signed(_BY.sub(" , ", names)).people)
    return Byline(people=merge_people(people))


def trailing_email(paragraph: str) -> tuple[str, str] | None:
    """The paragraph without the reporter's address at its end, and the address."""
    paragraph = _ENDED.sub("", paragraph)
    start = max(0, len(paragraph) - 110)
    matches = list(EMAIL.finditer(paragraph, start))
    if not matches or matches[-1].end() < len(paragraph.rstrip(" )")):
        return None
    return paragraph[: matches[-1].start()].rstrip(" (|"), matches[-1].group()


def is_noise(line: str) -> bool:
    """Advertisement marks, share buttons and "read more" lines, in the languages of the corpora."""
    return len(line) <= 180 and bool(_NOISE.match(line))


def closing_agency(line: str) -> str | None:
    """`` Reuter`` or ``(Yonhap)`` alone on the last line."""
    bare = line.strip(" ()[].-–—")
    return bare if len(line) <= 40 and (is_agency(bare) or bare.casefold() == "reuter") else None


def _label(before: str) -> Label:
    """By the word nearest to the date."""
    published, modified = _last(_PUBLISHED, before), _last(_MODIFIED, before)
    if published == modified:
        return "none"
    return "published" if published > modified else "modified"


def _last(pattern: re.Pattern[str], value: str) -> int:
    return max((match.start() for match in _matches(pattern, value)), default=-1)


def _matches(pattern: re.Pattern[str], value: str) -> Iterator[re.Match[str]]:
    return pattern.finditer(value)


def _checked(match: re.Match[str], paragraph: str) -> Dateline | None:
    """A dateline has a place in capitals, or a date, or a news agency: a mere dash after a word is no dateline."""
    parts = match.groupdict()
    place, day, agency = parts["place"].strip(), parts["day"], parts["agency"]
    city = place.split(",")[0]
    capitals = city.isupper() and len(city) > 3  # "NBA - …" is no place
    if agency is not None and not is_agency(agency):
        return None
    if not (day or agency or (capitals and len(place) <= 50)) or not place[0].isupper():
        return None
    if agency is None and not capitals and not (len(city.split()) <= 3 and city.istitle()):
        return None
    return Dateline(said=(place + (day or "")).strip(), agency=agency, rest=paragraph[match.end() :].lstrip())

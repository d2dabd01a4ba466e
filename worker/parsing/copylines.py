"""The lines of news copy that are not its body: sign-offs, closing notes, dates with their labels, advertisements.

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
from worker.parsing.dates import printed_times

LINE_CHARS_MAX: Final = 400
DATE_LINE_CHARS_MAX: Final = 160
DATE_LINE_REST_MAX: Final = 90
LABEL_WORDS_MAX: Final = 3
NOTE_CHARS_MAX: Final = 300

Label = Literal["published", "modified", "none"]

_PUBLISHED: Final = re2.compile(
    r"(?i)(?:publish|posted|postad[oa]|post date|first published|created|issued|released|ver[öo]ffentlicht|erschienen|"
    r"publiziert|"
    r"erstellt|stand|publi[ée]|mis en ligne|paru|publicad|pubblicat|opublikowan|gepubliceerd|publicerad|publisert|"
    r"publiceret|julkaistu|опубликован|опубліковано|입력|등록|승인|기사입력|송고|작성|公開|掲載|配信|发布|yayın|publicat)"
)
_MODIFIED: Final = re2.compile(
    r"(?i)(?:updat|modif|edited|revised|corrected|last (?:changed|revised)|aktualisiert|ge[äa]ndert|bearbeitet|"
    r"mis [àa] jour|mise [àa] jour|actuali[sz]ad|aggiornat|atualizad|zaktualizowan|bijgewerkt|uppdaterad|oppdatert|"
    r"opdateret|päivitetty|обновлен|оновлено|изменен|수정|최종수정|更新|güncelle)"
)

_REPORTED: Final = re.compile(
    r"(?i)\b(?:(?:additional|with|further)\s){0,2}(?:(?:writing|editing)\sand\sadditional\s)?(?:reporting|writing|written|compiled|reported|"
    r"report)(?:\sand\s(?:writing|editing))?"
    r"\sby:?\s"
)
_SIGN_OFF_LINE: Final = re2.compile(
    r"(?i)^[\s(\[*_—–-]{0,6}(?:(?:additional |with |further )?(?:reporting|writing|editing|compiled|written|"
    r"graphics|translat\w+)"
    r"(?: and (?:additional )?(?:reporting|writing|editing))? by\b)"
)
_EDITED: Final = re.compile(
    r"(?i)[,;.]?\s(?:editing|edited|graphics|our standards|translat)\b.{0,30}?\bby\b.*$|[,;.]\s(?:editing|"
    r"edited)\b.*$"
)
_CLOCK_LEFT: Final = re.compile(
    r"(?i)\b(?:published|posted|updated|am|um|on|at|le|el)\b|\d{1,2}[:.h]\d\d(?:\s?[ap]\.?m\.?)?(?:\s?uhr)?|"
    r"\b\d+ \w+ ago\b"
)
_GLUED: Final = re.compile(
    r"(?<=[a-zà-ÿ一-龥ァ-ヶ])(?=[A-Z][a-z]{2,8}\.? \d|[12]\d{3}[-./]|\d{1,2} (?:minutes?|hours?|days?) ago)"
)
"""``Jane DoeNovember 6, 2023``: two elements of a page without a space between them."""
_BY: Final = re.compile(r"(?i)(?:,?\s(?:and|und|with)\s)?\bby\s")
_PLACES: Final = re.compile(r"(?i)\s(?:in|at|on|from|aboard|near|outside)\s(?:the\s)?[A-Z][^,;]*?(?=(?:,|;|\sand\s|$))")

_NOTE: Final = re2.compile(
    r"(?i)^[\[(*_—–\s-]{0,4}(?:"
    r".{2,200}\b(?:contributed|contributing) (?:reporting )?to (?:this|the) (?:report|story|article)s?"
    r"|(?:write|e-?mail|contact|reach|follow)(?: to)? (?:the )?(?:authors?|reporters?|writers?|editors?|newsroom|"
    r"him|her|them|us|me|\pL[\pL\pM.'’-]+(?: \pL[\pL\pM.'’-]+){0,3})\b"
    r".{0,60}(?:@|on twitter|on facebook|on instagram).{0,120}"
    r"|(?:mit material von|mit informationen von) .{2,60}"
    r"|[<\[(]?\s?(?:저작권자|copyrights?|©|ⓒ|\(c\)).{0,80}"
    r"(?:무단|금지|reserved|reproduc|redistribut|vorbehalten|réservés).{0,80}"
    r"|.{0,20}무단\s?(?:전재|복제).{0,30}금지.{0,20})[\s\])*.]{0,4}$"
)
"""Closing notes, whole lines."""
_NOISE: Final = re.compile(
    r"(?i)^(?:advertisement|advertisment|advertising|ad|anzeige|werbung|publicit[ée]|publicidad|pubblicit[àa]|"
    r"reklama|annons|"
    r"reklame|mainos|реклама|광고|story continues below advertisement|article continues (?:below|after).*|"
    r"continue reading(?: below| the main story)?|"
    r"share(?: this)?(?: article| story)?|share on \w+|facebook|twitter|email|e-mail|whatsapp|linkedin|print|"
    r"tweet|pin it|"
    r"copy link|comments?|\d+ comments?|share this with|follow us(?: on .{0,40})?|sign up for .{0,120}|"
    r"subscribe(?: now| today)?.{0,60}|"
    r"\d{1,2}[- ]min(?:ute)?s? read|lesezeit:? .{0,20}|lesedauer:? .{0,20}|show chapters|toggle caption|hide caption|"
    r"\(?more to (?:come|follow)\)?|\(?end\)?|끝|\(끝\)|#{1,4}|-30-|[_*=~–—·•-]{1,80}|"
    r"(?:[·•|–—-]\s?)?(?:updated|published|posted|modified)|url|view image|enlarge image|"
    r"click to enlarge)[.:]?$"
)


_AGO: Final = re.compile(
    r"(?i)(?<![^\W_])(?:\d{1,3}\s?(?:[smhdw]|mins?|hrs?|hours?|minutes?|days?|weeks?|months?|years?)\s?ago\b|"
    r"(?:an?|one|two|three)\s(?:hour|minute|day|week|month|year)s?\sago\b|(?:vor|il y a|hace|há)\s\d{1,3}\s[^\W\d_]|"
    r"\d{1,3}\s[^\W\d_]{1,9}\s(?:fa|geleden|siden|sedan|temu|назад|önce)\b|\d{1,3}\s?(?:분|시간|일|개월|년)\s?전|"
    r"\d{1,3}\s?(?:分|時間|日|小时|分钟|天|ヶ?月|年)前)"
)
"""A time told from the moment of copying: it marks the place of a date and gives none."""


_READ_MORE: Final = re.compile(
    r"(?i)^(?:(?:read (?:more|also)|also read)\b.{0,120}|"
    r"(?:lesen sie (?:auch|hier|mehr|dazu)|mehr dazu|weiterlesen|lire aussi|à lire aussi|lea tambi[ée]n|"
    r"leia (?:também|mais)|leggi anche|lees ook|läs (?:också|mer)|les også|читайте также|czytaj też|czytaj także|"
    r"관련기사|▶).{0,160})$"
)


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A time printed on a line that is about time, with what the word before it makes of it."""

    label: Label
    time: StatedTime


def dated(line: str, *, day_first: bool | None) -> list[Dated]:
    """The times of a line that states times and little else."""
    if len(line) > DATE_LINE_CHARS_MAX:
        return []
    found = list(printed_times(_GLUED.sub(" ", line), day_first=day_first))
    taken = sum(item.end - item.start for item in found)
    if not found or len(line) - taken > DATE_LINE_REST_MAX:
        return []
    starts = [0, *(item.end for item in found)]
    return [
        Dated(label=_label(line[before : item.start]), time=item.time)
        for before, item in zip(starts, found, strict=False)
    ]


def label_alone(line: str) -> Label:
    """What a line of one to three words that is a label and nothing else makes of the time on the next one."""
    alone = len(line.split()) <= LABEL_WORDS_MAX and not any(char.isdigit() for char in line)
    return _label(line) if alone else "none"


def is_ago(line: str) -> bool:
    """``2 hours ago``, ``vor 3 Stunden``: says where the date stands and not which day it is."""
    return len(line) <= DATE_LINE_CHARS_MAX and bool(_AGO.search(_GLUED.sub(" ", line)))


def without_times(line: str) -> str:
    """What a date line holds beside its times and their labels."""
    line = _GLUED.sub(" ", line[:LINE_CHARS_MAX])
    for found in reversed(list(printed_times(line))):
        line = line[: found.start] + line[found.end :]
    return " ".join(_CLOCK_LEFT.sub(" ", line).split()).strip(" -–—|•·,:/")


def only_dated(line: str, found: list[Dated]) -> bool:
    """Whether the line may be taken out of the text: labelled, or hardly more than the date itself."""
    letters = sum(char.isalpha() for char in line)
    sentence = line.endswith(".") and len(line.split()) > 4  # "It was formed Dec 30, 1985."
    return any(item.label != "none" for item in found) or (letters <= 24 and not sentence)


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
            people.extend(signed(_BY.sub(" , ", names), listed=True).people)
    return Byline(people=merge_people(people))


def is_note(paragraph: str) -> bool:
    """The newsroom's own words under an article: who contributed, whom to write to, whose the copyright is."""
    return len(paragraph) <= NOTE_CHARS_MAX and bool(_NOTE.search(paragraph))


def is_noise(line: str) -> bool:
    """Advertisement marks, share buttons and "read more" lines, in the languages of the corpora."""
    return len(line) <= 180 and bool(_NOISE.match(line) or _READ_MORE.match(line))


def is_read_more(line: str) -> bool:
    """A line that recommends another article: what stands below it is no longer about this one."""
    return len(line) <= 180 and bool(_READ_MORE.match(line))


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

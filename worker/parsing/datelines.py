"""Place, day and agency before the first sentence of copy, in the forms that agencies print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import re2

from worker.parsing.agencies import is_agency
from worker.parsing.article import Author
from worker.parsing.bylines import signed
from worker.parsing.credits import is_credit_name
from worker.parsing.korean import titled_names
from worker.parsing.shape import is_prose

START_CHARS_MAX: Final = 400
GLUED_CHARS_MAX: Final = 300

_MONTH: Final = (
    r"(?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|January|February|March|MArch|April|June|July|August|"
    r"September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|janv|janvier|févr|"
    r"février|"
    r"mars|avril|juin|juil|juillet|août|sept|septembre|octobre|novembre|déc|décembre|ene|feb|abr|ago|dic|gen|mag|"
    r"giu|lug|"
    r"set|ott)"
)
_PLACE: Final = (
    r"(?P<place>\pL[\pL\pM.'’\-]*(?:[ /\-]\pL[\pL\pM.'’\-]*){0,4}(?:,\s(?:\pL[\pL\pM.'’\-]*\s?){1,4})?"
    r"(?:/\s?[A-Z][A-Za-z., ]+){0,2})"
)
"""``BERLIN``, ``AUSTIN, Texas``, ``CULIACAN, Mexico/WASHINGTON``."""
_CAPITALS: Final = r"\p{Lu}[\p{Lu}.'’\-]+(?:[ /]\p{Lu}[\p{Lu}.'’\-]+){0,3}"
_DAY: Final = rf"(?P<day>,?\s(?:{_MONTH}\.?\s\d{{1,2}}|\d{{1,2}}\.?\s{_MONTH}\.?)(?:,?\s(?:19|20)\d\d)?)"
_SIGN: Final = r"\s?[(\[](?P<agency>[^()\[\]]{2,50})[)\]]"
_DASH: Final = r"\s?(?P<dash>--|—|–|-|\.–)"
_PLAIN: Final = re2.compile(rf"^{_PLACE}(?:{_DAY})?(?:{_SIGN})?{_DASH}(?:\s|$)")
_SIGNED: Final = re2.compile(rf"^{_PLACE}(?:{_DAY})?{_SIGN}\s?(?:{_DASH})?\s?")
_GLUED: Final = re2.compile(
    rf"^\s?(?:By\s(?P<names>\pL[^()\d]{{2,80}}?)\s?)?(?P<dateline>{_CAPITALS}{_DAY}{_SIGN}{_DASH}\s)"
)
_TITLED: Final = r"(?P<names>[가-힣·,\s]{2,40}?(?:기자|특파원|통신원))"
_BRACKET: Final = (
    r"[(\[【（](?P<place>[^()\[\]【】（）=＝]{1,40})\s?[=＝]\s?(?P<agency>[^()\[\]【】（）=＝]{2,20})[)\]】）]\s?"
)
_KOREAN: Final = re.compile(rf"^{_BRACKET}(?:{_TITLED}?\s?[=＝]\s?)?")
_KOREAN_INSIDE: Final = re.compile(rf"{_BRACKET}{_TITLED}\s?[=＝]\s?")
_NO_PLACE: Final = re.compile(r"사진|자료|영상|그래픽|출처|제공|기자|특파원|캡처|뉴시스\)")
_EAST_ASIAN: Final = re.compile("[가-힣ぁ-んァ-ヶ一-龥]")
_HEADS: Final = (
    "WATCH VIDEO VIDEOS UPDATE UPDATED OPINION EXCLUSIVE BREAKING ANALYSIS NEWS NOTE REVIEW LIVE LISTEN READ SPOILERS "
    "WARNING CORRECTION EDITORIAL COMMENT INTERVIEW NBA NFL NHL MLB USA UFC"
)
_KICKERS: Final = frozenset(_HEADS.split())
"""Words in capitals that head a line with a dash and name no place."""


@dataclass(frozen=True, kw_only=True)
class Dateline:
    """``said`` is the dateline as printed without its dash and agency; ``rest`` what follows, ``before`` what precedes
    it on the line (a headline without a line break)."""

    said: str
    agency: str | None
    rest: str
    reporters: tuple[Author, ...] = ()
    before: str = ""


def dateline(paragraph: str) -> Dateline | None:
    """``HELSINKI (AP) — …``, ``LOS ANGELES, Feb 26 - …``, ``Berlin (dpa) – …``, ``(서울=연합뉴스) 홍길동 기자 = …``."""
    start = paragraph[:START_CHARS_MAX]
    for pattern, search in ((_KOREAN, _KOREAN.match), (_KOREAN_INSIDE, _KOREAN_INSIDE.search)):
        if (match := search(start)) and (found := _korean(match, paragraph, inside=pattern is _KOREAN_INSIDE)):
            return found
    for pattern in (_SIGNED, _PLAIN):
        match = pattern.match(start)
        if match and (found := _checked(match, paragraph)):
            return found
    return None


def glued(paragraph: str, title: str) -> Dateline | None:
    """A paragraph that begins with its headline, byline and dateline without line breaks between them."""
    at = paragraph.find(title, 0, GLUED_CHARS_MAX + len(title)) if len(title) > 8 else -1
    if at < 0:
        return None
    end = at + len(title)
    match = _GLUED.match(paragraph[end : end + GLUED_CHARS_MAX])
    found = dateline(paragraph[end + match.end() - len(match["dateline"]) :]) if match else None
    if match is None or found is None:
        return None
    people = signed(match["names"] or "").people
    return Dateline(said=found.said, agency=found.agency, rest=found.rest, reporters=people)


def _korean(match: re.Match[str], paragraph: str, *, inside: bool) -> Dateline | None:
    place, agency = match["place"].strip(), match["agency"].strip()
    if not _EAST_ASIAN.search(place + agency):
        return None
    if _NO_PLACE.search(place) or _NO_PLACE.search(agency) or is_agency(place):
        return None
    named = titled_names(match["names"], spaced=True) if match["names"] else None
    rest, before = paragraph[match.end() :].lstrip(), paragraph[: match.start()].rstrip() if inside else ""
    return Dateline(said=place, agency=agency, rest=rest, reporters=named[1] if named else (), before=before)


def _checked(match: re.Match[str], paragraph: str) -> Dateline | None:
    """A dateline has a place in capitals, or a date, or an agency: a mere dash after a word is no dateline.

    The agency may be one that nobody knows, where a place in capitals or a day stands before it and a dash behind.
    """
    parts = match.groupdict()
    place, day, agency = parts["place"].strip(), parts["day"], parts["agency"]
    city, rest = place.split(",")[0], paragraph[match.end() :].lstrip()
    capitals = city.isupper() and _is_capitals(city, parts["dash"], agency, rest)
    known = agency is not None and is_agency(agency)
    if agency is not None and not known and not (parts["dash"] and (capitals or day) and is_credit_name(agency)):
        return None
    if not (day or agency or (capitals and len(place) <= 50)) or not place[0].isupper():
        return None
    if agency is None and not capitals and not (len(city.split()) <= 3 and city.istitle()):
        return None
    return Dateline(said=(place + (day or "")).strip(), agency=agency, rest=rest)


def _is_capitals(city: str, dash: str | None, agency: str | None, rest: str) -> bool:
    """Three letters ("VIK") are a place before an agency, or before a wire's long dash and running text."""
    if city in _KICKERS:
        return False
    return len(city) > 3 or agency is not None or (len(city) == 3 and dash in ("—", "--") and is_prose(rest))

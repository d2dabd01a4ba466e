"""How Korean copy names its reporters: by a title after the name (``홍길동 기자``), mostly within brackets.

No spaces mark names off and any two to four syllables are shaped like one, so a name is known by its surname: the list
holds those that cover nearly all Koreans (Statistics Korea, 2015).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from worker.parsing.article import Author
from worker.parsing.bylinewords import EMAIL

_SURNAMES: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유홍전고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추"
    "도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부가복태목형피두감음빈동온호범좌팽승간상갈라단시"
)
_SURNAMES_LONG: Final = ("남궁", "황보", "제갈", "선우", "사공", "서문", "독고")
_TITLE: Final = r"(?:기자|특파원|통신원|논설위원|해설위원|에디터|리포터|앵커|아나운서|PD)"
_TITLE_END: Final = re.compile(rf"{_TITLE}\s{{0,2}}[/|(<\[（:]?\s{{0,2}}$")
_MODIFIER: Final = re.compile(
    r"^(?:[가-힣]{1,8}(?:팀|부|국|전문|담당|센터|본부)|선임|수습|인턴|전문|객원|대학생|시민|명예|편집|사진|영상|취재|"
    rf"[가-힣]{{0,8}}{_TITLE})$"
)
_SYLLABLES: Final = re.compile(r"[가-힣]+|PD")
_BRACKET: Final = re.compile(
    rf"[\[【(（](?P<held>(?:[^\[\]【】()（）]|\([^()]{{1,12}}\)){{3,80}}?{_TITLE})\s?[/|,]?\s?(?P<email>{EMAIL.pattern})?\s?[\]】)）]"
)
_PLACE_FIRST: Final = re.compile(r"^[가-힣]{2},\s(?=[가-힣]{2,4}\s)")
"""``OUTLET=상암, 홍길동 기자``: a place of two syllables; several reporters are joined by a dot."""
_INTRODUCED: Final = re.compile(
    r"(?:^|[.\s\xa0\"”])(?P<name>[가-힣]{2,4})\s?기자(?:입니다|의\s(?:단독\s?)?보도입니다|"
    r"가\s(?:[가-힣]{1,8}\s){0,3}?(?:보도합니다|전합니다|전해드립니다|취재했습니다|보도해\s?드립니다))"
)
BYLINE_CHARS_MAX: Final = 70
INTRODUCED_CHARS_READ: Final = 20_000
NOT_NAMES_MAX: Final = 2
"""A desk and a rank may stand between name and title: ``홍길동 디지털팀 인턴 기자``."""


@dataclass(frozen=True, kw_only=True)
class BracketByline:
    """``[OUTLET=NAME 기자]`` with what stands before and after it in the paragraph."""

    before: str
    people: tuple[Author, ...]
    rest: str


def titled_names(text: str, *, spaced: bool = False) -> tuple[int, tuple[Author, ...]] | None:
    """The people whom a title at the end of ``text`` names, and where the first name begins.

    ``spaced``: names are joined by spaces too (a dateline holds nothing else).
    """
    start = max(0, len(text) - BYLINE_CHARS_MAX)
    if not _TITLE_END.search(text[-14:]):
        return None
    names: list[str] = []
    begin, skipped = len(text), 0
    for match in reversed(list(_SYLLABLES.finditer(text, start))):
        token = match.group()
        gap = text[match.end() : begin] if names else ""
        if names and gap.strip("·,・ ") != "":
            break
        if not names and _is_between(token, skipped):
            skipped += 1
            begin = match.start()
            continue
        token = _untitled(token)
        joined = spaced or bool(gap.strip())
        if not is_korean_name(token) or (names and not joined):
            break
        names.append(token)
        begin = match.start()
    people = tuple(Author(name=name) for name in reversed(names))
    return (begin, people) if people else None


def introduced(text: str) -> tuple[Author, ...]:
    """The reporter whom a broadcast's anchor introduces (``홍길동 기자입니다.``); nobody where there are several."""
    found = {match["name"] for match in _INTRODUCED.finditer(text[:INTRODUCED_CHARS_READ])}
    names = [name for name in found if is_korean_name(name)]
    return (Author(name=names[0]),) if len(names) == 1 else ()


def bracket_byline(paragraph: str) -> BracketByline | None:
    """The first bracket that holds a reporter's name and title, within the first 400 characters."""
    for match in _brackets(paragraph[:400]):
        held = _PLACE_FIRST.sub("", match["held"].rsplit("=", 1)[-1])
        found = titled_names(held)
        if found is None:
            continue
        people = found[1]
        if match["email"] and len(people) == 1:
            people = (Author(name=people[0].name, email=match["email"]),)
        return BracketByline(
            before=paragraph[: match.start()].strip(), people=people, rest=paragraph[match.end() :].strip()
        )
    return None


def _brackets(text: str) -> Iterator[re.Match[str]]:
    return _BRACKET.finditer(text)


def _is_between(token: str, skipped: int) -> bool:
    """A title, or the rank or desk that may stand before it."""
    titled = bool(_MODIFIER.match(token)) and not is_korean_name(_untitled(token))
    return titled or (0 < skipped <= NOT_NAMES_MAX and not is_korean_name(token))


def _untitled(token: str) -> str:
    return re.sub(rf"(?:인턴|수습|선임|전문)?{_TITLE}$", "", token) if len(token) > 3 else token


def is_korean_name(token: str) -> bool:
    """Two to four syllables that begin with a surname and are no desk or rank."""
    if token.startswith(_SURNAMES_LONG):
        return 3 <= len(token) <= 4
    return 2 <= len(token) <= 4 and token[0] in _SURNAMES and not _MODIFIER.match(token)

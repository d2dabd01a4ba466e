"""The end of copy: the reporter's address behind the last sentence, with or without the name before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from worker.parsing.article import Author
from worker.parsing.bylinewords import EMAIL
from worker.parsing.korean import is_korean_name, titled_names
from worker.parsing.text import comparable

END_CHARS_MAX: Final = 320
EMAILS_MAX: Final = 10

_ENDED: Final = re.compile(r"\s?\((?:END|끝)\)\s?$")
_AFTER: Final = re.compile(
    r"^[\s\])}>）】,.;/|]{0,6}(?:(?:X\s?\(트위터\)|트위터|페이스북|인스타그램|카카오톡|twitter|facebook|※|▶|ⓒ|"
    r"(?:영상|제작|그래픽|촬영|편집|취재|사진)\w{0,6}\s?:).{0,200})?$",
    re.DOTALL | re.IGNORECASE,
)
"""What may follow the address: its bracket, accounts in social networks, who filmed and cut."""
_NAMES_AFTER: Final = re.compile(r"^[\s/|(]{0,4}(?P<names>[가-힣·,\s]{2,40}(?:기자|특파원))\s?$")
_TITLED_END: Final = re.compile(
    r"(?<=[.!?”\"])\s{0,2}[\[【(（/]?\s?(?P<names>[가-힣·]{2,20}\s?(?:선임|수습|인턴)?\s?(?:기자|특파원))\s?[\]】)）]?\s?$"
)
_BETWEEN: Final = re.compile(r"^[\s,;/|·()<>\[\]]{0,6}$")
_OPENED: Final = re.compile(r"[\s/|(<\[（【:·]{0,6}$")
_SENTENCE_END: Final = re.compile(
    "(?:[.!?…。”\"'’\\])>】)]|[가-힣]|\\d{4}\\.\\s?\\d{1,2}\\.\\s?\\d{1,2}|\\d{3,4}-\\d{4})$"
)
"""A Korean text may end without a full stop, in a list, a phone number or the day of its picture."""
_CONTACT: Final = re.compile(
    r"(?i)(?:제보|문의|이메일|메일|접수|e-?mails?|mail|contacts?|kontakt|write to|at|to|via|info\w*)\W{0,4}$"
)
_PLACE: Final = re.compile(r"[가-힣A-Za-z·]{2,12}\s?[=｜|]\s?$")
_TIP_LINE: Final = re.compile(r"\s?[※■▶▷]\s?[^※■]{0,40}(?:제보|부고).{0,240}$", re.DOTALL)
"""``※ 제보는 …``: how readers reach the newsroom, behind the text."""
_ON_AIR: Final = re.compile(r"(?:뉴스|기자|[A-Z]{2,5})\s(?P<name>[가-힣]{2,4})입니다\.?[\s\[(]{0,4}$")
"""``OO뉴스 홍길동입니다.``: reporters on air say their names themselves."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """``rest`` is the paragraph without its reporters' names and addresses."""

    rest: str
    emails: tuple[str, ...]
    people: tuple[Author, ...] = ()


def ending(paragraph: str) -> Ending | None:
    """Addresses at the very end that sign the text; None where they belong to its last sentence.

    ``… 말했다.홍길동 기자 hong@example.com``, ``… she said. lind@example.org``, ``[ 홍길동 기자 / hong@… ]``.
    """
    paragraph = _without_tip_line(_ENDED.sub("", paragraph))
    start = max(0, len(paragraph) - END_CHARS_MAX)
    found = list(EMAIL.finditer(paragraph, start))[-EMAILS_MAX:]
    if not found:
        return _titled_ending(paragraph)
    after = paragraph[found[-1].end() :]
    named = _NAMES_AFTER.match(after)
    if not named and not _AFTER.match(after):
        return None
    first = len(found) - 1
    while first and _BETWEEN.match(paragraph[found[first - 1].end() : found[first].start()]):
        first -= 1
    before = paragraph[: found[first].start()]
    people = titled_names(named["names"].rstrip(), spaced=True) if named else titled_names(before)
    spoken = _ON_AIR.search(before[-40:])
    if people is None and spoken and is_korean_name(spoken["name"]):
        people = (len(before), (Author(name=spoken["name"]),))
    if people and not named:
        before = _PLACE.sub("", before[: people[0]])
    rest = _OPENED.sub("", before[-20:])
    rest = before[:-20] + rest if len(before) > 20 else rest
    if rest and not people and (_CONTACT.search(rest[-20:]) or not _SENTENCE_END.search(rest)):
        return None
    return Ending(rest=rest, emails=tuple(match.group() for match in found[first:]), people=people[1] if people else ())


def _titled_ending(paragraph: str) -> Ending | None:
    """``… 말했다. [홍길동 기자]``: the reporter behind the last sentence, without an address."""
    match = _TITLED_END.search(paragraph[-80:])
    people = titled_names(match["names"]) if match else None
    if match is None or people is None or people[0] > 0:
        return None
    return Ending(rest=paragraph[: len(paragraph) - len(match.group())].rstrip(), emails=(), people=people[1])


def _without_tip_line(paragraph: str) -> str:
    start = max(0, len(paragraph) - END_CHARS_MAX)
    return paragraph[:start] + _TIP_LINE.sub("", paragraph[start:])


def addressed(people: Sequence[Author], emails: Sequence[str]) -> tuple[Author, ...]:
    """The people with the addresses that follow the text.

    By their names in the address, else in order where there is one for each; a single address is the first one's.
    """
    left = [email for email in emails if all(person.email != email for person in people)]
    named: list[Author] = []
    for person in people:
        words = [comparable(word) for word in person.name.split()]
        own = next((email for email in left if person.email is None and _names(email, words)), None)
        if own is not None:
            left.remove(own)
        named.append(person if own is None else replace(person, email=own))
    without = [index for index, person in enumerate(named) if person.email is None]
    if left and without and (len(left) >= len(without) or (len(left) == 1 and len(without) == len(named))):
        for index, email in zip(without, left, strict=False):
            named[index] = replace(named[index], email=email)
    return tuple(named)


def _names(email: str, words: Sequence[str]) -> bool:
    local = comparable(email.partition("@")[0])
    return any(len(word) > 2 and word.isascii() and word in local for word in words)

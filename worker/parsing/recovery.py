"""Paragraphs that the reading of the body left out: running text of the same kind, in the same place of the page.

Long articles are laid out in several containers alike (a column between two advertisements each); an extractor that
settles on the best container then loses the others. Of the same kind are paragraphs whose containers share tag and
class. Inside one container an extractor drops short lines, items and headings for what they look like; what stands
there between two paragraphs that were read is text as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile, islice
from typing import Final

from lxml.html import HtmlElement

from worker.parsing.body import LISTED_ITEM
from worker.parsing.captions import caption_of
from worker.parsing.places import Places
from worker.parsing.text import comparable, one_line

PARAGRAPHS_MAX: Final = 3_000
PROSE_CHARS_MIN: Final = 80
LINKED_MAX: Final = 0.3
KIND_MATCHES_MIN: Final = 3
KIND_SHARE_MIN: Final = 0.5
"""A kind counts where it holds so many of the paragraphs that were read: others are quotations, boxes, lists."""
MISSING_MIN: Final = 2
"""A container of its own holds so many paragraphs at least; a single one is a notice."""
COMPARED: Final = 60
GAP_CHARS_MIN: Final = 12
GAP_CHARS_MAX: Final = 2_000

_LEAVES: Final = ("p", "li", "h2", "h3", "h4")
_LISTS: Final = frozenset({"ul", "ol", "li"})


@dataclass(frozen=True, kw_only=True)
class _Paragraph:
    text: str
    kind: tuple[str, str]
    container: HtmlElement
    read: bool
    prose: bool
    gap: bool
    """May be text where it stands between two paragraphs that were read."""


def recovered(paragraphs: list[str], root: HtmlElement, places: Places) -> list[str]:
    """``paragraphs`` with what is missing between and behind them, each in its place."""
    keys = {comparable(line)[:COMPARED]: index for index, line in enumerate(paragraphs)}
    whole = comparable("".join(paragraphs))
    found = list(_paragraphs(root, places, keys))
    kinds = Counter(paragraph.kind for paragraph in found if paragraph.read)
    read = sum(kinds.values())
    alike = {
        kind
        for kind, count in kinds.items()
        if kind[1] and count >= KIND_MATCHES_MIN and count >= read * KIND_SHARE_MIN
    }
    missing = Counter(paragraph.container for paragraph in found if paragraph.prose and paragraph.kind in alike)
    opened = {paragraph.container for paragraph in found if paragraph.read}
    ends = {paragraph.container: index for index, paragraph in enumerate(found) if paragraph.read}
    last = max(ends.values(), default=-1)
    begun: set[HtmlElement] = set()
    after: dict[int, list[str]] = {}
    place: int | None = None
    for index, paragraph in enumerate(found):
        if paragraph.read:
            place = keys[comparable(paragraph.text)[:COMPARED]]
            begun.add(paragraph.container)
        elif place is not None and paragraph.gap and paragraph.container in begun and index < ends[paragraph.container]:
            if comparable(paragraph.text) not in whole:  # its lines may stand there one by one
                after.setdefault(place, []).append(paragraph.text)
        elif place is None or not paragraph.prose or paragraph.kind not in alike:
            continue
        elif (paragraph.container in opened and index < last) or (
            paragraph.container not in opened and missing[paragraph.container] >= MISSING_MIN
        ):
            after.setdefault(place, []).append(paragraph.text)
    return [line for index, line in enumerate(paragraphs) for line in (line, *after.get(index, ()))]


def _paragraphs(root: HtmlElement, places: Places, read: dict[str, int]) -> Iterator[_Paragraph]:
    elements: Iterator[HtmlElement] = root.iter("h1", *_LEAVES)
    if places.heading is not None:
        elements = dropwhile(lambda element: element is not places.heading, elements)
    seen: set[str] = set()
    for element in islice(elements, PARAGRAPHS_MAX):
        parent = _container(element)
        if element.tag == "h1" or element is places.heading or parent is None:
            continue
        if element.tag != "p" and next(element.iterdescendants(*_LEAVES, "ul", "ol", "table"), None) is not None:
            continue
        text = one_line(element.text_content())
        key = comparable(text)[:COMPARED]
        if not key or key in seen:
            continue
        seen.add(key)
        known = key in read
        told = not known and _is_told(element, text, places)
        yield _Paragraph(
            text=f"{LISTED_ITEM}{text}" if element.tag == "li" else text,
            kind=(str(parent.tag), str(parent.get("class") or "")),
            container=parent,
            read=known,
            prose=told and element.tag == "p" and len(text) >= PROSE_CHARS_MIN,
            gap=told and GAP_CHARS_MIN <= len(text) <= GAP_CHARS_MAX,
        )


def _container(element: HtmlElement) -> HtmlElement | None:
    """What holds the paragraph; of an item, what holds its list."""
    return next((ancestor for ancestor in element.iterancestors() if ancestor.tag not in _LISTS), None)


def _is_told(element: HtmlElement, text: str, places: Places) -> bool:
    if places.elsewhere(element) or places.in_picture(element) or caption_of(text):
        return False
    return _linked(element.iter("a")) <= len(text) * LINKED_MAX


def _linked(links: Iterator[HtmlElement]) -> int:
    return sum(len(one_line(link.text_content())) for link in links)

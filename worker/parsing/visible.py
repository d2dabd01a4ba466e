"""What a page shows to readers around its body: headline, byline, times, captions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, cast

import re2
from lxml import etree
from lxml.html import HtmlElement

from worker.parsing.article import StatedTime
from worker.parsing.authorship import shown_authors
from worker.parsing.captions import caption_lines
from worker.parsing.claims import Claims
from worker.parsing.copylines import dated
from worker.parsing.dates import stated_time
from worker.parsing.furniture import BOX_MARK
from worker.parsing.headings import LEAD_MARK, standfirst
from worker.parsing.markup import text_lines
from worker.parsing.places import Places
from worker.parsing.text import CAPTION_CHARS_MAX, LISTED_MAX, short_line, unique

_CARRIERS: Final = etree.XPath("//*[@class or @id or @rel or @data-testid] | //h1 | //h2")
_MARKS: Final = {
    "byline": re.compile(
        r"[bB]y-?_?[lL]ine|[aA]uthor|[aA]utor|[aA]uteur|[wW]riter|journalist|[rR]edact|signature|[rR]eporter"
    ),
    "standfirst": re.compile(r"(?i)stand-?first|(?:^|[\s_-])sub-?(?:title|headline)|(?:^|[\s_-])dek(?:\s|$)"),
    "lead": LEAD_MARK,
    "box": BOX_MARK,
    "date": re.compile(r"[dD]ate|[tT]ime|[pP]ublish|[pP]osted|[dD]atum|fecha|\bmeta"),
    "caption": re.compile(
        r"(?<!text-)(?<!typo-)(?<!type-)[cC]aption|legende|[bB]ild(?:unter|text)|img-?(?:desc|info)|"
        r"image-?(?:text|info|desc)|photo-?(?:text|info|desc|legend)|media-?[sS]ubtitle|pie-?de-?foto|didascalia"
    ),
}
_ANY_MARK: Final = re2.compile("|".join(re.sub(r"\(\?<!.*?\)", "", f"(?:{mark.pattern})") for mark in _MARKS.values()))
"""Whatever matches a mark matches this (RE2 knows no lookbehind): most names match none, and are asked once."""
_CHANGED: Final = re.compile(r"(?i)updat|modif|aktualis|mis à jour|수정|geändert|actualizad|aggiornat")
_TIMES: Final = ("time", "relative-time", "time-ago", "local-time")
"""HTML's element, and the custom ones (github/relative-time-element) that carry its ``datetime``."""
ELEMENTS_MAX: Final = 60
NAMES_CHARS_MAX: Final = 300

_NAMING: Final = frozenset({"class", "id", "rel", "data-testid"})

Marked = dict[str, list[HtmlElement]]


_HEADINGS: Final = frozenset({"h1", "h2", "h3"})
"""Class names of type sizes say "caption" too: a heading is none."""
_ABOUT_AUTHOR: Final = re.compile(
    r"(?i)(?:about the (?:author|writer)|über (?:den autor|die autorin)|zum autor|zur autorin|à propos de l[’']aut|"
    r"sobre (?:el|la|o|a) autora?)s?\b"
)
"""A box beside the picture of whoever wrote the article."""


def shown(root: HtmlElement, marked: Marked, title: str | None, places: Places, day_first: bool | None) -> Claims:
    """``title`` is the headline shown."""
    byline = shown_authors(marked["byline"], root, places)
    published, modified = _times(root, marked["date"], places, day_first)
    return Claims(
        origin="page",
        title=title,
        subtitle=standfirst(
            element for element in islice(marked["standfirst"], ELEMENTS_MAX) if not places.elsewhere(element)
        ),
        authors=byline.people,
        agency=byline.desk,
        published=published,
        modified=modified,
        captions=unique(_captions(root, marked["caption"], places), LISTED_MAX),
    )


@lru_cache(maxsize=16_384)
def _kinds(names: str) -> tuple[str, ...]:
    """The kinds of mark in one attribute. Pages repeat theirs by the hundred: kept, this costs a quarter."""
    if not _ANY_MARK.search(names):
        return ()
    return tuple(kind for kind, pattern in _MARKS.items() if pattern.search(names))


def marked_elements(root: HtmlElement, places: Places) -> Marked:
    """Elements by what class, id or rel names them for, in one pass: ``contains`` in XPath cost 8 ms a page.

    Bylines beside the headline go first, then those behind it: before it stand those of other articles more often.
    """
    found: Marked = defaultdict(list)
    before = 0
    for element in cast("list[HtmlElement]", _CARRIERS(root)):
        if element is places.heading:
            before = len(found["byline"])
        kinds: tuple[str, ...] = ()
        for name, value in element.items():
            if name in _NAMING:
                kinds += _kinds(value[:NAMES_CHARS_MAX])
        for kind in dict.fromkeys(kinds):
            found[kind].append(element)
    found["byline"] = sorted(
        [*found["byline"][before:], *found["byline"][:before]], key=lambda element: not places.near(element)
    )
    return found


def _times(
    root: HtmlElement, marked: Sequence[HtmlElement], places: Places, day_first: bool | None
) -> tuple[StatedTime | None, StatedTime | None]:
    """The first time of publication that the page shows, and the first of a change."""
    published = modified = None
    for element in islice(root.iter(*_TIMES), ELEMENTS_MAX):
        if places.elsewhere(element):
            continue
        time = stated_time(
            element.get("datetime") or short_line(element.text_content()[:400], 64) or "", day_first=day_first
        )
        if time is None:
            continue
        if _CHANGED.search(f"{element.get('class') or ''} {element.get('itemprop') or ''} {_before(element)}"):
            modified = modified or time
        else:
            published = published or time
    return (published, modified) if published else _marked_dates(marked, modified, places, day_first)


def _marked_dates(
    elements: Iterable[HtmlElement], modified: StatedTime | None, places: Places, day_first: bool | None
) -> tuple[StatedTime | None, StatedTime | None]:
    for element in islice(elements, ELEMENTS_MAX * 2):
        text = short_line(element.text_content()[:1_000], 200)
        if not text or not any(char.isdigit() for char in text) or places.elsewhere(element):
            continue
        for found in dated(text, day_first=day_first):
            if found.label != "modified":
                return found.time, modified
            modified = modified or found.time
    return None, modified


def _before(element: HtmlElement) -> str:
    """The words that stand directly before an element: its label."""
    previous, parent = element.getprevious(), element.getparent()
    text = "" if previous is None else (previous.tail or previous.text_content()[:60])
    return text if text.strip() or parent is None else (parent.text or "")[:60]


def _captions(root: HtmlElement, marked: Sequence[HtmlElement], places: Places) -> Iterator[str]:
    """Figure captions, and what is marked as one beside a picture; outermost only."""
    seen: set[HtmlElement] = set()
    figures = list(islice(root.iter("figcaption"), LISTED_MAX))
    for element in [*figures, *(element for element in islice(marked, LISTED_MAX * 2) if _has_picture(element))]:
        if (
            element in seen
            or element.tag in _HEADINGS
            or any(ancestor in seen for ancestor in element.iterancestors())
            or places.elsewhere(element)
        ):
            continue
        seen.add(element)
        caption = caption_lines("\n".join(text_lines(element)))
        if caption and _ABOUT_AUTHOR.match(caption):
            continue
        if caption and len(caption) <= CAPTION_CHARS_MAX and not (dated(caption, day_first=None) and len(caption) < 90):
            yield caption


def _has_picture(element: HtmlElement) -> bool:
    """In the element or at most two levels above it. Class names also call small print a "caption"."""
    around = [element, *islice(element.iterancestors(), 2)]
    return any(next(level.iter("img", "picture", "figure", "video"), None) is not None for level in around)

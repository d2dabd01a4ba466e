"""What a page shows to readers around its body: headline, byline, times, captions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, cast

from lxml import etree
from lxml.html import HtmlElement

from worker.parsing.article import Author, StatedTime
from worker.parsing.bylines import Byline, is_person, merge_people, printed_byline, signed, tidy_name
from worker.parsing.captions import caption_lines
from worker.parsing.claims import Claims
from worker.parsing.copylines import dated
from worker.parsing.dates import stated_time
from worker.parsing.headings import headline, standfirst
from worker.parsing.markup import text_lines
from worker.parsing.text import (
    CAPTION_CHARS_MAX,
    LISTED_MAX,
    NAME_CHARS_MAX,
    comparable,
    short_line,
    unique,
)
from worker.parsing.urls import web_url

_CARRIERS: Final = etree.XPath("//*[@class or @id or @rel or @data-testid]")
_MARKS: Final = {
    "byline": re.compile(
        r"[bB]y-?_?[lL]ine|[aA]uthor|[aA]utor|[aA]uteur|[wW]riter|journalist|[rR]edact|signature|[rR]eporter"
    ),
    "standfirst": re.compile(r"(?i)stand-?first|(?:^|[\s_-])sub-?(?:title|headline)|(?:^|[\s_-])dek(?:\s|$)"),
    "date": re.compile(r"[dD]ate|[tT]ime|[pP]ublish|[pP]osted|[dD]atum|fecha|\bmeta"),
    "caption": re.compile(
        r"(?<!text-)(?<!typo-)(?<!type-)[cC]aption|legende|[bB]ild(?:unter|text)|img-desc|image-text"
    ),
}
_ELSEWHERE: Final = re.compile(
    r"(?i)(?:^|\s)(?:js-|c-|o-|m-)?(?:comments?(?:-(?:list|area|section|body|content))?|kommentare?|related[\w-]*|"
    r"sidebar|"
    r"side-bar|footer|site-footer|promo[\w-]*|teasers?|recommend[\w-]*|popular[\w-]*|newsletter[\w-]*|trending[\w-]*|"
    r"more-[\w-]*|most-[\w-]*|latest[\w-]*|outbrain\w*|taboola\w*|nav|navbar|menu|carousel[\w-]*)(?:\s|$)"
)
"""Whole class names: ``withSidebar`` lays out the article, ``sidebar`` is beside it."""
_CHANGED: Final = re.compile(r"(?i)updat|modif|aktualis|mis à jour|수정|geändert|actualizad|aggiornat")
BYLINE_CHARS_MAX: Final = 240
ELEMENTS_MAX: Final = 60

Marked = dict[str, list[HtmlElement]]


def shown(root: HtmlElement, titles: Sequence[str], site: Sequence[str], day_first: bool | None) -> Claims:
    """``titles`` are those stated for machines, ``site`` the names that the site goes by."""
    marked = _marked(root)
    people, desk = _byline(marked["byline"])
    published, modified = _times(root, marked["date"], day_first)
    return Claims(
        origin="page",
        title=headline(root, titles, site),
        subtitle=standfirst(
            element for element in islice(marked["standfirst"], ELEMENTS_MAX) if not _is_elsewhere(element)
        ),
        authors=people,
        agency=desk,
        published=published,
        modified=modified,
        captions=unique(_captions(root, marked["caption"]), LISTED_MAX),
    )


def _marked(root: HtmlElement) -> Marked:
    """Elements by what class, id or rel names them for, in one pass: ``contains`` in XPath cost 8 ms a page."""
    found: Marked = defaultdict(list)
    for element in cast("list[HtmlElement]", _CARRIERS(root)):
        get = element.get
        names = f"{get('class')} {get('id')} {get('rel')} {get('data-testid')}"
        for kind, pattern in _MARKS.items():
            if pattern.search(names):
                found[kind].append(element)
    return found


def _byline(elements: Iterable[HtmlElement]) -> tuple[tuple[Author, ...], str | None]:
    """From the first element marked as byline that holds people, and those that follow it at once."""
    people: list[Author] = []
    desk = None
    for element in one_place(islice(elements, ELEMENTS_MAX)):
        text = short_line(element.text_content()[: BYLINE_CHARS_MAX * 4], BYLINE_CHARS_MAX + 1)
        if not text or len(text) > BYLINE_CHARS_MAX:
            continue
        byline = printed_byline(text) or _marked_byline(text, element)
        desk = desk or byline.desk
        people.extend(_linked(byline.people, element))
    return merge_people(people), desk


def one_place(elements: Iterable[HtmlElement], *, trusted: bool = False) -> Iterator[HtmlElement]:
    """The first element of the article itself that holds a name, and those that share its place.

    Beyond its grandparent begin the authors of other articles, and of pictures. ``trusted``: a machine says that they
    are names.
    """
    anchor: HtmlElement | None = None
    for element in elements:
        if _is_elsewhere(element):
            continue
        if anchor is None:
            text = short_line(
                element.text_content()[: BYLINE_CHARS_MAX * 4] or element.get("content"), BYLINE_CHARS_MAX + 1
            )
            if not text or len(text) > BYLINE_CHARS_MAX:
                continue
            if trusted or (printed_byline(text) or _marked_byline(text, element)).people:
                anchor = _grandparent(element)
        elif anchor not in element.iterancestors():
            return
        yield element


def _grandparent(element: HtmlElement) -> HtmlElement:
    """Where the other authors of the same article stand; beyond it begin the authors of other articles."""
    parent = element.getparent()
    above = element if parent is None else parent.getparent()
    return element if above is None or above.tag in ("body", "html") else above


def _marked_byline(text: str, element: HtmlElement) -> Byline:
    """Names without ``By``: each in an element of its own, or all in one text."""
    leaves = [leaf for leaf in islice(element.iter("a", "span", "strong"), 30) if len(leaf) == 0]
    names = [name for name in (tidy_name(leaf.text_content()[:200]) for leaf in leaves) if is_person(name)]
    if names:
        return Byline(people=merge_people(Author(name=name) for name in names))
    rel = element.get("rel") or ""
    return signed(text, trusted="author" in rel and len(text) <= 40)


def _linked(people: tuple[Author, ...], element: HtmlElement) -> Iterator[Author]:
    """With the profile that the name links to, and the address beside it when there is one person."""
    links = [element] if element.tag == "a" else list(islice(element.iter("a"), 20))
    mails = [
        (link.get("href") or "")[7:].split("?")[0] for link in links if (link.get("href") or "").startswith("mailto:")
    ]
    for person in people:
        key = comparable(person.name)
        hrefs = (link.get("href") for link in links if key in comparable(link.text_content()[:200]))
        url = next(filter(None, (web_url(href) for href in hrefs)), None)
        mail = mails[0][:NAME_CHARS_MAX] if len(mails) == 1 and len(people) == 1 and "@" in mails[0] else None
        yield replace(person, email=person.email or mail, url=url)


def _times(
    root: HtmlElement, marked: Sequence[HtmlElement], day_first: bool | None
) -> tuple[StatedTime | None, StatedTime | None]:
    """The first time of publication that the page shows, and the first of a change."""
    published = modified = None
    for element in islice(root.iter("time"), ELEMENTS_MAX):
        if _is_elsewhere(element):
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
    return (published, modified) if published else _marked_dates(marked, modified, day_first)


def _marked_dates(
    elements: Iterable[HtmlElement], modified: StatedTime | None, day_first: bool | None
) -> tuple[StatedTime | None, StatedTime | None]:
    for element in islice(elements, ELEMENTS_MAX * 2):
        text = short_line(element.text_content()[:1_000], 200)
        if not text or not any(char.isdigit() for char in text) or _is_elsewhere(element):
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


def _captions(root: HtmlElement, marked: Sequence[HtmlElement]) -> Iterator[str]:
    """Figure captions, and what is marked as one beside a picture; outermost only."""
    seen: set[HtmlElement] = set()
    figures = list(islice(root.iter("figcaption"), LISTED_MAX))
    for element in [*figures, *(element for element in islice(marked, LISTED_MAX * 2) if _has_picture(element))]:
        if element in seen or any(ancestor in seen for ancestor in element.iterancestors()) or _is_elsewhere(element):
            continue
        seen.add(element)
        caption = caption_lines("\n".join(text_lines(element)))
        if caption and len(caption) <= CAPTION_CHARS_MAX and not (dated(caption, day_first=None) and len(caption) < 90):
            yield caption


def _has_picture(element: HtmlElement) -> bool:
    """In the element or at most two levels above it. Class names also call small print a "caption"."""
    around = [element, *islice(element.iterancestors(), 2)]
    return any(next(level.iter("img", "picture", "figure", "video"), None) is not None for level in around)


def _is_elsewhere(element: HtmlElement) -> bool:
    """Inside a part of the page that belongs to other articles, readers or the site."""
    footer = False
    for ancestor in element.iterancestors():
        if ancestor.tag in ("nav", "aside"):
            return True
        if ancestor.tag in ("article", "main"):
            return False
        footer = footer or ancestor.tag == "footer"
        if _ELSEWHERE.search(f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"[:300]):
            return True
    return footer

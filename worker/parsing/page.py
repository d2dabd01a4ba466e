"""A web page to layers of claims: what it states for machines, what it shows, and its body. One parse, one tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import lxml.html
from lxml import etree

from shared.schema import RawArticle
from worker.parsing import flags, jsonld, meta, walls
from worker.parsing.article import Author, StatedTime
from worker.parsing.body import page_paragraphs, without
from worker.parsing.bylines import merge_people, printed_byline, signed
from worker.parsing.captions import caption_lines
from worker.parsing.claims import Claims
from worker.parsing.copylines import dated, dateline, is_noise, sign_off
from worker.parsing.dates import stated_time
from worker.parsing.markup import text_lines, tree_of
from worker.parsing.text import (
    CAPTION_CHARS_MAX,
    LISTED_MAX,
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    comparable,
    short_line,
    unique,
)
from worker.parsing.titles import chosen_headline, cleaned_title
from worker.parsing.urls import day_in_url, site_words, web_url

_BYLINES: Final = etree.XPath(
    "//a[@rel='author' or contains(@rel, 'author')]"
    "|//*[self::a or self::span or self::p or self::div or self::address or self::li or self::h2 or self::h3 or "
    "self::h4 or self::h5 or self::h6 or self::strong or self::em or self::cite or self::section]"
    "[contains(@class,'byline') or contains(@class,'Byline') or contains(@class,'author') or contains(@class,'Author') "
    "or contains(@class,'autor') or contains(@class,'auteur') or contains(@id,'byline') or contains(@id,'author') "
    "or contains(@data-testid,'yline') or contains(@data-testid,'uthor') or contains(@class,'writer') "
    "or contains(@class, 'journalist') or contains(@class,'redact') or contains(@class,'signature')]"
)
_TIMES: Final = etree.XPath("//time|//*[@pubdate]")
_DATES: Final = etree.XPath(
    "//*[self::span or self::p or self::div or self::li or self::small or self::em or self::h6]"
    "[contains(@class,'date') or contains(@class,'Date') or contains(@class,'time') or contains(@class,'Time') "
    "or contains(@class,'publish') or contains(@class,'posted') or contains(@class,'datum') or contains(@class,'fecha') "
    "or contains(@id,'date')]"
)
_CAPTIONS: Final = etree.XPath(
    "//figcaption|//*[self::p or self::div or self::span or self::dd or self::em or self::small]"
    "[contains(@class,'caption') or contains(@class,'Caption') or contains(@class,'legende') or contains(@class, 'bildunterschrift')]"
)
_ELSEWHERE: Final = re.compile(
    r"(?i)comment|related|sidebar|footer|promo|teaser|recommend|popular|newsletter|widget|trending|more-|most-|latest|"
    r"outbrain|taboola|related|social|share|nav|menu|aside|kommentar|card|carousel|listing"
)
BYLINE_CHARS_MAX: Final = 240
ELEMENTS_MAX: Final = 60


def read_page(raw: RawArticle, text: str, stated: Claims) -> tuple[list[Claims], set[str]]:
    """The layers in their order, and flags about the page as a whole."""
    tree = tree_of(text)
    if tree is None:
        return [stated], {flags.PARTIAL} if text.strip() else set()
    root, found = tree.root, {flags.PARTIAL} if tree.partial else set()
    metas = meta.stated_meta(root)
    structured = jsonld.nodes(root)
    ld = jsonld.claims(structured, url=raw.url)
    micro = meta.microdata(root)
    head = meta.claims(metas, root, url=raw.url)
    site = [name for name in (ld.publisher, head.publisher, *site_words(raw.url or head.canonical_url)) if name]
    shown = _shown(root, [title for title in (ld.title, head.title, stated.title) if title], site)
    told = _body(root, raw, shown, [title for title in (ld.title, head.title) if title])
    if shown.title:
        ld, micro, head = (replace(layer, title=None) for layer in (ld, micro, head))
    else:
        ld, micro, head = (replace(layer, title=cleaned_title(layer.title, site=site)) for layer in (ld, micro, head))
    path = Claims(origin="url", published=day_in_url(raw.url or head.canonical_url))
    layers = [ld, micro, head, stated, shown, path, told]
    if stated.origin == "seed":
        layers = [stated, ld, micro, head, shown, path, told]
    return layers, found | walls.flags_of(root, structured, metas, told, url=raw.url, paid=flags.PAYWALL in ld.flags)


def _shown(root: lxml.html.HtmlElement, titles: Sequence[str], site: Sequence[str]) -> Claims:
    """Headline, byline, date and captions that the page shows."""
    window = cleaned_title(root.findtext(".//title"), site=site)
    headings = [
        line
        for line in (short_line(heading.text_content(), TITLE_CHARS_MAX) for heading in _first(root.iter("h1")))
        if line
    ]
    named = {comparable(name) for name in site}
    headings = [heading for heading in headings if comparable(heading) not in named]
    headline = chosen_headline(headings, [*titles, *([window] if window else [])])
    if headline is None and not titles:
        headline = headings[0] if len(headings) == 1 else window
    people, desk = _byline(root)
    published, modified = _times(root)
    return Claims(
        origin="page",
        title=cleaned_title(headline, site=site),
        authors=people,
        agency=desk,
        published=published,
        modified=modified,
        captions=unique(_captions(root), LISTED_MAX),
    )


def _body(root: lxml.html.HtmlElement, raw: RawArticle, shown: Claims, titles: Sequence[str]) -> Claims:
    """The body without the captions and the title that are repeated in it, and what its first and last lines say."""
    paragraphs = page_paragraphs(root, raw.url)
    kept = without(paragraphs, [*shown.captions, shown.title or "", *titles])
    kept = [line for line in kept if not is_noise(line)] or paragraphs
    place = dateline(kept[0]) if kept else None
    reporters: tuple[Author, ...] = ()
    for index in range(max(0, len(kept) - 3), len(kept)):
        signed_off = sign_off(kept[index])
        reporters = reporters or (signed_off.people if signed_off else ())
    return Claims(
        origin="text",
        authors=reporters or (place.byline.people if place else ()),
        agency=place.agency if place else None,
        dateline=place.said if place else None,
        paragraphs=tuple(kept),
    )


def _byline(root: lxml.html.HtmlElement) -> tuple[tuple[Author, ...], str | None]:
    """From the first elements marked as byline that hold people, with their address and profile."""
    people: list[Author] = []
    desk = None
    for element in _first(_BYLINES(root)):
        text = short_line(element.text_content(), 600)
        if not text or len(text) > BYLINE_CHARS_MAX or _is_elsewhere(element):
            continue
        byline = printed_byline(text) or signed(text)
        desk = desk or byline.desk
        if byline.people:
            people.extend(_linked(byline.people, element))
        elif people:
            continue
        if people and "author" not in (element.get("class") or "").lower():
            break
    return merge_people(people), desk


def _linked(people: tuple[Author, ...], element: lxml.html.HtmlElement) -> Iterator[Author]:
    links = [element] if element.tag == "a" else list(element.iter("a"))
    for person in people:
        hrefs = [
            link.get("href") or "" for link in links if comparable(person.name) in comparable(link.text_content()[:200])
        ]
        mails = [
            link.get("href", "")[7:].split("?")[0] for link in links if (link.get("href") or "").startswith("mailto:")
        ]
        url = next(filter(None, (web_url(href) for href in hrefs)), None)
        mail = mails[0][:NAME_CHARS_MAX] if len(mails) == 1 and len(people) == 1 and "@" in mails[0] else None
        yield replace(person, email=person.email or mail, url=url)


def _times(root: lxml.html.HtmlElement) -> tuple[StatedTime | None, StatedTime | None]:
    """The first time of publication that the page shows, and the first of a change."""
    published = modified = None
    for element in _first(_TIMES(root)):
        if _is_elsewhere(element):
            continue
        stated = element.get("datetime") or element.get("content") or short_line(element.text_content(), 64)
        time = stated_time(stated) if stated else None
        if time is None:
            continue
        around = f"{element.get('class') or ''} {element.get('itemprop') or ''} {_before(element)}".lower()
        if re.search(r"updat|modif|aktualis|mis à jour|수정", around):
            modified = modified or time
        else:
            published = published or time
    if published is None:
        published, modified = _marked_dates(root, modified)
    return published, modified


def _marked_dates(
    root: lxml.html.HtmlElement, modified: StatedTime | None
) -> tuple[StatedTime | None, StatedTime | None]:
    for element in _first(_DATES(root)):
        text = short_line(element.text_content(), 300)
        if not text or _is_elsewhere(element):
            continue
        for found in dated(text, day_first=None):
            if found.label == "modified":
                modified = modified or found.time
            else:
                return found.time, modified
    return None, modified


def _before(element: lxml.html.HtmlElement) -> str:
    previous = element.getprevious()
    text = (element.text or "") if previous is None else (previous.tail or previous.text_content()[:40])
    parent = element.getparent()
    return text if text.strip() or parent is None else (parent.text or "")[:40]


def _captions(root: lxml.html.HtmlElement) -> Iterator[str]:
    seen: set[lxml.html.HtmlElement] = set()
    for element in _CAPTIONS(root)[: LISTED_MAX * 4]:
        if any(ancestor in seen for ancestor in element.iterancestors()) or _is_elsewhere(element):
            continue
        seen.add(element)
        caption = caption_lines("\n".join(text_lines(element)))
        if caption and len(caption) <= CAPTION_CHARS_MAX:
            yield caption


def _is_elsewhere(element: lxml.html.HtmlElement) -> bool:
    """Inside a part of the page that belongs to other articles, readers or the site."""
    for ancestor in element.iterancestors():
        if ancestor.tag in ("nav", "aside", "footer"):
            return True
        if ancestor.tag in ("article", "main", "body"):
            return False
        if _ELSEWHERE.search(f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"[:300]):
            return True
    return False


def _first(elements: object) -> list[lxml.html.HtmlElement]:
    return [element for _, element in zip(range(ELEMENTS_MAX), elements, strict=False)]  # type: ignore[call-overload]

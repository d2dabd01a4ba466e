"""A web page to layers of claims: what it states for machines, what it shows, and its body. One parse, one tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import lxml.html

from shared.schema import RawArticle
from worker.parsing import flags, jsonld, meta, rawtext, walls
from worker.parsing.article import Author
from worker.parsing.body import page_paragraphs, without
from worker.parsing.claims import Claims
from worker.parsing.copylines import dateline, is_noise, sign_off
from worker.parsing.language import day_comes_first
from worker.parsing.markup import text_lines, tree_of
from worker.parsing.titles import cleaned_title
from worker.parsing.urls import day_in_url, site_words
from worker.parsing.visible import shown as shown_by

SECOND_OPINION_RATIO: Final = 2
"""The body stated in JSON-LD is taken when it is so many times as long as the one found: it has lost its paragraphs."""


def read_page(raw: RawArticle, text: str, stated: Claims) -> tuple[list[Claims], set[str]]:
    """The layers in their order, and flags about the page as a whole."""
    tree = tree_of(text)
    if tree is None:
        return [stated], {flags.PARTIAL} if text.strip() else set()
    root, found = tree.root, {flags.PARTIAL} if tree.partial else set()
    metas = meta.stated_meta(root)
    structured = jsonld.nodes(root)
    day_first = day_comes_first(_language_tag(root) or raw.stated.language or raw.language)
    ld = jsonld.claims(structured, url=raw.url, day_first=day_first)
    micro = meta.microdata(root, day_first=day_first)
    head = meta.claims(metas, root, url=raw.url, day_first=day_first)
    site = [name for name in (ld.publisher, head.publisher, *site_words(raw.url or head.canonical_url)) if name]
    shown = shown_by(root, [title for title in (ld.title, head.title, stated.title) if title], site, day_first)
    told = _body(root, raw, shown, [title for title in (ld.title, head.title) if title])
    if _words(told.paragraphs) * SECOND_OPINION_RATIO > _words(ld.paragraphs):
        ld = replace(ld, paragraphs=())
    if shown.title:
        ld, micro, head = (replace(layer, title=None) for layer in (ld, micro, head))
        stated = stated if stated.origin == "seed" else replace(stated, title=None)
    else:
        ld, micro, head = (replace(layer, title=cleaned_title(layer.title, site=site)) for layer in (ld, micro, head))
    path = Claims(origin="url", published=day_in_url(raw.url or head.canonical_url))
    known = (ld, micro, head, stated, shown)
    if not (any(layer.published for layer in known) and any(layer.authors for layer in known)):
        shown = _with_copy(shown, root, day_first)
    layers = [ld, micro, head, stated, shown, path, told]
    if stated.origin == "seed":
        layers = [stated, ld, micro, head, shown, path, told]
    return layers, found | walls.flags_of(root, structured, metas, told, url=raw.url, paid=flags.PAYWALL in ld.flags)


def _language_tag(root: lxml.html.HtmlElement) -> str | None:
    """``<html lang>`` with its country."""
    lang: str | None = root.getroottree().getroot().get("lang")
    return lang


def _with_copy(shown: Claims, root: lxml.html.HtmlElement, day_first: bool | None) -> Claims:
    """What the page's text says by the conventions of copy, where nothing is marked: read only when it is needed."""
    copy = rawtext.claims(text_lines(root), day_first=day_first, stated_title=shown.title)
    return replace(
        shown,
        authors=shown.authors or copy.authors,
        published=shown.published or copy.published,
        modified=shown.modified or copy.modified,
    )


def _words(paragraphs: Sequence[str]) -> int:
    return sum(len(paragraph.split()) for paragraph in paragraphs) + 30


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
        authors=reporters or (place.reporters if place else ()),
        agency=place.agency if place else None,
        dateline=place.said if place else None,
        paragraphs=tuple(kept),
    )

"""A web page to layers of claims: what it states for machines, what it shows, and its body. One parse, one tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import lxml.html

from shared.schema import RawArticle
from worker.parsing import flags, furniture, jsonld, meta, rawtext, walls
from worker.parsing.article import Author, StatedTime
from worker.parsing.body import page_paragraphs, with_lead, without
from worker.parsing.bylines import printed_byline
from worker.parsing.bylinewords import EMAIL
from worker.parsing.claims import Claims
from worker.parsing.copylines import is_noise, is_note, sign_off
from worker.parsing.datelines import dateline
from worker.parsing.headings import headline, lead, second_headline
from worker.parsing.language import day_comes_first
from worker.parsing.markup import text_lines, tree_of
from worker.parsing.openingday import closing_day, opening_day
from worker.parsing.places import Places
from worker.parsing.recovery import recovered
from worker.parsing.shape import is_prose
from worker.parsing.sitename import site_in_title
from worker.parsing.titles import cleaned_title
from worker.parsing.urls import day_in_url, site_words
from worker.parsing.visible import marked_elements
from worker.parsing.visible import shown as shown_by

END_PARAGRAPHS: Final = 3
SECOND_HEADLINE_CHARS_MAX: Final = 120
_SENTENCE_END: Final = (".", "!", "?", "…", "”", '"', "«", "»")
"""A standfirst in whole sentences is read as the beginning of the text (measured: its words are missed there)."""
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
    head = meta.claims(metas, root, url=raw.url, day_first=day_first)
    furniture.drop_code(root)
    site = [
        name
        for name in (ld.publisher, head.publisher, stated.publisher, *site_words(raw.url or head.canonical_url))
        if name
    ]
    title = headline(root, [title for title in (ld.title, head.title, stated.title) if title], site)
    places = Places(root, title)
    micro = meta.microdata(root, places, day_first=day_first)
    marked = marked_elements(root, places)
    shown = shown_by(root, marked, title, places, day_first)
    known = (ld, micro, head, stated, shown)
    if not (any(layer.published for layer in known) and any(layer.authors for layer in known)):
        signed = any(layer.agency for layer in known)
        shown = _with_copy(shown, root, day_first, announced=signed)
    first = lead(root, marked["lead"], places)
    second = second_headline(root, places)
    prose = furniture.clear(root, marked["box"], places)
    told = _body(
        recovered(page_paragraphs(root, raw.url, prose), root, places),
        [line for line in (ld.title, head.title, second) if line],
        (shown, ld, micro, head),
        first,
    )
    dated = any(layer.published for layer in (*known, shown))
    told = told if dated else replace(told, published=_told_day(told, (ld, head), day_first))
    if _words(told.paragraphs) * SECOND_OPINION_RATIO > _words(ld.paragraphs):
        ld = replace(ld, paragraphs=(), set_aside=ld.paragraphs)
    ld, micro, head = (replace(layer, title=cleaned_title(layer.title, site=site)) for layer in (ld, micro, head))
    address = raw.url or head.canonical_url
    path = Claims(origin="url", published=day_in_url(address))
    shown = replace(shown, publisher=site_in_title(root.findtext(".//title"), address))
    layers = [ld, micro, head, stated, shown, path, told]
    if stated.origin == "seed":
        layers = [stated, ld, micro, head, shown, path, told]
    return layers, found | walls.flags_of(root, structured, metas, told, url=raw.url, paid=flags.PAYWALL in ld.flags)


def _language_tag(root: lxml.html.HtmlElement) -> str | None:
    """``<html lang>`` with its country."""
    lang: str | None = root.getroottree().getroot().get("lang")
    return lang


def _with_copy(shown: Claims, root: lxml.html.HtmlElement, day_first: bool | None, *, announced: bool) -> Claims:
    """What the page's text says by the conventions of copy, where nothing is marked: read only when it is needed.

    ``announced``: an agency or a desk is known to sign, so a person has to be announced.
    """
    copy = rawtext.claims(text_lines(root), day_first=day_first, stated_title=shown.title, announced=announced)
    return replace(
        shown,
        authors=shown.authors or copy.authors,
        agency=shown.agency or copy.agency,
        published=shown.published or copy.published,
        modified=shown.modified or copy.modified,
    )


def _told_day(told: Claims, stated: Sequence[Claims], day_first: bool | None) -> StatedTime | None:
    """Where nothing states a time: the day that the text opens with, or that a description closes with."""
    opened = opening_day(told.paragraphs, day_first=day_first)
    closed = (closing_day(layer.summary, day_first=day_first) for layer in stated)
    return opened or next(filter(None, closed), None)


def _words(paragraphs: Sequence[str]) -> int:
    return sum(len(paragraph.split()) for paragraph in paragraphs) + 30


def _body(paragraphs: list[str], stated: Sequence[str], layers: Sequence[Claims], first: str | None) -> Claims:
    """The body without captions, title and standfirst that are repeated in it, and what its ends say.

    ``stated`` are titles, ``layers`` what is known of the page: the first is what it shows. ``first`` is the lead.
    """
    shown = layers[0]
    subtitles = [layer.subtitle for layer in layers if layer.subtitle and _is_second_headline(layer.subtitle)]
    paragraphs = with_lead(paragraphs, first)
    kept = without(paragraphs, [*shown.captions, shown.title or "", *stated, *subtitles])
    kept = [line for line in kept if not is_noise(line)] or paragraphs
    place = dateline(kept[0]) if kept else None
    ends = _ends(kept)
    return Claims(
        origin="text",
        authors=ends.signed or ends.reporters or (place.reporters if place else ()),
        agency=place.agency if place else None,
        dateline=place.said if place else None,
        emails=tuple(ends.emails),
        paragraphs=tuple(line for index, line in enumerate(kept) if index not in ends.taken),
    )


def _is_second_headline(subtitle: str) -> bool:
    return len(subtitle) <= SECOND_HEADLINE_CHARS_MAX and not subtitle.endswith(_SENTENCE_END)


@dataclass(kw_only=True)
class _Ends:
    """What the first and last paragraphs of a body say of its authors; ``taken`` are those that say nothing else."""

    signed: tuple[Author, ...] = ()
    reporters: tuple[Author, ...] = ()
    emails: list[str] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)


def _ends(paragraphs: Sequence[str]) -> _Ends:
    ends, total = _Ends(), len(paragraphs)
    for index in dict.fromkeys([*range(min(END_PARAGRAPHS, total)), *range(max(0, total - END_PARAGRAPHS), total)]):
        line = paragraphs[index]
        byline = None if is_prose(line) else printed_byline(line)
        if byline and byline.people and total > 1:
            ends.signed = ends.signed or byline.people
            ends.taken.add(index)
        if index < total - END_PARAGRAPHS:
            continue
        if signed_off := sign_off(line):
            ends.reporters = ends.reporters or signed_off.people
            if index:
                ends.taken.add(index)
        elif index and is_note(line):
            ends.emails.extend(match.group() for match in EMAIL.finditer(line))
            ends.taken.add(index)
    return ends

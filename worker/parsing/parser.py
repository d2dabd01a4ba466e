"""Raw article in, parsed article out: picks the reader, merges the layers, sets flags and provenance. Pure.

Order of the layers, the first that knows a field decides (docs/records.md): what a person stated with the seed, the
publisher's machine statements in the page (JSON-LD, microdata, meta), the feed entry, what the page shows, the URL,
what the text says. Times are refined by a later layer that gives the same day with a clock or the zone.
"""

from __future__ import annotations

from shared.schema import RawArticle
from worker.parsing import flags, rawtext
from worker.parsing.article import ParsedArticle
from worker.parsing.claims import Claims
from worker.parsing.fragments import marked_claims
from worker.parsing.language import day_comes_first
from worker.parsing.markup import Decoded, decoded, is_page, text_lines, tree_of
from worker.parsing.merging import merged
from worker.parsing.page import read_page
from worker.parsing.shape import paragraphs_of
from worker.parsing.stated import stated_claims
from worker.parsing.text import scrub
from worker.parsing.urls import day_in_url


def parse(raw: RawArticle) -> ParsedArticle:
    """The record that the raw article holds. Any bytes are read; a doubt is a flag, an unknown field is None."""
    body = decoded(raw.body, stated=raw.charset, is_html=raw.kind != "text")
    layers, found = _layers(raw, body)
    if body.guessed:
        found.add(flags.ENCODING_GUESSED)
    if body.controls:
        found.add(flags.CONTROL_CHARS_REMOVED)
    return merged(raw, layers, found | set(raw.flags))


def _layers(raw: RawArticle, body: Decoded) -> tuple[list[Claims], set[str]]:
    stated = stated_claims(raw)
    if raw.kind == "text":
        lines = paragraphs_of(scrub(body.text))
        told = rawtext.claims(lines, day_first=_day_first(raw), stated_title=stated.title, url=raw.url)
        return [stated, told, Claims(origin="url", published=day_in_url(raw.url))], set()
    if raw.kind == "page" and is_page(body.text):
        return read_page(raw, body.text, stated)
    return _fragment(raw, body.text, stated)


def _fragment(raw: RawArticle, text: str, stated: Claims) -> tuple[list[Claims], set[str]]:
    tree = tree_of(text)
    if tree is None:
        return [stated], set()
    whole = text_lines(tree.root)
    marked = marked_claims(tree.root)
    lines = text_lines(tree.root) or whole  # a caption may be the whole article
    told = rawtext.claims(lines, day_first=_day_first(raw), stated_title=stated.title)
    return [stated, marked, told], {flags.PARTIAL} if tree.partial else set()


def _day_first(raw: RawArticle) -> bool | None:
    return day_comes_first(raw.stated.language or raw.language)

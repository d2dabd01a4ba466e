"""Raw article in, parsed article out: picks the reader, merges the layers, sets flags and provenance. Pure.

Order of the layers, the first that knows a field decides (docs/records.md): what a person stated with the seed, the
publisher's machine statements in the page (JSON-LD, microdata, meta), the feed entry, what the page shows, the URL,
what the text says. Times are refined by a later layer that gives the same day with a clock or the zone.
"""

from __future__ import annotations

from shared.schema import Carried, RawArticle
from worker.parsing import flags, rawtext
from worker.parsing.article import ParsedArticle
from worker.parsing.claims import Claims
from worker.parsing.decoding import Decoded, decoded
from worker.parsing.fragments import marked_claims
from worker.parsing.language import day_comes_first
from worker.parsing.markup import is_page, text_lines, tree_of
from worker.parsing.merging import merged
from worker.parsing.page import read_page
from worker.parsing.publishers import NO_PUBLISHERS, Publishers, with_publisher
from worker.parsing.shape import paragraphs_of
from worker.parsing.stated import stated_claims
from worker.parsing.text import scrub
from worker.parsing.urls import day_in_url


def parse(raw: RawArticle, publishers: Publishers = NO_PUBLISHERS) -> ParsedArticle:
    """The record that the raw article holds. Any bytes are read; a doubt is a flag, an unknown field is None.

    A page that Copydesk fetched for a feed's entry and that is no article (a wall, an error page) must not leave less
    than the entry had: then what the feed carries is read.
    """
    raw = with_publisher(raw, publishers)
    parsed = _parse(raw)
    if raw.carried is None or (parsed.text and not flags.HIDDEN.intersection(parsed.flags)):
        return parsed
    carried = _parse(_without_page(raw, raw.carried))
    return carried if _says_less(parsed, carried) else parsed


def _parse(raw: RawArticle) -> ParsedArticle:
    body = decoded(raw.body, stated=raw.charset, is_html=raw.kind != "text")
    layers, found = _layers(raw, body)
    if body.guessed:
        found.add(flags.ENCODING_GUESSED)
    if body.cut:
        found.add(flags.TRUNCATED)
    if body.controls:
        found.add(flags.CONTROL_CHARS_REMOVED)
    return merged(raw, layers, found | set(raw.flags))


def _without_page(raw: RawArticle, carried: Carried) -> RawArticle:
    return raw.model_copy(
        update={
            "kind": "fragment",
            "body": carried.body.encode("utf-8", "replace"),
            "url": carried.url,
            "charset": None,
            "flags": (*raw.flags, flags.PAGE_UNAVAILABLE, flags.PAGE_WALL),
        }
    )


def _says_less(page: ParsedArticle, carried: ParsedArticle) -> bool:
    """Of a page without text, or one that is hidden."""
    if flags.PAYWALL in page.flags:  # what it shows is the article's beginning
        return len(carried.text) > len(page.text)
    return bool(carried.text)


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

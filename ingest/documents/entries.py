"""Feed bytes to entries: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed, sitemaps. Pure, but slow and killable: feed_reader.

One bad entry never loses the others. Whatever a document is, the answer is a ``ParsedFeed`` or a ``NotAFeed``; a
``SitemapIndex`` is one that says where its entries are.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.documents import json_feeds, sitemaps, web_pages, xml_feeds
from ingest.documents.charset import decode
from ingest.documents.entry import Entry, EntryAuthor, NotAFeed, ParsedFeed
from ingest.documents.plain_text import clean
from ingest.documents.xml_text import root_of

__all__ = ["ENTRIES_MAX", "Entry", "EntryAuthor", "NotAFeed", "ParsedFeed", "binary_sentence", "read_feed"]

ENTRIES_MAX: Final = 5_000
"""Entries read of one document: about 2 s of feedparser. What is beyond is reported, and asked for again."""

_MAGIC: Final = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image or a video"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"ID3", "an audio file"),
    (b"OggS", "an audio file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
)

_ESCAPED_CONTROL: Final = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));|\\u00(?:0[0-8bcef]|1[0-9a-f])", re.IGNORECASE
)
"""A control character as XML or JSON can write it; what stands for it is taken out, or becomes U+FFFD, further on."""


def binary_sentence(head: bytes) -> str | None:
    """What the first bytes are, when no feed begins like that; else None. For giving up before the whole is read."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return f"this is {name}, not a feed"
    if head[4:8] == b"ftyp":
        return "this is a video, not a feed"
    marked = head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<\0" in head[:4] or b"\0<" in head[:4]
    return "this is a binary file, not a feed" if head[:512].count(0) > 8 and not marked else None


def read_feed(
    data: bytes, *, url: str, content_type: str | None, entries_max: int | None = None
) -> ParsedFeed | NotAFeed:
    """Reads a document that came from ``url`` (relative links are resolved against it; any text will do for a file).

    ``entries_max``: ENTRIES_MAX, and of a sitemap 2,000, where not given.

    Can take seconds and raise on hostile documents (feedparser does): only a feed_reader.FeedReader calls it.
    """
    if sentence := binary_sentence(data):
        return NotAFeed(sentence=sentence)
    decoded = decode(data, content_type)
    cleaned = clean(decoded.text)
    flags: tuple[str, ...] = ("encoding_guessed",) if decoded.guessed else ()
    if cleaned is not decoded.text or _ESCAPED_CONTROL.search(cleaned):
        flags += ("control_chars_removed",)
    text = cleaned.lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return json_feeds.read(text, url=url, entries_max=entries_max or ENTRIES_MAX, flags=flags)
    if web_pages.is_web_page(text):
        return web_pages.refuse(text, url=url)
    if root_of(text) in sitemaps.ROOTS:
        return sitemaps.read(text, url=url, entries_max=entries_max, flags=flags)
    return xml_feeds.read(text, url=url, entries_max=entries_max or ENTRIES_MAX, flags=flags)

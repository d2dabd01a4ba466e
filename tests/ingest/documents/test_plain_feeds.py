"""The fast reader against feedparser: what it reads at all, it reads to the very same entries."""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents import xml_feeds
from ingest.documents.entries import read_feed
from ingest.documents.entry import NotAFeed, ParsedFeed
from ingest.documents.plain_feeds import NotPlain, read_plainly

CORPORA = Path(os.environ.get("COPYDESK_SHARED", "../shared")) / "corpora"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "atom": "http://www.w3.org/2005/Atom",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "own": "https://news.example/our-own#",
}
_NAMES = (
    "title link description guid id pubDate published updated author managingEditor category keywords "
    "source enclosure comments content summary abstract rights subtitle image url name email uri "
    "contributor date publisher language dc:title dc:creator dc:date dc:subject dc:description "
    "dc:publisher dc:language dcterms:modified content:encoded media:content media:group media:title "
    "media:description media:thumbnail media:credit media:keywords media:category itunes:author "
    "itunes:summary itunes:keywords itunes:image itunes:category itunes:explicit atom:link atom:updated "
    "atom:author feedburner:origLink slash:comments ttl sy:updatePeriod sy:updateFrequency own:title "
    "own:thing TITLE "
)
ELEMENTS = _NAMES.split()
TEXTS = (
    "Ferry sails",
    "  Ferry\n sails ",
    "",
    "a &lt;b&gt;bold&lt;/b&gt; &amp;amp; claim",
    "<![CDATA[<p>It sails & it <a href='/x'>sinks</a></p>]]>",
    "Tue, 03 Mar 2026 09:15:00 +0900",
    "2026-03-03T09:15:00Z",
    "3 March 2026",
    "https://news.example/a?b=1&amp;c=2",
    "/relative/path",
    "http:////news.example/a&amp;copy;=1",
    "Ivo Stern (ivo@news.example)",
    "mara@news.example",
    "ZÃ¼rich",
    "caf\u00e9 \u0091quoted\u0092",
    "서울, one,two",
    "60",
    "hourly",
)
ATTRIBUTES = (
    ' type="html"',
    ' type="text/html"',
    ' type="xhtml"',
    ' type="image/jpeg"',
    ' rel="alternate"',
    ' rel="enclosure" type="image/png"',
    ' href="https://news.example/h"',
    ' href="/h" HREF="/g"',
    ' url="https://img.example/1.jpg"',
    ' medium="image"',
    ' isPermaLink="false"',
    ' term="Sea"',
    ' label="The sea"',
    ' domain="d"',
    ' xml:lang="en_GB"',
    ' lang=""',
    ' xml:base="https://base.example/dir/"',
    ' own:type="text/plain"',
    ' rdf:about="urn:x"',
)
ROOTS = {
    "rss": ('<rss version="2.0"{}><channel>', "item", "</channel></rss>"),
    "old rss": ('<rss version="0.91"{}><channel>', "item", "</channel></rss>"),
    "atom": ('<feed xmlns="http://www.w3.org/2005/Atom"{}>', "entry", "</feed>"),
    "atom 0.3": ('<feed version="0.3" xmlns="http://purl.org/atom/ns#"{}>', "entry", "</feed>"),
    "rdf": ('<rdf:RDF xmlns="http://purl.org/rss/1.0/"{}>', "item", "</rdf:RDF>"),
    "no namespace": ("<feed{}>", "entry", "</feed>"),
}

Read = ParsedFeed | NotAFeed | str


def _by_feedparser(data: bytes) -> Read:
    with patch.object(xml_feeds, "read_plainly", side_effect=NotPlain("by test")):
        return _read(data)


def _read(data: bytes) -> Read:
    try:
        return read_feed(data, url="https://news.example/feed", content_type=None)
    except Exception as error:  # noqa: BLE001 - feedparser raises on some of its own documents, and so may we
        return type(error).__name__


def _told(read: Read) -> object:
    return replace(read, odd=None, whole=True, note=None) if isinstance(read, ParsedFeed) else read


def _was_plain(read: Read) -> bool:
    return isinstance(read, ParsedFeed) and read.kind != "json" and read.odd is None


def elements(depth: int) -> st.SearchStrategy[str]:
    inner = st.sampled_from(TEXTS)
    if depth:
        inner |= st.lists(elements(depth - 1), max_size=3).map("".join)
    return st.tuples(
        st.sampled_from(ELEMENTS), st.lists(st.sampled_from(ATTRIBUTES), max_size=2, unique=True), inner
    ).map(lambda given: f"<{given[0]}{''.join(given[1])}>{given[2]}</{given[0]}>")


@st.composite
def documents(draw: Callable[..., str]) -> bytes:
    head, item, tail = ROOTS[draw(st.sampled_from(sorted(ROOTS)))]
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    some = st.lists(elements(1), max_size=5).map("".join)
    items = [f"<{item}>{draw(some)}</{item}>" for _ in range(draw(st.integers(1, 3)))]  # type: ignore[call-overload]
    return f"{head.format(declared)}{draw(some)}{''.join(items)}{draw(some)}{tail}".encode()


@settings(max_examples=250, deadline=None)
@given(documents())
def test_what_it_reads_it_reads_as_feedparser_does(document: bytes) -> None:
    plain = _read(document)
    if _was_plain(plain):
        assert _told(plain) == _told(_by_feedparser(document))


def corpus() -> Iterator[bytes]:
    for name in ("feeds_feedparser", "feeds_miniflux", "feeds_pairs"):
        with gzip.open(CORPORA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield base64.b64decode(record["feed_b64"]) if "feed_b64" in record else record["xml"].encode()


@pytest.mark.corpus
@pytest.mark.skipif(not CORPORA.is_dir(), reason=f"no evaluation data in {CORPORA}")
def test_it_agrees_with_feedparser_on_public_documents_and_reads_over_half_of_them() -> None:
    tried = plain = 0
    for document in corpus():
        read = _read(document)
        tried += 1
        if _was_plain(read):
            plain += 1
            assert _told(read) == _told(_by_feedparser(document)), document[:400]
    assert plain > tried / 2, f"{plain} of {tried}"


def test_an_ordinary_feed_of_each_format_is_plain() -> None:
    rss = (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">'
        "<channel><title>Harbour News</title><image><title>Logo</title><url>https://n.example/l.png</url></image>"
        "<item><title>Ferry sails</title><link>https://n.example/1</link><dc:creator>Mara Quill</dc:creator>"
        '<media:content url="https://n.example/1.jpg" medium="image"><media:title>A ferry</media:title>'
        "</media:content></item></channel></rss>"
    )
    found = read_plainly(rss)
    assert (found.version, found.feed) == ("rss20", {"title": "Harbour News"})
    assert found.entries[0]["title"] == "Ferry sails"
    assert found.entries[0]["authors"] == [{"name": "Mara Quill"}]
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title><entry><id>urn:1</id>'
        "<author><name>Ivo Stern</name><email>ivo@n.example</email></author></entry></feed>"
    )
    assert read_plainly(atom).entries[0]["authors"] == [{"name": "Ivo Stern", "email": "ivo@n.example"}]


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE rss [<!ENTITY x "y">]><rss version="2.0"><channel><item><title>&x;</title></item></channel></rss>',
        '<rss version="2.0"><channel><item><description><p>It sails</p></description></item></channel></rss>',
        '<rss version="2.0"><channel><item><title>It sails&nbsp;</title></item></channel></rss>',
        '<rss version="2.0"><channel><item><title>It sails</title></item></channel>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">x</content></entry></feed>',
        '<rss version="2.0"><channel><item><content type="image/png">eA==</content></item></channel></rss>',
        "<catalogue><title>Books</title></catalogue>",
    ],
)
def test_what_is_odd_is_left_to_feedparser(document: str) -> None:
    with pytest.raises(NotPlain):
        read_plainly(document)

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents.entries import Entry, NotAFeed, ParsedFeed, binary_sentence, read_feed
from ingest.documents.entry import EntryAuthor

URL = "https://harbour.example/feeds/all.xml"
GOOD = "<item><guid>good</guid><title>Good</title></item>"


def read(document: bytes | str, *, entries_max: int = 5_000) -> ParsedFeed | NotAFeed:
    data = document.encode("utf-8", "replace") if isinstance(document, str) else document
    return read_feed(data, url=URL, content_type=None, entries_max=entries_max)


def parsed(document: bytes | str, *, entries_max: int = 5_000) -> ParsedFeed:
    found = read(document, entries_max=entries_max)
    assert isinstance(found, ParsedFeed), found
    return found


def rss(*items: str, start: str = "") -> str:
    return f'{start}<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>{"".join(items)}</channel></rss>'


NAMESPACES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/",
        "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    }.items()
)


def test_an_rss_entry_is_read_field_by_field() -> None:
    (entry,) = parsed(
        rss(
            """<item><guid isPermaLink="false">n-1</guid><title>Ferry &amp;amp; quay</title>
            <link>/news/1?a=1&amp;b=2</link>
            <dc:creator>Aino Laine</dc:creator><pubDate>Tue, 03 Mar 2026 10:00:00 +0200</pubDate>
            <category>Sea</category><category>Ports</category><description>Short &lt;b&gt;text&lt;/b&gt;.</description>
            <content:encoded><![CDATA[<p>The ferry sails.</p>]]></content:encoded>
            <enclosure url="https://img.example/1.jpg" type="image/jpeg" length="1"/>
            <media:content url="https://img.example/2.jpg" medium="image"/></item>"""
        )
    ).entries
    assert entry == Entry(
        guid="n-1",
        link="https://harbour.example/news/1?a=1&b=2",
        title="Ferry & quay",
        authors=(EntryAuthor(name="Aino Laine"),),
        published="2026-03-03T10:00:00+02:00",
        summary="Short text.",
        tags=("Sea", "Ports"),
        images=("https://img.example/2.jpg", "https://img.example/1.jpg"),
        body="<p>The ferry sails.</p>",
        content_digest=entry.content_digest,
    )


def test_an_atom_entry_is_read_field_by_field() -> None:
    (entry,) = parsed(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fi"><title>Satama</title><entry><id>urn:x:1</id>
        <title type="html">&lt;i&gt;Ferry&lt;/i&gt;</title><link rel="alternate" href="../news/1"/>
        <author><name>Aino Laine</name><email>aino@harbour.example</email></author>
        <published>2026-03-03T10:00:00Z</published><updated>2026-03-03T11:00:00Z</updated>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The ferry.</p></div></content>
        </entry></feed>"""
    ).entries
    assert (entry.guid, entry.link, entry.title) == ("urn:x:1", "https://harbour.example/news/1", "Ferry")
    assert entry.authors == (EntryAuthor(name="Aino Laine", email="aino@harbour.example"),)
    assert (entry.published, entry.modified) == ("2026-03-03T10:00:00+00:00", "2026-03-03T11:00:00+00:00")
    assert (entry.body, entry.language) == ("<p>The ferry.</p>", "fi")


def test_an_rdf_entry_is_read() -> None:
    (entry,) = parsed(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Quay</title></channel>
        <item rdf:about="https://a.example/1"><title>Ferry</title><link>https://a.example/1</link>
        <dc:date>2026-03-03T10:00:00+09:00</dc:date></item></rdf:RDF>"""
    ).entries
    assert (entry.title, entry.link, entry.published) == ("Ferry", "https://a.example/1", "2026-03-03T10:00:00+09:00")


def test_an_atom_entry_without_author_has_its_feeds() -> None:
    own, inherited = parsed(
        """<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Aino Laine</name></author>
        <entry><id>1</id><author><name>Bo Dahl</name></author></entry><entry><id>2</id></entry></feed>"""
    ).entries
    assert (own.authors, inherited.authors) == ((EntryAuthor(name="Bo Dahl"),), (EntryAuthor(name="Aino Laine"),))


def test_an_ordinary_feed_has_no_doubts() -> None:
    (entry,) = parsed(rss("<item><title>T&#228;nään &#x1F6A2;</title><link>/1</link></item>")).entries
    assert entry.flags == ()


def test_a_summary_that_is_the_whole_article_is_the_body_alone() -> None:
    long = "word " * 200
    short_entry, long_entry = parsed(
        rss(
            f"<item><guid>1</guid><description>Short.</description></item><item><guid>2</guid><description>{long}</description></item>"
        )
    ).entries
    assert (short_entry.summary, short_entry.body) == ("Short.", "Short.")
    assert (long_entry.summary, long_entry.body) == (None, long.strip())


def test_the_guid_is_as_given_wherever_the_feed_came_from() -> None:
    document = rss("<item><guid>news/1</guid></item>").encode()
    guids = {
        read_feed(document, url=url, content_type=None).entries[0].guid  # type: ignore[union-attr]
        for url in ("https://a.example/", "https://b.example/x/", "seed.xml")
    }
    assert guids == {"news/1"}


def test_only_a_guid_that_is_a_url_becomes_the_link() -> None:
    first, second = parsed(rss("<item><guid>https://a.example/1</guid></item><item><guid>news/1</guid></item>")).entries
    assert (first.link, second.link) == ("https://a.example/1", None)


def test_the_publishers_own_address_goes_before_a_counters() -> None:
    (entry,) = parsed(
        rss(
            "<item><link>https://feeds.example/~r/1</link>"
            "<feedburner:origLink>https://harbour.example/1</feedburner:origLink></item>"
        )
    ).entries
    assert entry.link == "https://harbour.example/1"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JaVaScRiPt\t:alert(1)", "data:text/html,x", "vbscript:x", "ftp://a/b"]
)
def test_a_link_that_is_no_web_address_is_no_link(link: str) -> None:
    (entry,) = parsed(rss(f"<item><guid isPermaLink='false'>1</guid><link>{link}</link></item>")).entries
    assert (entry.guid, entry.link) == ("1", None)


def test_a_base_that_is_no_web_address_is_not_joined_with() -> None:
    (entry,) = parsed(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="javascript:alert(1)//">'
        '<entry><id>1</id><link href="x/y"/></entry></feed>'
    ).entries
    assert entry.link == "https://harbour.example/feeds/x/y"


def test_the_content_digest_sees_text_and_not_markup() -> None:
    def digest(body: str) -> bytes:
        return (
            parsed(rss(f"<item><guid>1</guid><description><![CDATA[{body}]]></description></item>"))
            .entries[0]
            .content_digest
        )

    assert digest("<p class='a'>The  ferry.</p>") == digest("<p class='b'>The ferry.</p>")
    assert digest("<p>The ferry.</p>") != digest("<p>The ferries.</p>")


def test_a_feed_that_ends_in_the_middle_gives_what_is_there_and_says_so() -> None:
    found = parsed(rss(GOOD, GOOD.replace("ood", "reat"))[:-40])
    assert (found.whole, found.note) == (False, "the feed ends in the middle; what is there was read")
    assert found.entries[0].title == "Good"


def test_more_entries_than_are_read_are_counted_and_the_first_are_kept() -> None:
    document = rss(*(f"<item><guid>{number}</guid></item>" for number in range(100_000)), "<title>End</title>")
    started = time.thread_time()
    found = parsed(document, entries_max=100)
    assert time.thread_time() - started < 3
    assert [entry.guid for entry in found.entries] == [str(number) for number in range(100)]
    assert (found.whole, found.title) == (False, "End")
    assert found.note == "of 100000 entries the first 100 were read"


@pytest.mark.parametrize("document", [rss(), "<rss/>", "<channel/>", '<feed xmlns="http://www.w3.org/2005/Atom"/>'])
def test_a_feed_without_entries_is_a_feed(document: str) -> None:
    assert parsed(document).entries == ()


def test_content_that_is_no_text_is_not_taken_for_it() -> None:
    (entry,) = parsed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>'
        '<content type="application/octet-stream">aGVsbG8=</content></entry></feed>'
    ).entries
    assert entry.body == ""


def test_bytes_are_never_taken_for_a_file_name() -> None:
    assert isinstance(read(__file__), NotAFeed)


def test_only_what_no_feed_begins_with_is_given_up_early() -> None:
    assert binary_sentence(b"\0\0\0\x18ftypmp42") == "this is a video, not a feed"
    assert binary_sentence(b"\0" * 600) == "this is a binary file, not a feed"
    for start in (b"<?xml", b"{", b"\xff\xfe<\0", rss().encode("utf-16"), rss().encode("utf-16-le"), b"  <rss"):
        assert binary_sentence(start) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=100))
def test_no_document_within_a_feed_makes_the_reader_raise(data: bytes, text: str) -> None:
    read(data)
    read(b"<rss version='2.0'><channel><item><title>" + data)
    read(rss(f"<item><title>{text}</title><description><![CDATA[{text}]]></description></item>"))
    read('{"version": "https://jsonfeed.org/version/1", "items": [{"id": ' + text + "}]}")

from __future__ import annotations

from datetime import UTC, datetime

from ingest.documents.entry import Entry, EntryAuthor
from ingest.feedlist.sources import FeedSource
from ingest.polling.entry_articles import CARRIED_CHARACTERS_MAX, raw_article
from ingest.polling.memory import KeyedEntry
from ingest.polling.pages import NoPage, Page
from shared.schema import Carried, RawArticle, Stated, StatedAuthor, pack_body, pack_meta, unpack

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
FEED = FeedSource(url="https://harbour.example/rss", timezone="Europe/Helsinki", language="fi")
ENTRY = Entry(
    guid="1",
    link="https://harbour.example/1",
    title="Lautta",
    authors=(EntryAuthor(name="Aino Laine", email="aino@harbour.example"),),
    published="2026-03-03T10:00:00+02:00",
    modified="2026-03-03T11:00:00+02:00",
    language="fi",
    summary="Lyhyesti.",
    publisher="Satama",
    tags=("meri",),
    images=("https://img.example/1.jpg",),
    body="<p>Lautta lähti.</p>",
    flags=("encoding_guessed",),
)


def test_what_the_entry_states_is_stated_and_nothing_is_parsed() -> None:
    raw = raw_article(KeyedEntry(key="1 x", entry=ENTRY, flags=("guid_collision",)), feed=FEED, seen_at=NOW)
    assert raw == RawArticle(
        source_key="feed:https://harbour.example/rss",
        source="https://harbour.example/rss",
        entry_key="1 x",
        kind="fragment",
        body="<p>Lautta lähti.</p>".encode(),
        url="https://harbour.example/1",
        stated=Stated(
            title="Lautta",
            authors=(StatedAuthor(name="Aino Laine", email="aino@harbour.example"),),
            published_at="2026-03-03T10:00:00+02:00",
            modified_at="2026-03-03T11:00:00+02:00",
            language="fi",
            summary="Lyhyesti.",
            publisher="Satama",
            tags=("meri",),
            images=("https://img.example/1.jpg",),
        ),
        timezone="Europe/Helsinki",
        language="fi",
        flags=("encoding_guessed", "guid_collision"),
        lane="live",
        seen_at=NOW,
    )


def test_an_entry_with_a_title_alone_crosses_the_wire() -> None:
    raw = raw_article(KeyedEntry(key="k", entry=Entry(title="Only a title")), feed=FEED, seen_at=NOW)
    assert unpack(pack_meta(raw), pack_body(raw)) == raw


PAGE = Page(url="https://harbour.example/end", body=b"<html>All of it.</html>", charset="euc-kr")


def test_with_its_page_an_entry_is_the_page_and_carries_what_the_feed_has() -> None:
    one = KeyedEntry(
        key="1", entry=Entry(guid="1", link="https://harbour.example/1", body="A teaser.", flags=("truncated",))
    )
    raw = raw_article(one, feed=FeedSource(url="https://harbour.example/rss"), seen_at=NOW, page=PAGE)
    assert (raw.kind, raw.body, raw.url, raw.charset) == ("page", PAGE.body, PAGE.url, "euc-kr")
    assert (raw.from_page, raw.flags) == (True, ())
    assert raw.carried == Carried(body="A teaser.", url="https://harbour.example/1")


def test_a_body_that_is_none_or_very_long_is_not_carried_beside_the_page() -> None:
    for body in ("", "x" * (CARRIED_CHARACTERS_MAX + 1)):
        one = KeyedEntry(key="1", entry=Entry(guid="1", link="https://harbour.example/1", body=body))
        raw = raw_article(one, feed=FeedSource(url="https://harbour.example/rss"), seen_at=NOW, page=PAGE)
        assert raw.carried is None


def test_without_its_page_an_entry_says_why() -> None:
    one = KeyedEntry(key="1", entry=Entry(guid="1", link="https://harbour.example/1", body="A teaser."))
    missing = NoPage(flag="page_gone", reason="http_404", sentence="there is nothing at this address (404 Not Found)")
    raw = raw_article(one, feed=FeedSource(url="https://harbour.example/rss"), seen_at=NOW, page=missing)
    assert (raw.kind, raw.from_page, raw.carried) == ("fragment", False, None)
    assert raw.flags == ("page_unavailable", "page_gone")

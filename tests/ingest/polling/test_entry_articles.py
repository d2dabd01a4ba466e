from __future__ import annotations

from datetime import UTC, datetime

from ingest.documents.entry import Entry, EntryAuthor
from ingest.feedlist.sources import FeedSource
from ingest.polling.entry_articles import raw_article
from ingest.polling.memory import KeyedEntry
from shared.schema import RawArticle, Stated, StatedAuthor, pack_body, pack_meta, unpack

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

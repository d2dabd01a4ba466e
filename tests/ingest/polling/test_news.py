from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.documents.entry import Entry, ParsedFeed
from ingest.feedlist.sources import FeedSource
from ingest.polling.memory import NOTHING_SEEN, Seen, remember
from ingest.polling.news import News, after_reading, news_of
from ingest.polling.rhythm import Rhythm
from ingest.polling.state import FeedState
from ingest.polling.transitions import Circumstances
from ingest.web.outcomes import Fetched

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = FeedSource(url="https://harbour.example/rss", name="Harbour")
FETCHED = Fetched(url=FEED.url, body=b"x", content_type=None, etag='"v1"', last_modified=None)
AT = Circumstances(feed=FEED, now=NOW)
BEFORE = FeedState(entries=6, last_success_at=NOW - HOUR, rhythm=Rhythm(since=NOW - HOUR))


def document(guids: str, *, ttl_seconds: int | None = None) -> ParsedFeed:
    entries = (Entry(guid=guid, title=guid, content_digest=guid.encode() * 8) for guid in guids)
    return ParsedFeed(kind="rss20", entries=tuple(entries), ttl_seconds=ttl_seconds)


def read(guids: str, *, seen: Seen = NOTHING_SEEN, state: FeedState = BEFORE) -> News:
    return news_of(document(guids), feed=FEED, state=state, seen=seen, rule="never")


def seen_of(guids: str) -> Seen:
    news = read(guids)
    return remember(NOTHING_SEEN, accepted=news.fresh, present=news.entries, now=NOW)


def test_what_was_never_seen_is_told_from_what_changed() -> None:
    seen = seen_of("abcdef")
    changed = document("gab")
    changed = replace(changed, entries=(*changed.entries[:2], replace(changed.entries[2], content_digest=b"12345678")))
    news = news_of(changed, feed=FEED, state=BEFORE, seen=seen, rule="never")
    assert ([one.key for one in news.fresh], news.unknown, news.known, news.missed) == (["b", "g"], 1, True, False)


def test_a_document_that_shares_nothing_with_the_last_is_a_miss_and_the_first_one_is_none() -> None:
    assert read("ghijkl", seen=seen_of("abcdef")).missed
    assert not read("ghijka", seen=seen_of("abcdef")).missed
    assert not read("ghijkl", state=FeedState()).missed
    assert not read("abcdef", seen=seen_of("abcdef")).missed


def test_the_state_after_reading_holds_rhythm_window_and_miss_and_tells_it() -> None:
    news = read("ghijkl", seen=seen_of("abcdef"))
    told = after_reading(BEFORE, news, FETCHED, document("ghijkl", ttl_seconds=60), AT, more=False)
    assert (told.state.missed_total, told.state.entries, told.state.whole_at) == (1, 6, NOW)
    assert told.state.rhythm.ttl_seconds == 60
    assert [event.type for event in told.events] == ["feed.missed"]
    assert "1.0 h ago" in told.events[0].reason


def test_a_server_without_validators_is_asked_hourly() -> None:
    news = read("abcdef", seen=seen_of("abcdef"))
    bare = replace(FETCHED, etag=None)
    assert after_reading(BEFORE, news, bare, document("abcdef"), AT, more=False).state.next_poll_at == NOW + HOUR
    assert after_reading(BEFORE, news, FETCHED, document("abcdef"), AT, more=False).state.next_poll_at == NOW + HOUR / 2

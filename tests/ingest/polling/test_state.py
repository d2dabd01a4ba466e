from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fakeredis import FakeAsyncRedis

from ingest.feed_events import FEED_EVENTS, FeedEvent
from ingest.feedlist.sources import FeedSource
from ingest.polling.moves import Move
from ingest.polling.rhythm import News, Rhythm
from ingest.polling.state import FeedState, FeedStates, settings_digest
from ingest.web.fetcher import Validators
from shared import routing

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
FULL = FeedState(
    etag='"v1"',
    last_modified="Tue, 03 Mar 2026 09:00:00 GMT",
    body_hash=b"\x00\xff" * 8,
    whole_at=NOW,
    next_poll_at=NOW + timedelta(minutes=30),
    failures=3,
    last_poll_at=NOW,
    last_success_at=NOW,
    last_error="the server refuses us (403 Forbidden)",
    last_error_code="http_403",
    entries=30,
    accepted_total=1234,
    failing_since=NOW - timedelta(days=2),
    rhythm=Rhythm(since=NOW, news=(News(minutes=30, entries=2),), polls=(True, False), ttl_seconds=60),
    moved_to="https://b.example/rss",
    move=Move(url="https://c.example/rss", sightings=2, since=NOW),
    gone_days=1,
    gone_at=NOW,
    disabled="gone for good",
    disabled_settings="0123456789abcdef",
    missed_total=5,
    missed_at=NOW,
    identity="unstable_guid",
)


async def test_a_state_comes_back_as_it_was_written_and_an_unknown_feed_has_the_empty_one() -> None:
    redis = FakeAsyncRedis()
    states = FeedStates(redis)
    await states.write("abc", FULL.fields)
    assert await states.load_many(["abc", "unknown"]) == [FULL, FeedState()]
    assert await redis.keys() == [(routing.FEED_STATE + "abc").encode()]
    await redis.aclose()


async def test_fields_that_became_empty_are_empty_after_writing() -> None:
    redis = FakeAsyncRedis()
    states = FeedStates(redis)
    await states.write("abc", FULL.fields)
    await states.write("abc", replace(FULL, etag="", body_hash=b"", last_error="", whole_at=None).fields)
    loaded = await states.load("abc")
    assert (loaded.etag, loaded.body_hash, loaded.last_error, loaded.whole_at) == ("", b"", "", None)
    await redis.aclose()


async def test_a_state_that_is_not_ours_is_read_as_far_as_it_can_be() -> None:
    redis = FakeAsyncRedis()
    await redis.hset(routing.FEED_STATE + "abc", mapping={"failures": "many", "next_poll_at": "soon", "seen": "junk"})
    states = FeedStates(redis)
    assert await states.load("abc") == FeedState()
    assert await states.seen("abc") == {}
    assert await states.seen("unknown") == {}
    await redis.aclose()


def test_validators_are_sent_for_a_day_after_a_whole_answer() -> None:
    assert FULL.validators(NOW + timedelta(hours=23)) == Validators(etag='"v1"', last_modified=FULL.last_modified)
    assert FULL.validators(NOW + timedelta(hours=24)) == Validators()
    assert replace(FULL, whole_at=None).validators(NOW) == Validators()


def test_a_clock_that_went_back_sends_no_validators_for_years() -> None:
    assert FULL.validators(NOW - timedelta(hours=1)) == Validators()


def test_only_what_changed_is_written() -> None:
    assert FULL.changes(FULL) == {}
    assert FULL.changes(replace(FULL, failures=0, etag="x")) == {"etag": '"v1"', "failures": "3"}
    assert replace(FULL, etag="").changes(FULL) == {"etag": ""}


async def test_a_state_of_the_first_release_is_read_and_what_it_did_not_know_is_unknown() -> None:
    redis = FakeAsyncRedis()
    old: dict[Any, Any] = {
        "etag": '"v1"',
        "next_poll_at": "1772532000000",
        "failures": "0",
        "accepted_total": "7",
        "last_error": "",
    }
    await redis.hset(routing.FEED_STATE + "abc", mapping={**old, "seen": b"12345678measure1" + b"\x08\x00"})
    states = FeedStates(redis)
    loaded = await states.load("abc")
    assert (loaded.etag, loaded.accepted_total, loaded.next_poll_at) == ('"v1"', 7, NOW)
    assert replace(loaded, etag="", accepted_total=0, next_poll_at=None) == FeedState()
    assert list(await states.seen("abc")) == [b"123456"]
    await redis.aclose()


async def test_fields_and_events_are_written_together_and_events_are_numbered_over_all_feeds() -> None:
    redis = FakeAsyncRedis()
    states = FeedStates(redis)
    event = FeedEvent(type="feed.moved", url="https://a.example/", source="A", reason="It moved.", at=NOW)
    await states.write("abc", {"moved_to": "https://b.example/"}, events=[event])
    await states.write("def", {}, events=[event, replace(event, type="feed.missed")])
    told: Any = await redis.xrange(FEED_EVENTS)
    assert [fields[b"seq"] for _, fields in told] == [b"1", b"2", b"3"]
    assert {name: value for name, value in told[0][1].items() if name != b"data"} == {
        b"seq": b"1",
        b"id": event.event_id.encode(),
        b"type": b"feed.moved",
        b"time": b"2026-03-03T10:00:00.000+00:00",
    }
    assert json.loads(told[0][1][b"data"]) == {"feed": "https://a.example/", "source": "A", "reason": "It moved."}
    assert (await states.load("abc")).moved_to == "https://b.example/"
    await redis.aclose()


def test_a_feed_is_asked_where_it_moved_to() -> None:
    feed = FeedSource(url="https://a.example/rss")
    assert FeedState().address(feed) == feed.url
    assert FULL.address(feed) == "https://b.example/rss"


def test_a_change_of_any_setting_enables_a_feed_again() -> None:
    feed = FeedSource(url="https://a.example/rss", headers={"X-Key": "secret"})
    off = FeedState(disabled="gone", disabled_settings=settings_digest(feed))
    assert off.is_disabled(feed)
    assert not off.is_disabled(replace(feed, interval_minutes=60))
    assert not off.is_disabled(replace(feed, headers={}))
    assert off.is_disabled(replace(feed, headers={"X-Key": "another"}))  # secrets leave no trace
    assert not FeedState().is_disabled(feed)

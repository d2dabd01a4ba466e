from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fakeredis import FakeAsyncRedis

from ingest.polling.state import FeedState, FeedStates
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


def test_a_failure_is_counted_only_when_it_is_the_feeds_own() -> None:
    later = NOW + timedelta(hours=1)
    counted = FULL.failed(now=NOW, next_poll_at=later, code="http_500", sentence="s", counted=True)
    paused = FULL.failed(now=NOW, next_poll_at=later, code="host_paused", sentence="s", counted=False)
    assert (counted.failures, paused.failures) == (4, 3)
    assert (counted.etag, counted.last_success_at) == (FULL.etag, NOW)
    assert counted.succeeded(now=later, next_poll_at=later).failures == 0

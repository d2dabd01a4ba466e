from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.feed_events import FeedEvent
from ingest.feedlist.sources import FeedSource
from ingest.polling.hosts import HostManners
from ingest.polling.moves import Move
from ingest.polling.rhythm import Rhythm
from ingest.polling.state import FeedState
from ingest.polling.transitions import Circumstances, enabled, failed, missed_event, redirected, succeeded
from ingest.web.outcomes import FetchFailed, Hop

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEED = FeedSource(url="https://harbour.example/rss", name="Harbour")
NEW = "https://elsewhere.example/rss"
DOWN = FetchFailed(reason="connect_timeout", sentence="the server does not answer")
GONE = FetchFailed(reason="http_status", status=410, sentence="the feed is gone for good (410 Gone)")
MISSING = FetchFailed(reason="http_status", status=404, sentence="there is nothing at this address (404 Not Found)")


def at(now: datetime = NOW, *, manners: HostManners | None = None, feed: FeedSource = FEED) -> Circumstances:
    return Circumstances(feed=feed, now=now, manners=manners or HostManners())


def test_a_failure_is_counted_only_when_it_is_the_feeds_own() -> None:
    before = FeedState(failures=3, failing_since=NOW - DAY, etag='"v1"', last_success_at=NOW - 2 * DAY)
    counted = failed(before, DOWN, at()).state
    paused = failed(before, DOWN, at(), counted=False, rest=9 * HOUR).state
    assert (counted.failures, paused.failures) == (4, 3)
    assert (counted.failing_since, paused.failing_since) == (NOW - DAY, NOW - DAY)
    assert (counted.etag, counted.last_success_at) == ('"v1"', NOW - 2 * DAY)
    assert paused.next_poll_at == NOW + 9 * HOUR
    assert failed(FeedState(), DOWN, at(), counted=False).state.failing_since is None


def test_a_success_forgets_failures_and_days_of_gone() -> None:
    before = FeedState(
        failures=9, failing_since=NOW - DAY, last_error="x", last_error_code="y", gone_days=2, gone_at=NOW
    )
    after = succeeded(before, at())
    assert (after.failures, after.failing_since, after.last_error, after.last_error_code) == (0, None, "", "")
    assert (after.gone_days, after.gone_at, after.last_success_at) == (0, None, NOW)


def test_a_feed_fails_for_weeks_and_is_never_given_up() -> None:
    state, now, waits = FeedState(), NOW, []
    for _ in range(40):
        state = failed(state, MISSING, at(now)).state
        assert state.next_poll_at is not None
        waits.append((state.next_poll_at - now) / HOUR)
        now = state.next_poll_at
    assert waits[:6] == [1, 2, 4, 8, 16, 24]
    assert waits[16:20] == [24, 24, 168, 168]
    assert waits[-1] == 168
    assert not state.disabled
    assert succeeded(state, at(now)).next_poll_at == now + HOUR / 2


def test_a_failing_feed_is_not_slowed_twice_for_the_time_it_failed() -> None:
    state = FeedState(rhythm=Rhythm(since=NOW), last_success_at=NOW, failing_since=NOW, failures=1)
    assert failed(state, DOWN, at(NOW + 10 * HOUR)).state.next_poll_at == NOW + 12 * HOUR


def test_410_on_three_days_disables_with_a_reason_and_an_event() -> None:
    state, events = FeedState(), list[FeedEvent]()
    for hours in (0, 1, 5, 23, 24):
        told = failed(state, GONE, at(NOW + hours * HOUR))
        state, events = told.state, [*events, *told.events]
    assert (state.gone_days, state.disabled, events) == (2, "", [])
    told = failed(state, GONE, at(NOW + 48 * HOUR))
    assert told.state.is_disabled(FEED)
    assert told.state.disabled == (
        "the feed is gone for good (410 Gone), said on 3 days; to have it asked again, change any of its settings"
    )
    (event,) = told.events
    assert (event.type, event.url, event.source, event.reason) == (
        "feed.disabled",
        FEED.url,
        "Harbour",
        told.state.disabled,
    )


def test_410_and_something_else_in_turn_disable_nothing_until_three_days_said_so() -> None:
    state = FeedState()
    for day in range(2):
        state = failed(state, GONE, at(NOW + day * DAY)).state
    state = failed(state, MISSING, at(NOW + 2 * DAY)).state
    assert not state.disabled
    state = succeeded(state, at(NOW + 3 * DAY))
    assert not failed(state, GONE, at(NOW + 4 * DAY)).state.disabled


def test_changed_settings_begin_anew() -> None:
    off = FeedState(disabled="gone", disabled_settings="x", gone_days=3, gone_at=NOW, failures=9, failing_since=NOW)
    assert enabled(off) == FeedState()


def test_a_server_that_said_429_once_is_never_asked_faster_than_it_wanted() -> None:
    manners = HostManners(spacing=6 * HOUR, refusals=1)
    configured = replace(FEED, interval_minutes=10)
    assert succeeded(FeedState(), at(manners=manners)).next_poll_at == NOW + 6 * HOUR
    assert succeeded(FeedState(), at(manners=manners, feed=configured)).next_poll_at == NOW + 6 * HOUR
    assert failed(FeedState(), DOWN, at(manners=manners)).state.next_poll_at == NOW + 6 * HOUR


def test_what_is_left_to_be_taken_is_fetched_soon() -> None:
    slow = replace(FEED, interval_minutes=600)
    assert succeeded(FeedState(), at(feed=slow), more=True).next_poll_at == NOW + HOUR / 4


def permanently(url: str) -> list[Hop]:
    return [Hop(status=301, url=url)]


def test_a_move_is_adopted_when_it_is_proven_and_told() -> None:
    state, now, told = FeedState(), NOW, redirected(FeedState(), [], at(), proof=True)
    for _ in range(5):
        assert state.address(FEED) == FEED.url
        told = redirected(state, permanently(NEW), at(now), proof=True)
        state, now = told.state, now + 18 * HOUR
    assert (state.moved_to, state.move, state.address(FEED)) == (NEW, None, NEW)
    (event,) = told.events
    assert (event.type, event.reason) == (
        "feed.moved",
        f"moved for good to {NEW}, seen 5 times since 2026-03-03",
    )


def test_an_answer_that_proves_nothing_counts_neither_way_but_ends_a_row() -> None:
    state = FeedState(move=Move(url=NEW, sightings=3, since=NOW))
    assert redirected(state, permanently(NEW), at(), proof=False).state.move == state.move
    assert redirected(state, [], at(), proof=False).state.move is None
    assert redirected(FeedState(), permanently(NEW), at(), proof=False).state.move is None


def test_a_move_is_undone_when_the_new_place_fails() -> None:
    state = FeedState(moved_to=NEW, etag='"v1"')
    for _ in range(2):
        state = failed(state, DOWN, at()).state
        assert state.moved_to == NEW
    told = failed(state, DOWN, at())
    assert (told.state.moved_to, told.state.etag, told.state.failures) == ("", "", 3)
    assert told.state.next_poll_at == NOW + HOUR / 4
    (event,) = told.events
    assert (event.type, event.reason) == (
        "feed.moved",
        f"{NEW} failed 3 times (the server does not answer): asked at its first address again",
    )


def test_a_new_place_that_is_gone_disables_nothing() -> None:
    state = FeedState(moved_to=NEW, gone_days=2)
    assert failed(state, GONE, at()).state.gone_days == 2


def test_a_feed_that_moves_back_home_is_asked_at_home() -> None:
    state = FeedState(moved_to=NEW, move=Move(url=FEED.url, sightings=4, since=NOW - 4 * DAY))
    assert redirected(state, permanently(FEED.url), at(), proof=True).state.moved_to == ""


def test_a_miss_quickens_and_is_counted() -> None:
    state = FeedState(rhythm=Rhythm(since=NOW - 4 * HOUR), last_success_at=NOW - 4 * HOUR, entries=30)
    after = succeeded(state, at(), new=30, window=30, missed=True, validators=False)
    assert (after.missed_total, after.missed_at, after.next_poll_at) == (1, NOW, NOW + HOUR)
    event = missed_event(state, at(), before=30, window=25)
    assert event.reason == "none of the 30 entries of 4.0 h ago is among the 25 there now: what came between was missed"

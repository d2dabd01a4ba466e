from __future__ import annotations

import random
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.polling.rhythm import News, Rhythm
from ingest.polling.schedule import (
    CEILING,
    FLOOR,
    FLOOR_BUSY,
    FLOOR_WITHOUT_VALIDATORS,
    INTERVAL_DEFAULT,
    RETRY_AFTER_MAX,
    RETRY_AFTER_MIN,
    interval,
    next_poll_at,
    retry_after,
)
from tests.ingest.polling.test_rhythm import rhythms

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
spans = st.timedeltas(timedelta(0), timedelta(days=40))


def gaps(*hours: float, entries: int = 1, polls: tuple[bool, ...] = ()) -> Rhythm:
    news = tuple(News(minutes=round(gap * 60), entries=entries) for gap in hours)
    return Rhythm(since=NOW, news=news, polls=polls)


def test_a_feed_is_asked_again_after_half_an_hour_at_first() -> None:
    assert interval(Rhythm().polled(now=NOW, entries=30), now=NOW, window=30) == HALF_AN_HOUR


def test_a_first_interval_follows_what_the_feed_says_of_its_period() -> None:
    assert interval(Rhythm(since=NOW, period_seconds=3_600), now=NOW) == HOUR
    assert interval(Rhythm(since=NOW, period_seconds=120), now=NOW) == FLOOR  # such a period exists in the wild
    assert interval(Rhythm(since=NOW, period_seconds=31_536_000), now=NOW) == CEILING


def test_then_half_the_time_between_news_whatever_the_period_said() -> None:
    assert interval(gaps(2, 4), now=NOW) == 1.5 * HOUR
    assert interval(Rhythm(since=NOW, news=gaps(2, 4).news, period_seconds=60), now=NOW) == 1.5 * HOUR


def test_a_feed_that_falls_silent_is_asked_less_and_less() -> None:
    waits = [interval(Rhythm(since=NOW), now=NOW + hours * HOUR) for hours in (0, 1, 2, 8, 100)]
    assert waits == [HALF_AN_HOUR, HALF_AN_HOUR, HOUR, 4 * HOUR, CEILING]


def test_floors_need_validators_and_news() -> None:
    busy = gaps(0.01, 0.01, polls=(True, False) * 8)
    assert interval(busy, now=NOW) == FLOOR_BUSY == timedelta(minutes=5)
    assert interval(gaps(0.01, polls=(True, False, False) * 5), now=NOW) == FLOOR == timedelta(minutes=15)
    assert interval(busy, now=NOW, validators=False) == FLOOR_WITHOUT_VALIDATORS == HOUR


def test_what_server_and_document_say_is_waited_for_up_to_the_ceiling() -> None:
    assert interval(gaps(1), now=NOW, fresh_for=2 * HOUR) == 2 * HOUR
    assert interval(Rhythm(since=NOW, news=gaps(1).news, ttl_seconds=7_200), now=NOW) == 2 * HOUR
    assert interval(gaps(1), now=NOW, fresh_for=timedelta(days=7)) == CEILING == 12 * HOUR


def test_a_window_that_rolls_past_comes_before_what_is_said_and_before_a_lack_of_validators() -> None:
    crowded = gaps(1, entries=30)
    assert interval(crowded, now=NOW, window=30, fresh_for=timedelta(days=1)) == HALF_AN_HOUR
    assert interval(crowded, now=NOW, window=30, validators=False) == HALF_AN_HOUR
    assert interval(gaps(0.1, entries=30), now=NOW, window=30, validators=False) == FLOOR
    assert interval(gaps(1, entries=3), now=NOW, window=30, fresh_for=5 * HOUR) == 5 * HOUR


def test_a_configured_interval_wins() -> None:
    asked = {"window": 30, "validators": False, "fresh_for": timedelta(days=1)}
    minute = timedelta(minutes=1)
    assert interval(gaps(9), now=NOW, configured=minute, **asked) == minute  # type: ignore[arg-type]


@given(rhythms, spans, st.integers(0, 5_000), st.booleans(), spans)
def test_an_interval_keeps_its_floor_and_ceiling(
    rhythm: Rhythm, since: timedelta, window: int, validators: bool, fresh_for: timedelta
) -> None:
    now = (rhythm.since or NOW) + since
    wait = interval(rhythm, now=now, window=window, validators=validators, fresh_for=fresh_for)
    lowest = FLOOR_BUSY if validators and rhythm.news_share >= 0.5 else FLOOR
    assert lowest <= wait <= CEILING


@given(rhythms, spans, st.integers(0, 5_000), spans, spans)
def test_a_longer_silence_and_a_longer_life_never_shorten_an_interval(
    rhythm: Rhythm, since: timedelta, window: int, life: timedelta, more: timedelta
) -> None:
    now = (rhythm.since or NOW) + since
    wait = interval(rhythm, now=now, window=window, fresh_for=life)
    assert interval(rhythm, now=now + more, window=window, fresh_for=life) >= wait
    assert interval(rhythm, now=now, window=window, fresh_for=life + more) >= wait


class Month:
    """A feed that publishes at ``moments``, polled by the rules for 30 days: ``waits`` in minutes, what was late."""

    def __init__(self, moments: list[float], *, window: int = 30, validators: bool = True) -> None:
        self.waits: list[float] = []
        self.lags: list[float] = []
        self.missed = 0
        rhythm, now, seen = Rhythm(), 0.0, 0
        while now < 30 * 24 * 60:
            published = bisect_right(moments, now)
            new = published - seen
            at = NOW + timedelta(minutes=now)
            if self.waits and new >= window:
                self.missed += new - window
                rhythm = rhythm.missed(now=at, waited=timedelta(minutes=self.waits[-1]), entries=window)
            else:
                rhythm = rhythm.polled(now=at, entries=new)
            if self.waits:
                self.lags += [now - moment for moment in moments[seen:published]]
            seen = published
            self.waits.append(interval(rhythm, now=at, window=window, validators=validators) / timedelta(minutes=1))
            now += self.waits[-1]

    def median(self, *, after_day: int) -> float:
        spent, kept = 0.0, []
        for wait in self.waits:
            spent += wait
            if spent > after_day * 24 * 60:
                kept.append(wait)
        return sorted(kept)[len(kept) // 2]


def arrivals(every_minutes: float, *, seed: int = 1) -> list[float]:
    chance, at, found = random.Random(seed), 0.0, []
    while at < 30 * 24 * 60:
        at += chance.expovariate(1 / every_minutes)
        found.append(at)
    return found


@pytest.mark.parametrize(
    ("every_minutes", "lowest", "highest"),
    # Of what comes by chance every m minutes, a poll after m / 2 finds something two times in five.
    [(2, 5, 5), (10, 5, 15), (60, 20, 45), (240, 80, 180), (1_440, 500, 720), (20_000, 720, 720)],
)
def test_over_a_month_the_interval_settles_at_half_the_time_between_news(
    every_minutes: float, lowest: float, highest: float
) -> None:
    month = Month(arrivals(every_minutes))
    assert lowest <= month.median(after_day=3) <= highest


def test_a_feed_of_the_day_is_found_within_a_quarter_of_an_hour_mostly_and_rested_at_night() -> None:
    day = [60 * 24 * number + 8 * 60 + minute for number in range(30) for minute in range(0, 12 * 60, 20)]
    month = Month([float(moment) for moment in day])
    lags = sorted(month.lags)
    assert lags[len(lags) // 2] <= 20
    assert len(month.waits) < 30 * 24 * 4  # fewer than one each quarter of an hour


def test_a_feed_whose_window_rolled_past_is_asked_faster_until_nothing_is_missed() -> None:
    quiet = [float(minute) for minute in range(0, 20 * 1440, 1440)]
    storm = [20 * 1440 + 2 * number for number in range(5 * 720)]  # 30 an hour from one day to the next
    month = Month(quiet + [float(moment) for moment in storm], window=30, validators=False)
    assert 0 < month.missed < 400
    calm = Month(quiet, window=30, validators=False)
    assert calm.missed == 0
    busy = [wait for wait in month.waits if wait <= 30]
    assert len(busy) > 5 * 24  # the floor of an hour without validators gave way


def test_no_interval_jumps_by_more_than_the_rhythm_warrants() -> None:
    steady = Month([float(minute) for minute in range(30, 30 * 1440, 30)]).waits[20:]
    assert all(0.3 < later / earlier < 3 for earlier, later in pairwise(steady))


def wait(failures: int, *, interval: timedelta = HALF_AN_HOUR, chance: float = 0, **named: timedelta) -> timedelta:
    return next_poll_at(now=NOW, interval=interval, failures=failures, chance=chance, **named) - NOW


def test_every_failure_doubles_the_wait_up_to_a_day() -> None:
    assert [wait(failures) // timedelta(minutes=1) for failures in range(8)] == [30, 60, 120, 240, 480, 960, 1440, 1440]
    assert wait(10_000) == timedelta(hours=24)


def test_after_14_days_of_failure_a_feed_is_asked_weekly_and_never_given_up() -> None:
    assert wait(50, failing_for=timedelta(days=13, hours=23)) == timedelta(days=1)
    assert wait(51, failing_for=timedelta(days=14)) == timedelta(days=7)
    assert wait(10_000, failing_for=timedelta(days=4_000)) == timedelta(days=7)
    assert wait(0, failing_for=timedelta(days=20)) == HALF_AN_HOUR


def test_a_feed_that_is_asked_weekly_is_not_asked_daily_because_it_fails() -> None:
    assert wait(3, interval=timedelta(days=7)) == timedelta(days=7)


def test_the_server_is_never_asked_before_it_wants_to_be() -> None:
    assert wait(0, not_before=timedelta(hours=3)) == timedelta(hours=3)
    assert wait(0, not_before=timedelta(minutes=1)) == HALF_AN_HOUR


@given(st.floats(0, 1), st.integers(0, 30), spans, spans)
def test_chance_adds_a_tenth_at_most_and_never_takes_away(
    chance: float, failures: int, failing_for: timedelta, not_before: timedelta
) -> None:
    least = wait(failures, failing_for=failing_for, not_before=not_before)
    spread = wait(failures, failing_for=failing_for, not_before=not_before, chance=chance)
    assert not_before <= least <= spread <= least * 1.1 + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(minutes=2)),
        ("0", RETRY_AFTER_MIN),
        ("-5", RETRY_AFTER_MIN),
        ("99999999999", RETRY_AFTER_MAX),
        ("1e400", RETRY_AFTER_MAX),
        ("Tue, 03 Mar 2026 12:00:00 GMT", timedelta(hours=2)),
        ("Tue, 03 Mar 2020 12:00:00 GMT", RETRY_AFTER_MIN),
        ("Tue, 03 Mar 2099 12:00:00 GMT", RETRY_AFTER_MAX),
        ("Tue, 03 Mar 2026 12:00:00 -0000", timedelta(hours=2)),
        ("NaN", None),
        ("soon", None),
        ("Mon, 99 Foo 2026", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_clamped(value: str | None, expected: timedelta | None) -> None:
    assert retry_after(value, now=NOW) == expected
    assert INTERVAL_DEFAULT == HALF_AN_HOUR

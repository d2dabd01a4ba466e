from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.polling.schedule import RETRY_AFTER_MAX, RETRY_AFTER_MIN, next_poll_at, retry_after

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def wait(failures: int, *, interval: timedelta = HALF_AN_HOUR, chance: float = 0, **named: timedelta) -> timedelta:
    return next_poll_at(now=NOW, interval=interval, failures=failures, chance=chance, **named) - NOW


def test_every_failure_doubles_the_wait_up_to_a_day() -> None:
    assert [wait(failures) // timedelta(minutes=1) for failures in range(8)] == [30, 60, 120, 240, 480, 960, 1440, 1440]
    assert wait(10_000) == timedelta(hours=24)


def test_a_feed_that_is_asked_weekly_is_not_asked_daily_because_it_fails() -> None:
    assert wait(3, interval=timedelta(days=7)) == timedelta(days=7)


def test_the_server_is_never_asked_before_it_wants_to_be() -> None:
    assert wait(0, not_before=timedelta(hours=3)) == timedelta(hours=3)
    assert wait(0, not_before=timedelta(minutes=1)) == HALF_AN_HOUR


def test_chance_spreads_by_a_tenth() -> None:
    assert wait(0, chance=1.0) == timedelta(minutes=33)


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

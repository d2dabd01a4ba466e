"""When to ask a feed again. Pure: ``now`` and chance are arguments. docs/operating.md tells users the same rules."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from ingest.polling.rhythm import Rhythm

INTERVAL_DEFAULT: Final = timedelta(minutes=30)
FLOOR: Final = timedelta(minutes=15)
FLOOR_BUSY: Final = timedelta(minutes=5)
"""For a feed with validators of which every second poll brings news: what is unchanged costs its server little."""

FLOOR_WITHOUT_VALIDATORS: Final = timedelta(minutes=60)
CEILING: Final = timedelta(hours=12)
BUSY_SHARE: Final = 0.5
BACK_OFF_MAX: Final = timedelta(hours=24)
WEEKLY: Final = timedelta(days=7)
WEEKLY_AFTER: Final = timedelta(days=14)
RETRY_AFTER_MIN: Final = timedelta(minutes=1)
RETRY_AFTER_MAX: Final = timedelta(hours=24)
UNCONDITIONAL_EVERY: Final = timedelta(hours=24)
INBOX_FULL_RETRY: Final = timedelta(minutes=1)
JITTER: Final = 0.1


def interval(
    rhythm: Rhythm,
    *,
    now: datetime,
    window: int = 0,
    validators: bool = True,
    fresh_for: timedelta = timedelta(0),
    configured: timedelta | None = None,
) -> timedelta:
    """How long to leave a healthy feed alone: ``configured`` wins, else half its mean time between news.

    So two polls in five bring something. What the server and the document say (``fresh_for``, ttl) is waited
    for; ``window``, the entries the document holds, must not roll past unseen, and comes before both. Between the
    floors and the ceiling of PEERS.md 6 in every case but the first.
    """
    if configured is not None:
        return configured
    wait = max(_own(rhythm, now), fresh_for, timedelta(seconds=rhythm.ttl_seconds), _floor(rhythm, validators))
    rolls = rhythm.filled_in(window, now)
    if rolls is not None:
        wait = min(wait, max(rolls / 2, min(FLOOR, _floor(rhythm, validators))))
    return min(wait, CEILING)


def _own(rhythm: Rhythm, now: datetime) -> timedelta:
    half = rhythm.mean_gap(now) / 2
    if rhythm.news:
        return half
    first = timedelta(seconds=rhythm.period_seconds) if rhythm.period_seconds else INTERVAL_DEFAULT
    return max(first, half)


def _floor(rhythm: Rhythm, validators: bool) -> timedelta:
    if not validators:
        return FLOOR_WITHOUT_VALIDATORS
    return FLOOR_BUSY if rhythm.news_share >= BUSY_SHARE else FLOOR


def next_poll_at(
    *,
    now: datetime,
    interval: timedelta,
    failures: int = 0,
    failing_for: timedelta = timedelta(0),
    not_before: timedelta | None = None,
    chance: float,
) -> datetime:
    """The interval, doubled with every failure in a row up to a day, and never before what the server asked for.

    A feed that has failed for 14 days is asked once a week, for ever. ``chance`` (0 to 1) spreads the feeds by a tenth
    of the wait: else all of a list come due at once for ever.
    """
    wait = interval
    if failures:
        wait = min(interval * float(2 ** min(failures, 20)), max(interval, BACK_OFF_MAX))
        if failing_for >= WEEKLY_AFTER:
            wait = max(wait, WEEKLY)
    if not_before is not None:
        wait = max(wait, not_before)
    return now + wait * (1 + JITTER * chance)


def retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """A Retry-After header, in seconds or as a date (RFC 9110, 10.2.3), clamped to 1 minute ... 24 hours.

    None for a text that is neither.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _until(value, now)
    if math.isnan(seconds):
        return None
    return timedelta(seconds=min(max(seconds, RETRY_AFTER_MIN.total_seconds()), RETRY_AFTER_MAX.total_seconds()))


def _until(value: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(value)
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, RETRY_AFTER_MIN), RETRY_AFTER_MAX)

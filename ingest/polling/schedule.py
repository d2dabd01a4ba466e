"""When to ask a feed again. Pure: ``now`` and chance are arguments."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

INTERVAL_DEFAULT: Final = timedelta(minutes=30)
BACK_OFF_MAX: Final = timedelta(hours=24)
RETRY_AFTER_MIN: Final = timedelta(minutes=1)
RETRY_AFTER_MAX: Final = timedelta(hours=24)
UNCONDITIONAL_EVERY: Final = timedelta(hours=24)
INBOX_FULL_RETRY: Final = timedelta(minutes=1)
JITTER: Final = 0.1


def next_poll_at(
    *, now: datetime, interval: timedelta, failures: int, not_before: timedelta | None = None, chance: float
) -> datetime:
    """The interval, doubled with every failure in a row up to a day, and never before what the server asked for.

    ``chance`` (0 to 1) spreads the feeds by a tenth of the wait: else all of a list come due at once for ever.
    """
    ceiling = max(interval, BACK_OFF_MAX)
    wait = min(interval * float(2 ** min(failures, 20)), ceiling)
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

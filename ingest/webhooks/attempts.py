"""When an event that was not taken is sent again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

GIVE_UP_AFTER: Final = timedelta(hours=24)
JITTER: Final = 0.1
_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 30 * 60, 60 * 60))
"""After the first failure, the second, …; the last one for all that follow."""

PAUSE_MAX: Final = _PAUSES[-1] * (1 + JITTER)

GIVE_UP_TRIES_MIN: Final = 12
"""About five hours of pauses: a clock that was set forward by more than a day gives nothing up by itself."""

REFUSED_TRIES: Final = 8
"""An answer of 4xx speaks of this event and not of the server: after about 50 min it must not hold the others up."""


def pause_after(attempts: int, *, chance: float) -> timedelta:
    """``attempts``: how many have failed, from 1. ``chance`` (0 to 1) keeps many senders from coming all at once."""
    return _PAUSES[min(attempts, len(_PAUSES)) - 1] * (1 + JITTER * chance)


def is_given_up(*, attempts: int, failing_for: timedelta, status: int | None) -> bool:
    """408 and 429 are a server's, not an event's, however they begin."""
    refused = status is not None and 400 <= status < 500 and status not in (408, 429)
    long_enough = failing_for >= GIVE_UP_AFTER and attempts >= GIVE_UP_TRIES_MIN
    return long_enough or (refused and attempts >= REFUSED_TRIES)

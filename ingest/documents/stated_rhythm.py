"""How often a feed says that it changes: RSS's ``ttl`` and the syndication module's ``sy:update…``. Pure."""

from __future__ import annotations

from typing import Final

_PERIODS: Final = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
SECONDS_MAX: Final = 31_536_000


def ttl_seconds(text: object) -> int | None:
    """``<ttl>`` in seconds: so long a channel may be kept without asking again (RSS 2.0). None for nothing."""
    minutes = _whole_number(text)
    return min(minutes * 60, SECONDS_MAX) if minutes else None


def period_seconds(period: object, frequency: object) -> int | None:
    """Seconds between two updates: ``sy:updatePeriod`` divided by ``sy:updateFrequency`` (RSS 1.0 syndication module).

    A frequency alone is one a day, a period alone once in it, as the module says. None when neither is stated.
    """
    name = period.strip().lower() if isinstance(period, str) else ""
    times = _whole_number(frequency)
    if not name and times is None:
        return None
    seconds = _PERIODS.get(name or "daily")
    return None if seconds is None else max(1, seconds // max(1, times or 1))


def _whole_number(text: object) -> int | None:
    if not isinstance(text, str):
        return None
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None

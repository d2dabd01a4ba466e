"""How long an answer stays fresh, by its own headers (RFC 9111, 4.2): asking again earlier gives the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

FRESH_MAX: Final = timedelta(days=7)
"""A lifetime beyond any wait of ours: servers say ten years, and ``1e400``."""

_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d+)", re.IGNORECASE)
_DIRECTIVES_MAX: Final = 1_000


def fresh_for(headers: Mapping[str, str], *, now: datetime) -> timedelta:
    """``max-age`` less ``Age``, else ``Expires`` less ``Date``; at most a week. Nonsense counts as nothing."""
    control = headers.get("Cache-Control", "")[:_DIRECTIVES_MAX]
    if re.search(r"\bno-(?:cache|store)\b", control, re.IGNORECASE):
        return timedelta(0)
    if stated := _MAX_AGE.search(control):
        return _clamped(_seconds(stated[1]) - _seconds(headers.get("Age", "0")))
    expires = _moment(headers.get("Expires"))
    if expires is None:
        return timedelta(0)
    return _clamped((expires - (_moment(headers.get("Date")) or now)).total_seconds())


def _clamped(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0), FRESH_MAX.total_seconds()))


def _seconds(digits: str) -> int:
    # Ten digits are 300 years; int() of a million of them would take seconds.
    return int(digits[:10]) if digits.isascii() and digits.isdigit() else 0


def _moment(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

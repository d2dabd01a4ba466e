"""What `--since` takes: an age or a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_AGE = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def since(text: str, *, now: datetime) -> datetime:
    """`90m`, `12h`, `1d`, `2w` before ``now``, or an ISO 8601 date or time (UTC when it names no zone).

    Raises ValueError with a sentence.
    """
    if age := _AGE.fullmatch(text.strip()):
        try:
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        except OverflowError as error:
            raise ValueError(f"{text!r} is longer ago than there are dates") from error
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text!r} is neither an age like 90m, 12h, 1d, 2w nor a date like 2026-11-24") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

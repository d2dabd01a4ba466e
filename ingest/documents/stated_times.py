"""The times that a feed states, as ISO 8601 with their zone where both are certain, else as they stand.

dateparser and dateutil are not used on strangers' text: 3 KB of question marks cost the one 2.9 s, the other raises
OverflowError (measured).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from ingest.documents.plain_text import one_line

LENGTH_MAX: Final = 64
_ORDINAL: Final = re.compile(r"\d{5}|\d{7}")  # ISO 8601: year and day of the year
_YEARS: Final = range(1990, 2101)


def stated_time(text: str | None) -> str | None:
    """What feedparser makes of a date is not asked for: it takes 2004-július-13 for the first of November.

    None for a text that is empty or far too long, and for one without a year between 1990 and 2100: no news has that.
    """
    if text is None or len(text) > LENGTH_MAX * 2:
        return None
    line = one_line(text, characters_max=LENGTH_MAX)
    if line is None:
        return None
    moment = _iso(line) or _rfc822(line)
    if moment is not None:
        return moment.isoformat() if moment.year in _YEARS else None
    year = re.search(r"(?<!\d)\d{4}(?!\d)", line)
    return line if _ORDINAL.fullmatch(line) or (year and int(year[0]) in _YEARS) else None


def _iso(line: str) -> datetime | None:
    # W3C date-times (ISO 8601 profile). One without zone is left to the worker, which knows the publisher's.
    try:
        moment = datetime.fromisoformat(line)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _rfc822(line: str) -> datetime | None:
    # RFC 5322, 3.3 and 4.3. Names it does not list (KST, CET, BST) come back without zone: the worker knows better.
    if re.search(r"(?<![\d:+-])0\d{3}(?!\d)", line):
        return None  # 0001 would become 2001
    try:
        moment = parsedate_to_datetime(line)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None and line.endswith("-0000"):
        return moment.replace(tzinfo=UTC)
    return moment if moment.tzinfo is not None else None

"""`copydesk feeds list` for people: a table, which on a terminal keeps to its width. Pure."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

NAME_MIN: Final = 12
"""Columns that a feed's name has on the narrowest of terminals."""


@dataclass(frozen=True, kw_only=True)
class FeedRow:
    """What is told of one feed. ``polled``: it is on the schedule. ``why``: a sentence, empty when all is well."""

    name: str
    health: str
    last_success_at: datetime | None
    next_poll_at: datetime | None
    polled: bool
    failures: int
    per_day: float
    missed: int
    accepted: int
    why: str


def table(rows: Sequence[FeedRow], *, now: datetime, columns: int | None) -> list[str]:
    """The lines; none without a feed. ``columns``: of the terminal, None for what goes into a pipe, where nothing is
    cut. What is too wide is told with shorter headings, the name cut, the reason whole below its feed."""
    if not rows:
        return []
    cells = [[of(row, now) for of in _WIDE.values()] for row in rows]
    lines = _aligned([list(_WIDE), *cells])
    if columns is None or max(map(width, lines)) <= columns:
        return lines
    return list(_narrow(rows, now, columns))


def _narrow(rows: Sequence[FeedRow], now: datetime, columns: int) -> Iterator[str]:
    cells = [[of(row, now) for of in _NARROW.values()] for row in rows]
    beside = _aligned([list(_NARROW), *cells])
    room = max(NAME_MIN, columns - width(beside[0]) - 2)
    names = [cut(row.name, room) for row in rows]
    room = max(map(width, ("feed", *names)))
    for name, line, row in zip(("feed", *names), beside, (None, *rows), strict=True):
        yield f"{_padded(name, room)}  {line}".rstrip()
        for part in textwrap.wrap(row.why, columns - 4) if row else ():
            yield f"    {cut(part, columns - 4)}"


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """The last column is not filled up, the others are: so a heading is as wide as its column."""
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(map(_padded, line, widths)).rstrip() for line in lines]


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def width(text: str) -> int:
    """Columns on a terminal: Korean, Chinese and Japanese take two each (Unicode Standard Annex 11)."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def cut(text: str, columns: int) -> str:
    """The text in so many columns: what is too long loses its end, an address its scheme and then its middle, for
    addresses of one site differ at their ends."""
    if width(text) <= columns:
        return text
    if not text.startswith(("http://", "https://")):
        return f"{_beginning(text, columns - 1)}…"
    address = text.partition("://")[2]
    if width(address) <= columns:
        return address
    end = _beginning(address[::-1], (columns - 1) // 2)[::-1]
    return f"{_beginning(address, columns - 1 - width(end))}…{end}"


def _beginning(text: str, columns: int) -> str:
    taken = 0
    for place, character in enumerate(text):
        taken += width(character)
        if taken > columns:
            return text[:place]
    return text


def _ago(row: FeedRow, now: datetime) -> str:
    return "never" if row.last_success_at is None else f"{_span(now - row.last_success_at)} ago"


def _ahead(row: FeedRow, now: datetime) -> str:
    if not row.polled:
        return "-"
    due = row.next_poll_at
    return "now" if due is None or due <= now else f"in {_span(due - now)}"


def _span(span: timedelta) -> str:
    minutes = max(0, round(span.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def _rate(row: FeedRow, _now: datetime) -> str:
    return f"{row.per_day:.0f}" if row.per_day >= 10 or not row.per_day else f"{row.per_day:.1f}"


_Column = Callable[[FeedRow, datetime], str]

_WIDE: Final[dict[str, _Column]] = {
    "feed": lambda row, _: row.name,
    "health": lambda row, _: row.health,
    "last success": _ago,
    "next poll": _ahead,
    "failures": lambda row, _: str(row.failures),
    "entries/day": _rate,
    "missed": lambda row, _: str(row.missed),
    "accepted": lambda row, _: str(row.accepted),
    "why": lambda row, _: row.why,
}
_NARROW: Final[dict[str, _Column]] = {
    "health": lambda row, _: row.health,
    "success": lambda row, now: _ago(row, now).removesuffix(" ago"),
    "next": lambda row, now: _ahead(row, now).removeprefix("in "),
    "fails": lambda row, _: str(row.failures),
    "a day": _rate,
    "missed": lambda row, _: str(row.missed),
    "accepted": lambda row, _: str(row.accepted),
}

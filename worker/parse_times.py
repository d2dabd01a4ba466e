"""How long articles take to parse, counted in Redis with what is settled next: a process has no numbers of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from shared import routing

PARSES: Final = routing.KEY_PREFIX + "metrics:parses"
"""HASH bound -> parses that took no longer than that bound (of PARSE_BOUNDS, or `inf`) and longer than the one before;
microseconds -> of all of them together."""

PARSE_BOUNDS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds by the clock. A page takes 0.05 s; more than 10 s of processor time none may."""


class ParseTimes:
    """Of one process, until Redis knows them. One that is killed forgets what its last batch had not settled yet."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, seconds: float) -> None:
        """Of one parse, whatever came of it."""
        self._counts[next((f"{bound:g}" for bound in PARSE_BOUNDS if seconds <= bound), "inf")] += 1
        self._counts["microseconds"] += round(seconds * 1e6)

    @property
    def counts(self) -> Mapping[str, int]:
        """By the fields of PARSES: what is to be added there."""
        return self._counts

    def forget(self) -> None:
        """Redis has them."""
        self._counts.clear()

"""Medians of repeated work."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

REPEATS = 5


def rate(work: Callable[[int], int], *, repeats: int = REPEATS) -> float:
    """Median of things done per second; ``work(turn)`` answers how many it did."""
    rates = []
    for turn in range(repeats + 1):
        began = time.perf_counter()
        done = work(turn)
        rates.append(done / (time.perf_counter() - began))
    return statistics.median(rates[1:])  # the first turn warms up


def line(name: str, value: float, unit: str, *, beside: float, what: str) -> str:
    """One figure and its ratio."""
    return f"{name:44} {value:10.0f} {unit:12} {value / beside:6.2f} of {what} ({beside:.0f})"

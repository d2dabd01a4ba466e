"""What two texts have in common, in windows, without what a publisher puts under everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from worker.dedup.windows import Windows, is_sampled

RUN_WINDOWS: Final = 12
"""Consecutive shared windows that make a long run: some sixteen English words, fourteen Korean ones, a sentence."""

TAIL_OF_LONGER_MAX: Final = 1 / 3
"""What two texts of one source share at their very ends is its notice, up to this share of the longer text."""


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Counts of different windows, and shares from 0 to 1, after ``boilerplate`` windows of the shorter text were left
    out. ``in_runs``: the share of the shorter text in runs of at least RUN_WINDOWS. ``longest_run``: in windows."""

    of_shorter: float = 0.0
    of_longer: float = 0.0
    in_runs: float = 0.0
    shared: int = 0
    longest_run: int = 0
    boilerplate: int = 0


def overlap_of(one: Windows, other: Windows, *, stop: frozenset[int], same_source: bool) -> Overlap:
    """Measured on the shorter of the two texts."""
    shorter, longer = sorted((one, other), key=lambda each: (len(each.all), each.hashes))
    shared = shorter.all & longer.all
    if not shared:
        return Overlap()
    dropped = _stopped(shorter, shared, stop)
    if same_source:
        dropped |= _common_tail(shorter, longer)
    shared -= dropped
    runs = [end - start for start, end in _runs(shorter, shared)]
    counted = sum(hash_ not in dropped for hash_ in shorter.hashes)
    return Overlap(
        of_shorter=len(shared) / max(1, len(shorter.all - dropped)),
        of_longer=len(shared) / max(1, len(longer.all - dropped)),
        # A run of n windows holds n - RUN_WINDOWS + 1 runs of that length, a text of n windows likewise.
        in_runs=sum(max(0, run - RUN_WINDOWS + 1) for run in runs) / max(1, counted - RUN_WINDOWS + 1),
        shared=len(shared),
        longest_run=max(runs, default=0),
        boilerplate=len(dropped & shorter.all),
    )


def _stopped(windows: Windows, shared: frozenset[int], stop: frozenset[int]) -> frozenset[int]:
    """The shared runs that are boilerplate. Only sampled windows can be known as frequent, one in twelve: a run is as
    good as frequent when most of its sampled windows are."""
    if not stop or stop.isdisjoint(shared):
        return frozenset()
    dropped = set(shared & stop)
    for start, end in _runs(windows, shared):
        run = windows.hashes[start:end]
        sampled = [hash_ for hash_ in run if is_sampled(hash_) or hash_ in stop]
        if sum(hash_ in stop for hash_ in sampled) * 2 > len(sampled):
            dropped.update(run)
    return frozenset(dropped)


def _common_tail(shorter: Windows, longer: Windows) -> frozenset[int]:
    """The windows in the words that end both texts, unless they are too large a part of the longer one."""
    length = 0
    for one, other in zip(reversed(shorter.words), reversed(longer.words), strict=False):
        if one != other:
            break
        length += 1
    if length > len(longer.words) * TAIL_OF_LONGER_MAX:
        return frozenset()
    return frozenset(shorter.hashes[len(shorter.words) - length :])


def _runs(windows: Windows, shared: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Where consecutive windows are shared: first position, and the one after the last."""
    start = None
    for position, hash_ in enumerate(windows.hashes):
        if hash_ in shared:
            start = position if start is None else start
        elif start is not None:
            yield start, position
            start = None
    if start is not None:
        yield start, len(windows.hashes)

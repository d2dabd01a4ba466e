"""Whether two articles are one story: the pure decision on their full texts, with its reasons.

Symmetrical: which of the two came first, and which one is asked about the other, makes no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from worker.dedup.windows import Windows, windows_of

ALIKE_SHARE: Final = 0.6
"""Share of the shorter text's words that stand in shared windows, from which on two texts are one story."""
BINDING_SHARE: Final = 0.7
"""The same for merging two stories: a bridge between stories is more often a roundup than a copy."""
WORDS_MIN: Final = 12
"""A text of fewer words is a phrase; what it shares says nothing."""


class LikenessReason(StrEnum):
    """What was found; each comes with a number."""

    SHARED_OF_SHORTER = "shared_of_shorter"
    SHARED_OF_LONGER = "shared_of_longer"
    LONGEST_RUN = "longest_run"
    TOO_SHORT = "too_short"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason with its number: a share from 0 to 1, or a count of words."""

    code: LikenessReason
    value: float


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """``alike``: one story. ``binding``: strong enough to merge two stories that exist already (implies ``alike``).

    ``shared_share``: share of the shorter text's words in shared windows; ``shared_of_longer`` of the longer one's.
    """

    alike: bool
    binding: bool
    shared_share: float
    shared_of_longer: float
    reasons: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What of an article decides whether it is a copy. ``text``: paragraphs separated by a blank line. ``published``:
    aware, None where unknown."""

    title: str | None
    text: str
    source_key: str
    published: datetime | None = None
    captions: tuple[str, ...] = ()

    @cached_property
    def windows(self) -> Windows:
        """Of the text; where there is none, of the captions."""
        return windows_of(self.text if self.text.strip() else "\n".join(self.captions))


def compare(one: Reading, other: Reading, *, stop: frozenset[int] = frozenset()) -> Likeness:
    """Whether two articles are one story. ``stop``: windows so frequent that sharing them says nothing."""
    first, second = one.windows, other.windows
    shared = (first.all & second.all) - stop
    of_one, of_other = _covered(first, shared), _covered(second, shared)
    shares = [sum(of_one) / max(1, len(of_one)), sum(of_other) / max(1, len(of_other))]
    if len(of_one) > len(of_other) or (len(of_one) == len(of_other) and shares[0] < shares[1]):
        shares.reverse()
    of_shorter, of_longer = shares
    reasons = [
        Finding(code=LikenessReason.SHARED_OF_SHORTER, value=of_shorter),
        Finding(code=LikenessReason.SHARED_OF_LONGER, value=of_longer),
        Finding(code=LikenessReason.LONGEST_RUN, value=max(_longest(of_one), _longest(of_other))),
    ]
    long_enough = min(len(of_one), len(of_other)) >= WORDS_MIN
    if not long_enough:
        reasons.append(Finding(code=LikenessReason.TOO_SHORT, value=min(len(of_one), len(of_other))))
    return Likeness(
        alike=long_enough and of_shorter >= ALIKE_SHARE,
        binding=long_enough and of_shorter >= BINDING_SHARE,
        shared_share=of_shorter,
        shared_of_longer=of_longer,
        reasons=tuple(reasons),
    )


def _covered(windows: Windows, shared: frozenset[int]) -> list[bool]:
    """For every word that a window ends at or runs over, whether it stands in a shared one."""
    covered = [False] * (windows.ends[-1] if windows.ends else 0)
    reached = 0
    for start, (hash_, end) in enumerate(zip(windows.hashes, windows.ends, strict=True)):
        if hash_ in shared:
            for position in range(max(start, reached), end):
                covered[position] = True
            reached = end
    return covered


def _longest(covered: Sequence[bool]) -> int:
    longest = run = 0
    for each in covered:
        run = run + 1 if each else 0
        longest = max(longest, run)
    return longest

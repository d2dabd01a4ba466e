"""Whether two articles are one story: the pure decision on their full texts, with its reasons.

    windows of both ─► without boilerplate ─► shares ─► long enough? ─► numbers agree? ─► the bar for these two

Symmetrical: which of the two came first, and which one is asked about the other, makes no difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from worker.dedup.overlap import Overlap, overlap_of
from worker.dedup.windows import Windows, windows_of, words_of

ALIKE_SHARE: Final = 0.57
"""Share of the shorter text's windows that the other one has too, from which on two texts of two sources are one story.
On agency copy in English and Korean, copies lie above 0.6 and articles that merely quote and tell the same below."""

SAME_SOURCE_SHARE: Final = 0.35
"""The same for two texts of one source, counted over long runs alone (overlap.RUN_WINDOWS): a source fills the same
frames in anew every day, and what is filled in breaks the text they share into short runs, while a copy keeps sentences
whole. On caption series, copies lie above 0.39 and what would chain unrelated photos below 0.30."""

PASSAGE_OF_LONGER: Final = 0.1
"""What is less of the longer text than this is a passage of it, and the shorter text a notice or a quotation that was
handed in alone: a site's legal notice is "contained" in every page that shows it."""

BINDING_OF_LONGER: Final = 0.15
"""The same for merging two stories: a bridge between two is more often a roundup or a long background than a copy. A
higher bar for the shorter text's share would only make the stories depend on the order of arrival (adjusted Rand index
0.90 between orders, with this one 0.99)."""

EVIDENCE_WINDOWS: Final = 30
"""Fewer shared windows (some 34 English words, 31 Korean ones) are a phrase, a notice or a caption's frame."""

BRIEF_SHARE: Final = 0.9
BRIEF_OF_LONGER: Final = 0.6
BRIEF_WINDOWS: Final = 8
"""Of texts that share fewer than EVIDENCE_WINDOWS: briefs are one story when nearly the same throughout."""

COMMON_HEADLINE_MIN: Final = 0.5
"""Two headlines of one source speak of one thing when they share so much of the shorter one's words."""

NUMBERS_MIN: Final = 3
NUMBERS_AGREE: Final = 0.5
"""Where two texts of one source have numbers and fewer than half of them are common, a frame has been filled in anew:
weather, markets, results, warnings. (Of two sources, either page may have counters and dates of its own.)"""


class LikenessReason(StrEnum):
    """What was found; each comes with a number."""

    SHARED_OF_SHORTER = "shared_of_shorter"
    SHARED_OF_LONGER = "shared_of_longer"
    SHARED_IN_RUNS = "shared_in_runs"
    SHARED_WINDOWS = "shared_windows"
    LONGEST_RUN = "longest_run"
    BOILERPLATE = "boilerplate"
    TOO_LITTLE = "too_little"
    NUMBERS_DIFFER = "numbers_differ"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason with its number: a share from 0 to 1, or a count of windows."""

    code: LikenessReason
    value: float


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """``alike``: one story. ``binding``: strong enough to merge two stories that exist already (implies ``alike``).

    ``shared_share``: share of the shorter text's windows that are shared; ``shared_of_longer`` of the longer one's.
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

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers in the text, as written, by their runs of digits."""
        return frozenset(number for word in self.windows.words for number in _DIGITS.findall(word))


_DIGITS: Final = re.compile(r"\d+")


def compare(one: Reading, other: Reading, *, stop: frozenset[int] = frozenset()) -> Likeness:
    """Whether two articles are one story. ``stop``: windows so frequent that sharing them says nothing."""
    same_source = one.source_key == other.source_key
    overlap = overlap_of(one.windows, other.windows, stop=stop, same_source=same_source)
    findings = {
        LikenessReason.SHARED_OF_SHORTER: overlap.of_shorter,
        LikenessReason.SHARED_OF_LONGER: overlap.of_longer,
        LikenessReason.SHARED_WINDOWS: overlap.shared,
        LikenessReason.LONGEST_RUN: overlap.longest_run,
    }
    if same_source:
        findings[LikenessReason.SHARED_IN_RUNS] = overlap.in_runs
    if overlap.boilerplate:
        findings[LikenessReason.BOILERPLATE] = overlap.boilerplate
    brief = overlap.shared < EVIDENCE_WINDOWS
    if brief:
        findings[LikenessReason.TOO_LITTLE] = overlap.shared
    alike = _is_brief_copy(overlap, same_source=same_source) if brief else _is_copy(overlap, same_source=same_source)
    if alike and brief and same_source and not headlines_agree(one.title, other.title):
        alike = False  # a few words under headlines with little in common are the source's notice
    if alike and same_source and (common := _common_numbers(one, other)) < NUMBERS_AGREE:
        findings[LikenessReason.NUMBERS_DIFFER] = common
        alike = False
    return Likeness(
        alike=alike,
        binding=alike and overlap.of_longer >= BINDING_OF_LONGER,
        shared_share=overlap.of_shorter,
        shared_of_longer=overlap.of_longer,
        reasons=tuple(Finding(code=code, value=value) for code, value in findings.items()),
    )


def headlines_agree(one: str | None, other: str | None) -> bool:
    """Whether two headlines have enough words in common to speak of one thing; an unknown one contradicts nothing."""
    first, second = set(words_of(one or "")), set(words_of(other or ""))
    return len(first & second) >= min(len(first), len(second)) * COMMON_HEADLINE_MIN


def _is_copy(overlap: Overlap, *, same_source: bool) -> bool:
    if overlap.of_longer < PASSAGE_OF_LONGER:
        return False
    return overlap.in_runs >= SAME_SOURCE_SHARE if same_source else overlap.of_shorter >= ALIKE_SHARE


def _is_brief_copy(overlap: Overlap, *, same_source: bool) -> bool:
    if overlap.shared < BRIEF_WINDOWS or overlap.of_longer < BRIEF_OF_LONGER:
        return False
    # One name filled into a brief's frame breaks a window or two: from the same source nothing may differ.
    return overlap.of_shorter == 1 if same_source else overlap.of_shorter >= BRIEF_SHARE


def _common_numbers(one: Reading, other: Reading) -> float:
    """Share of the numbers of the text that has fewer; 1 where one text has too few, or none of its own."""
    common = len(one.numbers & other.numbers)
    fewer = min(len(one.numbers), len(other.numbers))
    return 1.0 if fewer < NUMBERS_MIN else common / fewer

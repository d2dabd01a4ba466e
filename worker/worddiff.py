"""What changed between two texts, in words: ``The board voted [-in vain-] {+with one voice+} on …`` (the marks of
wdiff). Paragraphs that stayed are left out, and of those that changed only the surroundings of a change are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

CONTEXT_WORDS: Final = 6
"""Words shown on either side of a change."""

ALIKE_MIN: Final = 0.4
"""Two paragraphs that have less in common are not one that was changed: one went, another came."""

WORDS_PRODUCT_MAX: Final = 1_000_000
"""Comparing takes a time that grows with the product of the lengths (a second here); longer ones are shown whole."""


def word_difference(earlier: str, later: str) -> Iterator[str]:
    """One line for each paragraph that changed (``~``), went (``-``) or came (``+``), in the order of the texts."""
    before, after = earlier.split("\n\n"), later.split("\n\n")
    for tag, start, end, from_, to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _paragraphs(before[start:end], after[from_:to])


def _paragraphs(gone: Sequence[str], come: Sequence[str]) -> Iterator[str]:
    """A block of paragraphs that were replaced by others: each is told as a change of the first later one like it."""
    left = list(come)
    for paragraph in gone:
        place, changed = next(
            ((place, line) for place, other in enumerate(left) if (line := _changed(paragraph, other)) is not None),
            (None, None),
        )
        if place is None:
            yield f"- {paragraph}"
            continue
        yield from (f"+ {other}" for other in left[:place])
        yield f"~ {changed}"
        del left[: place + 1]
    yield from (f"+ {other}" for other in left)


def _changed(earlier: str, later: str) -> str | None:
    """The change from one paragraph to the other; None when they are too unlike, or too long to be compared."""
    before, after = earlier.split(), later.split()
    if len(before) * len(after) > WORDS_PRODUCT_MAX:
        return None
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.quick_ratio() < ALIKE_MIN or matcher.ratio() < ALIKE_MIN:
        return None
    parts: list[str] = []
    codes = matcher.get_opcodes()
    for number, (tag, start, end, from_, to) in enumerate(codes):
        if tag == "equal":
            parts.append(_context(before[start:end], first=number == 0, last=number == len(codes) - 1))
            continue
        if end > start:
            parts.append(f"[-{' '.join(before[start:end])}-]")
        if to > from_:
            parts.append(f"{{+{' '.join(after[from_:to])}+}}")
    return " ".join(parts)


def _context(words: Sequence[str], *, first: bool, last: bool) -> str:
    """What stayed, cut where it is far from any change."""
    head = 0 if first else CONTEXT_WORDS
    tail = 0 if last else CONTEXT_WORDS
    if len(words) <= head + tail + 1:
        return " ".join(words)
    return " ".join([*words[:head], "…", *words[len(words) - tail :]])

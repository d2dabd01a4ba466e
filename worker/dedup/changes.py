"""What kind of change a revision is."""

from __future__ import annotations

from enum import StrEnum

from worker.dedup.content import normalise
from worker.dedup.likeness import Reading


class ChangeClass(StrEnum):
    """``cosmetic`` makes no revision."""

    COSMETIC = "cosmetic"
    HEADLINE = "headline"
    TEXT = "text"
    CORRECTION = "correction"
    REMOVAL = "removal"


def change_class(before: Reading, after: Reading) -> ChangeClass:
    """The class of a change from one reading of an article to the next."""
    old, new = normalise(before.text), normalise(after.text)
    if old == new:
        same_title = normalise(before.title or "") == normalise(after.title or "")
        return ChangeClass.COSMETIC if same_title else ChangeClass.HEADLINE
    if before.windows.words == after.windows.words:
        return ChangeClass.COSMETIC
    if len(after.windows.words) * 2 < len(before.windows.words):
        return ChangeClass.REMOVAL
    return ChangeClass.TEXT

"""What kind of change a revision is, and which changes are none."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from worker.dedup.content import normalise
from worker.dedup.likeness import Reading
from worker.dedup.updates import update_of
from worker.dedup.windows import words_of

KEPT_MIN: Final = 0.5
"""A text that keeps less than this share of its windows, and is not half as long any more, was taken away."""

RESTLESS_SHARE: Final = 0.25
"""At most this share of a text may be a place that shows something else each time (an advertisement, a teaser)."""
RESTLESS_COMMON: Final = 0.3
"""What stands there has less than this share of its words in common with what stood there: an editor's new paragraph
about the same thing has more."""

_NOTICE: Final = re.compile(
    r"^\W*(?:correction|corrected|clarification|editor'?s note|this (?:article|story|report|version|item) (?:was|"
    r"has been|corrects|updates)|an earlier version|(?:korrektur|berichtigung|anm(?:erkung)?\.? d(?:er|\.) red)|"
    r"rectificati(?:f|on)|une version (?:précédente|antérieure)|correcci[óo]n|rectificaci[óo]n|fe de errat?as?|"
    r"fe de errores|una versión anterior|errata|correzione|rettifica|correção|바로잡습니다|정정|訂正|更正)"
)
_WITHDRAWN: Final = re.compile(
    r"\b(?:(?:story|article|report|item) (?:has been |is |was )?(?:withdrawn|retracted|removed|taken down)|"
    r"(?:withdrawn|retracted|kill(?:ed)?):? |zurückgezogen|wurde (?:entfernt|gelöscht)|a été (?:retiré|supprimé)|"
    r"ha sido (?:retirad|eliminad)|삭제된 기사|기사가 삭제|記事は削除)"
)


class ChangeClass(StrEnum):
    """``cosmetic`` makes no revision: nothing that anybody would call another text."""

    COSMETIC = "cosmetic"
    HEADLINE = "headline"
    TEXT = "text"
    CORRECTION = "correction"
    REMOVAL = "removal"


def change_class(before: Reading, after: Reading, *, earlier: Reading | None = None) -> ChangeClass:
    """The class of a change from one reading of an article to the next. ``earlier``: what stood before ``before``, by
    which a place that shows something else each time is known."""
    if before.windows.words == after.windows.words:
        same_title = words_of(before.title or "") == words_of(after.title or "")
        if same_title:
            return ChangeClass.COSMETIC
        return ChangeClass.CORRECTION if _marks_correction(before, after) else ChangeClass.HEADLINE
    if _is_taken_away(before, after):
        return ChangeClass.REMOVAL
    if _marks_correction(before, after) or _notices(after) - _notices(before):
        return ChangeClass.CORRECTION
    same_title = normalise(before.title or "") == normalise(after.title or "")
    if earlier is not None and same_title and _is_restless(earlier, before, after):
        return ChangeClass.COSMETIC
    return ChangeClass.TEXT


def _is_taken_away(before: Reading, after: Reading) -> bool:
    old, new = before.windows, after.windows
    shorter = len(new.words) * 2 < len(old.words)
    if shorter and _WITHDRAWN.search(normalise(after.text)) and not _WITHDRAWN.search(normalise(before.text)):
        return True
    return shorter and len(old.all & new.all) < len(old.all) * KEPT_MIN


def _marks_correction(before: Reading, after: Reading) -> bool:
    """The headline says so, and did not before."""
    old, new = update_of(before.title), update_of(after.title)
    return bool(new and new.is_correction) and not (old and old.is_correction)


def _notices(reading: Reading) -> frozenset[str]:
    """The paragraphs that say what was corrected."""
    return frozenset(paragraph for paragraph in _paragraphs(reading) if _NOTICE.match(paragraph))


def _is_restless(earlier: Reading, before: Reading, after: Reading) -> bool:
    """The two last changes were in the same paragraphs, small ones, that each time had nothing to do with the last; one
    that comes back is of those that take turns."""
    versions = [_paragraphs(each) for each in (earlier, before, after)]
    if len({len(each) for each in versions}) > 1:
        return False
    first, second, third = versions
    changed = [place for place in range(len(third)) if second[place] != third[place]]
    words = sum(len(words_of(third[place])) for place in changed)
    return words <= len(after.windows.words) * RESTLESS_SHARE and all(
        _unlike(third[place], second[place]) and (first[place] == third[place] or _unlike(first[place], third[place]))
        for place in changed
    )


def _unlike(one: str, other: str) -> bool:
    first, second = set(words_of(one)), set(words_of(other))
    return len(first & second) < max(1, min(len(first), len(second))) * RESTLESS_COMMON


def _paragraphs(reading: Reading) -> list[str]:
    return [normalise(paragraph) for paragraph in reading.text.split("\n\n")]

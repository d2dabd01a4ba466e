"""A publisher's own update chain: ``(LEAD)``, ``(2nd LD)``, ``UPDATE 1-``, ``CORRECTED-`` before one headline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from worker.dedup.content import normalise

_MARKS: Final = re.compile(
    r"^\s*(?:"
    r"[(\[](?:\d{0,2}(?:st|nd|rd|th)?[ -]?(?:lead|ld)(?:[ -]?writethru)?|urgent|update[ds]?(?: ?\d+)?|"
    r"correct(?:ed|ion)|종합\d?보?|속보|\d보|긴급|수정|정정)[)\]]"
    r"|(?:update|wrapup|refile|corrected|correction|rpt|urgent|updated)(?: \d+)? ?[-:]"
    r")\s*"
    r"|\s*[(\[](?:종합\d?보?|속보|\d보|수정|정정|updated?|corrected|lead|\d(?:st|nd|rd|th) ld)[)\]]\s*$"
)
"""What agencies put before, Korean ones also behind, a headline; looked for in normalised headlines."""


@dataclass(frozen=True, kw_only=True)
class Update:
    """``marker``: the marks taken off, empty where there is none. ``stem``: the normalised headline without them."""

    marker: str
    stem: str


def update_of(title: str | None) -> Update | None:
    """The headline of a possible chain; None where there is no title."""
    rest, marks = normalise(title or ""), []
    while match := _MARKS.search(rest):
        marks.append(match.group().strip())
        rest = (rest[: match.start()] + rest[match.end() :]).strip()
    return Update(marker=" ".join(marks), stem=rest) if rest else None


def same_chain(one: str | None, other: str | None) -> bool:
    """Whether two headlines of one source are versions of one: the same stem, and at least one of them marked."""
    first, second = update_of(one), update_of(other)
    if first is None or second is None or not (first.marker or second.marker):
        return False
    return first.stem == second.stem

"""A publisher's own update chain: ``(LEAD)``, ``(2nd LD)``, ``UPDATE 1-``, ``(종합2보)``, ``CORRECTED-``.

Agencies number the versions of an article in its headline and transmit each as an item of its own. Marks are known by
their words, in the languages of the agencies that use them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from worker.dedup.content import normalise
from worker.dedup.likeness import EVIDENCE_WINDOWS, Likeness, Reading, headlines_agree

_FLASH: Final = r"urgent|breaking(?: news)?|flash|alert|속보|긴급|速報|快讯|快訊|eilmeldung|eil|blitz|urgente"
_NUMBERED: Final = (
    r"\d{0,2}(?:st|nd|rd|th)?[ -]?(?:lead|ld)(?:[ -]?writethru)?|\d\. lead|lead \d+|update[ds]?(?: ?\d+)?|updat|"
    r"wrapup(?: \d+)?|roundup(?: \d+)?|refile|rpt|repeat|종합\d?보?|\d보|상보|更新|第\d报|"
    r"(?:\d\. )?zusammenfassung|aktualisiert|actualis[ée]e?|mise à jour|ampl(?:\.|ía|iación)?|actualiza(?:ción|do)?|"
    r"aggiorna(?:to|mento)|atualiza(?:do|ção)"
)
_CORRECTION: Final = (
    r"correct(?:ed|ion|s)?|clarification|수정|정정|바로잡습니다|訂正|更正|korrektur|berichtigung|berichtigt|"
    r"rectificati(?:f|on)|correcci[óo]n|corregido|correzione|corretto|corrigido|correção"
)
_ANY: Final = f"{_FLASH}|{_NUMBERED}|{_CORRECTION}"
_MARK: Final = re.compile(
    # In brackets at either end; bare before a colon, a slash or a free dash. Before a dash without spaces only what is
    # no word of the language there ("lead-free"): numbers and wire terms ("CORRECTED-UPDATE 2-…").
    rf"^[(\[【](?P<before>{_ANY})[)\]】]\s*"
    rf"|^(?P<bare>{_ANY})(?: ?[:/]| -) ?(?=\S)"
    r"|^(?P<glued>(?:update|wrapup|roundup|lead) \d+|refile|rpt|corrected|correction) ?-(?=\S)"
    rf"|\s*[(\[【](?P<behind>{_ANY})[)\]】]$"
)
_IS_FLASH: Final = re.compile(rf"(?:{_FLASH})$")
_IS_CORRECTION: Final = re.compile(rf"(?:{_CORRECTION})$")

COMMON_TEXT_MIN: Final = 0.5
"""Share of the shorter text's windows that the next version keeps."""


@dataclass(frozen=True, kw_only=True)
class Update:
    """``marker``: the marks taken off, empty where there is none. ``stem``: the normalised headline without them.
    ``rank``: which version its numbers say it is; 0 for a flash and for a headline without marks."""

    marker: str
    stem: str
    rank: int
    is_correction: bool


def update_of(title: str | None) -> Update | None:
    """The headline of a possible chain; None where nothing but marks is left of it."""
    rest, marks = normalise(title or ""), list[str]()
    while match := _MARK.search(rest):
        marks.append(match[match.lastgroup or 0])
        rest = (rest[: match.start()] + rest[match.end() :]).strip()
    if not rest:
        return None
    return Update(
        marker=" ".join(marks),
        stem=rest,
        rank=max(map(_rank, marks), default=0),
        is_correction=any(_IS_CORRECTION.match(mark) for mark in marks),
    )


def same_chain(one: str | None, other: str | None) -> bool:
    """Whether two headlines of one source are versions of one: the same stem, and at least one of them marked."""
    first, second = update_of(one), update_of(other)
    if first is None or second is None or not (first.marker or second.marker):
        return False
    return first.stem == second.stem


UNRELATED_SHARE: Final = 0.05
"""Two long texts under one headline that share less are two days of one column ("Shares close higher")."""


def is_version(one: Reading, other: Reading, likeness: Likeness) -> bool:
    """Whether two articles of one source are versions in one chain: under one headline, or under a rewritten one with
    half of its words and half of the text kept, and another number."""
    if one.source_key != other.source_key:
        return False
    windows = min(len(one.windows.all), len(other.windows.all))
    if same_chain(one.title, other.title):
        return windows < EVIDENCE_WINDOWS or likeness.shared_share >= UNRELATED_SHARE
    shared = windows * likeness.shared_share
    return (
        likeness.shared_share >= COMMON_TEXT_MIN
        and shared >= EVIDENCE_WINDOWS
        and _is_rewritten(one.title, other.title)
    )


def _is_rewritten(one: str | None, other: str | None) -> bool:
    first, second = update_of(one), update_of(other)
    if first is None or second is None:
        return False
    return first.rank != second.rank and headlines_agree(first.stem, second.stem)


def _rank(mark: str) -> int:
    if _IS_FLASH.match(mark):
        return 0
    number = re.search(r"\d+", mark)
    return int(number.group()) if number else 1

"""The day that a text opens with: ``(21. November 2022) Prices rise``, ``Press release of 25 January 2022 – ``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from worker.parsing.article import StatedTime
from worker.parsing.dates import printed_times

PARAGRAPHS: Final = 3
OPENING_CHARS: Final = 90
_BEFORE: Final = re.compile(
    r"(?i)\W{0,2}|(?:presse|medien)(?:mitteilung|information|meldung)(?:\snr\.?\s?[\d/]{1,9})?,?(?:\s(?:vom|am))?\W{0,3}|"
    r"press release\W{0,3}(?:of\s|dated\s)?|communiqué(?: de presse)? du\s|comunicato(?: stampa)? del\s|"
    r"nota de prensa del?\s"
)
_AFTER: Final = re.compile(r"\s?[)|–—]|\s-\s")
_NOTICE: Final = re.compile(r"\((?P<notice>[^()]{8,60})\)\W{0,2}$")


def opening_day(paragraphs: Sequence[str], *, day_first: bool | None) -> StatedTime | None:
    """Of the first paragraph that begins with a day in brackets, or with that of a press release, before place or text.

    A day without such a mark is the beginning of a sentence: it may be anything's.
    """
    for paragraph in paragraphs[:PARAGRAPHS]:
        opening = paragraph[:OPENING_CHARS]
        found = next(printed_times(opening, day_first=day_first), None)
        if found is None or not _AFTER.match(opening[found.end :]):
            continue
        if _BEFORE.fullmatch(opening[: found.start]):
            return found.time
    return None


def closing_day(summary: str | None, *, day_first: bool | None) -> StatedTime | None:
    """In brackets at the end of a description: ``… a record year (News of 14 January 2020)``."""
    match = _NOTICE.search(summary or "")
    found = list(printed_times(match["notice"], day_first=day_first)) if match else []
    return found[0].time if len(found) == 1 else None

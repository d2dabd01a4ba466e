"""Whether 03/04/2020 is the third of April in a text that states no language: told from the text itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from worker.parsing.language import day_comes_first, told_language

LINES_READ_MAX: Final = 5_000
LINE_CHARS_MAX: Final = 160
SAMPLE_CHARS: Final = 3_000
_FIGURES: Final = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2(?:[12]\d)?\d\d(?![\d/-])")
_COUNTRIES: Final = {"uk": True, "ie": True, "au": True, "nz": True, "za": True, "in": True, "ng": True, "us": False}
"""Countries that write English, by the last part of a host's name."""


def day_order(lines: Sequence[str], url: str | None = None) -> bool | None:
    """By dates that can be read in one way only, else by the site's country, else by the language.

    None where nothing tells: English of no known country, or dates of both kinds.
    """
    dates = [
        match for line in lines[:LINES_READ_MAX] if len(line) <= LINE_CHARS_MAX for match in _FIGURES.finditer(line)
    ]
    if not dates:
        return None
    sure = {int(date[1]) > 12 for date in dates if (int(date[1]) > 12) != (int(date[3]) > 12)}
    if len(sure) == 1:
        return sure.pop()
    if sure:
        return None
    country = _country(url)
    if country in _COUNTRIES:
        return _COUNTRIES[country]
    longest = sorted(lines[:LINES_READ_MAX], key=len, reverse=True)[:10]
    return day_comes_first(told_language("\n".join(longest)[:SAMPLE_CHARS]))


def _country(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").rpartition(".")[2]
    except ValueError:
        return ""

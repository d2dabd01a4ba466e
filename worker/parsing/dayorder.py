"""Whether 03/04/2020 is the third of April in a text that states no language: told from the text itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from worker.parsing.language import day_comes_first, told_language
from worker.parsing.text import URL_CHARS_MAX

LINES_READ_MAX: Final = 5_000
LINE_CHARS_MAX: Final = 160
SAMPLE_CHARS: Final = 3_000
_FIGURES: Final = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2((?:[12]\d)?\d\d)(?![\d/-])")
_MONTH_IN_PATH: Final = re.compile(r"/20(\d\d)/([01]?\d)/")
_COUNTRIES: Final = {"uk": True, "ie": True, "au": True, "nz": True, "za": True, "in": True, "ng": True, "us": False}
"""Countries that write English, by the last part of a host's name."""


def day_order(lines: Sequence[str], url: str | None = None) -> bool | None:
    """By dates that can be read in one way only, else by the address's month, the site's country, the language.

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
    told = _told_by_path(dates, url)
    if told is not None:
        return told
    country = _country(url)
    if country in _COUNTRIES:
        return _COUNTRIES[country]
    longest = sorted(lines[:LINES_READ_MAX], key=len, reverse=True)[:10]
    return day_comes_first(told_language("\n".join(longest)[:SAMPLE_CHARS]))


def _told_by_path(dates: Sequence[re.Match[str]], url: str | None) -> bool | None:
    """``/2023/11/`` in the address and 11/08/23 on the page: the month comes first."""
    path = _MONTH_IN_PATH.search((url or "")[:URL_CHARS_MAX])
    if path is None:
        return None
    month = int(path[2])
    same = [(int(date[1]), int(date[3])) for date in dates if date[4][-2:] == path[1]]
    told = {day == month for month_or_day, day in same if (month_or_day == month) != (day == month)}
    return told.pop() if len(told) == 1 else None


def _country(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").rpartition(".")[2]
    except ValueError:
        return ""

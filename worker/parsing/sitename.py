"""The outlet's name where no machine is told it: as the page prints it, and held to the page's address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from worker.parsing.text import comparable, unaccented
from worker.parsing.urls import site_words

NAME_CHARS_MAX: Final = 60
WORD_CHARS_MIN: Final = 3
_COPYRIGHT: Final = re.compile(
    r"(?i)^(?:©|ⓒ|\(c\)|copyright)[\s©]*(?:\d{4}(?:\s?[-–]\s?\d{4})?)?[\s,.|:]*(?:by\s)?(?P<name>[^,.|©]{2,60})"
)
_PARTS: Final = re.compile(r"\s[|│\-–—»«·•:]\s")


def printed_site(lines: Iterable[str], url: str | None) -> str | None:
    """The first line, or the holder of a copyright, that says the address's own name: ``The Islander``.

    An address without a name to compare with gives None: a line alone does not tell an outlet from a section.
    """
    known = {word for word in map(comparable, site_words(url)) if len(word) >= WORD_CHARS_MIN}
    if not known:
        return None
    for line in lines:
        if len(line) > NAME_CHARS_MAX * 2:
            continue
        match = _COPYRIGHT.match(line)
        name = (match["name"] if match else line).strip(" .|·•–—-")
        if len(name) <= NAME_CHARS_MAX and _says(name, known):
            return name
    return None


def site_in_title(title: str | None, url: str | None) -> str | None:
    """The part of a window's title that says the address's own name: ``Ferry strike ends - The Islander``."""
    parts = _PARTS.split(title[:1_000]) if title else []
    return printed_site(reversed(parts[1:]), url) if len(parts) > 1 else None


def _says(name: str, known: set[str]) -> bool:
    key = comparable(name)
    return bool(key) and (key in known or unaccented(key) in known or key.removeprefix("the") in known)

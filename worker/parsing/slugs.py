"""What an address spells of its headline: ``/2021/03/night-ferry-returns-4711.html`` says three words of it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote, urlsplit

from worker.parsing.text import URL_CHARS_MAX

_WORD: Final = re.compile(r"[^\W_]+")
_SUFFIX: Final = re.compile(r"\.\w{2,5}$")
_SPELT: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d"}
_NUMBER: Final = re.compile(r"\d{3}")
SLUG_WORDS_MIN: Final = 2


def slug_words(url: str | None) -> frozenset[str]:
    """The words of the path's most wordy part, as addresses spell them; empty when it has fewer than two."""
    try:
        path = unquote(urlsplit((url or "")[:URL_CHARS_MAX]).path)
    except ValueError:
        return frozenset()
    best: list[str] = []
    for part in path.split("/"):
        words = [word for word in spelt_words(_SUFFIX.sub("", part)) if not _NUMBER.search(word)]
        if len(words) >= max(len(best), SLUG_WORDS_MIN):
            best = words
    return frozenset(best)


def spelt_words(line: str) -> list[str]:
    """The words of two characters and more without accents, umlauts as two letters: the way slugs are made."""
    plain = "".join(_SPELT.get(char, char) for char in line.casefold())
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return [word for word in _WORD.findall(plain) if len(word) > 1 and not word.isdigit()]


def slug_overlap(line: str, slug: frozenset[str]) -> tuple[float, float]:
    """How well the line's words and the slug's match (F1), and the share of the slug held; 0 under two words."""
    words = set(spelt_words(line)) if slug else set()
    shared = len(words & slug)
    if shared < SLUG_WORDS_MIN:
        return 0.0, 0.0
    return 2 * shared / (len(words) + len(slug)), shared / len(slug)

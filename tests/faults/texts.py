"""Articles invented for a run: words of no language, so that no two are alike by chance. Pure: a seed decides all."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final

from tests.faults.hooks import KILLS, RAISES

_ONSETS: Final = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "r",
    "s",
    "st",
    "t",
    "v",
)
_VOWELS: Final = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_CODAS: Final = ("", "n", "r", "s", "l", "m", "t", "nd", "rk")


@dataclass(frozen=True, kw_only=True)
class Article:
    """``key``: its guid in a feed, its id in a seed. ``poison``: the word that makes it deadly, or raise, to parse."""

    key: str
    title: str
    text: str
    poison: str = ""


class Writer:
    """Writes articles, each once. ``prefix`` of all keys: what tells the articles of several writers apart."""

    def __init__(self, rng: random.Random, *, prefix: str = "a") -> None:
        self._rng = rng
        self._prefix = prefix
        self._count = 0

    def article(self, *, poison: str = "") -> Article:
        self._count += 1
        title = " ".join(self._words(6)).capitalize()
        text = "\n\n".join(self._paragraph() for _ in range(3))
        if poison:
            text = f"{text}\n\nIt was {poison}, the {self._word()} said."
        return Article(key=f"{self._prefix}{self._count}-{self._word()}", title=title, text=text, poison=poison)

    def articles(self, count: int) -> tuple[Article, ...]:
        return tuple(self.article() for _ in range(count))

    def deadly(self) -> Article:
        return self.article(poison=KILLS)

    def raising(self) -> Article:
        return self.article(poison=RAISES)

    def revised(self, article: Article) -> Article:
        """The same article, corrected: its key stays."""
        return replace(article, text=f"{article.text}\n\n{self._paragraph()}")

    def elsewhere(self, article: Article) -> Article:
        """The same text under another key: what a second outlet carries."""
        self._count += 1
        return replace(article, key=f"{self._prefix}{self._count}-{self._word()}")

    def _paragraph(self) -> str:
        return " ".join(self._words(28)).capitalize() + "."

    def _words(self, count: int) -> list[str]:
        return [self._word() for _ in range(count)]

    def _word(self) -> str:
        syllables = [
            self._rng.choice(_ONSETS) + self._rng.choice(_VOWELS) + self._rng.choice(_CODAS)
            for _ in range(self._rng.randint(1, 3))
        ]
        return "".join(syllables)

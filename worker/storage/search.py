"""Which texts hold all words of a search, whatever their case, on either engine alike.

SQL narrows down, Python decides. How a database folds case depends on its kind and locale (SQLite: ASCII alone;
PostgreSQL under the C locale: the same), so the pattern leaves every other cased letter open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_

from worker.storage.tables import articles

_ESCAPE = "\\"
_WILDCARDS = re.compile(r"[\\%_]")
# One letter folds to these two or three: "ß", and ligatures. (The Kelvin sign and the long s, which fold to a plain
# "k" and "s", are given up: no word with these letters could be narrowed down by.)
_FOLDED_LETTERS = re.compile(r"ss|ff[il]?|fi|fl|st")


def words_of(search: str) -> tuple[str, ...]:
    """The words, case folded. A search of white space alone has none, and finds everything."""
    return tuple(word.casefold() for word in search.split())


def may_match(words: Sequence[str]) -> ColumnElement[bool]:
    """True of every article that ``matches``, and of a few others."""
    return and_(*(_may_hold(_pattern(word)) for word in words))


def _may_hold(pattern: str) -> ColumnElement[bool]:
    return or_(*(column.ilike(pattern, escape=_ESCAPE) for column in (articles.c.title, articles.c.text)))


def _pattern(word: str) -> str:
    parts = _FOLDED_LETTERS.split(word)
    return f"%{'%'.join(''.join(map(_pattern_of, part)) for part in parts)}%"


def _pattern_of(character: str) -> str:
    if character.isascii():
        return _WILDCARDS.sub(r"\\\g<0>", character)
    return "%" if character.upper() != character or character.lower() != character else character


def matches(words: Sequence[str], title: str | None, text: str) -> bool:
    """All words are in the title or the text, anywhere."""
    folded = f"{title or ''}\n{text}".casefold()
    return all(word in folded for word in words)

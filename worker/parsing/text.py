"""Strings as the store can hold them, and text as paragraphs.

PostgreSQL refuses NUL and lone surrogates, SQLite stores the first and refuses the second; JSON carries both. So every
string that enters a record passes ``scrub`` first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

_LINE_ENDS: Final = re.compile("\r\n?|[\x85\u2028\u2029\x0b\x0c]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_INVISIBLE: Final = re.compile("[\xad\u200b\u2060\ufeff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_ODD: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
"""Anything that ``scrub`` takes out: looked for once, as nearly every string has none."""
_SPACES: Final = re.compile(r"[^\S\n]+")
_NOT_COMPARED: Final = re.compile(r"[\W_]+")

TITLE_CHARS_MAX: Final = 1_000
NAME_CHARS_MAX: Final = 256
URL_CHARS_MAX: Final = 2_048
CAPTION_CHARS_MAX: Final = 4_000
LISTED_MAX: Final = 200
"""Captions, images: an article with a million pictures is an attack."""
TAGS_MAX: Final = 50
TAG_CHARS_MAX: Final = 128
TAGS_CHARS_MAX: Final = 20_000


def has_controls(value: str) -> bool:
    """Whether ``scrub`` would take something away that a reader could miss (invisible joiners do not count)."""
    return bool(_CONTROLS.search(value) or _SURROGATES.search(value))


def scrub(value: str) -> str:
    """Line ends as LF; no control characters, no soft hyphens or zero-width marks; lone surrogates as U+FFFD."""
    value = _LINE_ENDS.sub("\n", value)
    value = _INVISIBLE.sub("", _CONTROLS.sub("", value))
    return _SURROGATES.sub("\ufffd", value)


def one_line(value: str) -> str:
    """Scrubbed, white space collapsed, none at the ends."""
    return " ".join((scrub(value) if _ODD.search(value) else value).split())


def short_line(value: str | None, limit: int) -> str | None:
    """One line of at most ``limit`` characters, or None when nothing is left. Reads no more than it may keep."""
    line = one_line((value or "")[: limit * 8])
    return line[:limit].rstrip() or None


def lines_of(value: str) -> list[str]:
    """The lines that hold something, trimmed, inner white space collapsed. A paragraph of copy is one line."""
    return [line for line in (_SPACES.sub(" ", raw).strip() for raw in value.split("\n")) if line]


def join_paragraphs(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(paragraphs)


def comparable(value: str) -> str:
    """For telling whether two strings say the same: letters and digits only, case folded."""
    return _NOT_COMPARED.sub("", value.casefold())


def unaccented(value: str) -> str:
    """Without the accents of its letters, as addresses spell names."""
    return "".join(char for char in unicodedata.normalize("NFKD", value) if not unicodedata.combining(char))


def unique(values: Iterable[str], limit: int) -> tuple[str, ...]:
    """In order, each once, at most ``limit``."""
    return tuple(dict.fromkeys(values))[:limit]


def listed_tags(value: str) -> Iterator[str]:
    """The tags of one string: parted at semicolons where there are any, else at commas."""
    plain = value[:TAGS_CHARS_MAX]
    for part in plain.split(";" if ";" in plain else ","):
        if tag := short_line(part, TAG_CHARS_MAX):
            yield tag

"""Strings of strangers made fit to travel: no NUL, no lone surrogate, no markup where text is meant, bounded length."""

from __future__ import annotations

import html
import re
from typing import Final

import nh3

_CONTROLS: Final = bytes({*range(32), 127} - {9, 10, 13})
_SURROGATE: Final = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")  # as UTF-8 writes them, if it is let
_NONCHARACTER: Final = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE, U+FFFF
_MARKUP: Final = re.compile(r"<[a-zA-Z/!?]")
_BLOCK: Final = re.compile(
    r"<(?=/?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|th|blockquote|figure|figcaption|hr)\b)", re.IGNORECASE
)


def clean(text: str) -> str:
    """Without what XML 1.0 forbids (PostgreSQL refuses NUL, SQLite surrogates); U+FFFD for a surrogate."""
    # On bytes, because it is done to every document and every field: a character class costs 15 times as much.
    if text.isascii():
        plain = text.encode()
        kept = plain.translate(None, _CONTROLS)
        return text if len(kept) == len(plain) else kept.decode()
    given = text.encode("utf-8", "surrogatepass")
    kept = _NONCHARACTER.sub(b"", given.translate(None, _CONTROLS))
    kept = _SURROGATE.sub(b"\xef\xbf\xbd", kept)
    return text if kept == given else kept.decode("utf-8")


def one_line(text: str, *, characters_max: int) -> str | None:
    """Cleaned, white space collapsed, cut; None when nothing is left."""
    line = " ".join(clean(text[: characters_max * 4]).split())[:characters_max].rstrip()
    return line or None


def text_of(markup: str, *, characters_max: int) -> str | None:
    """The text of an HTML fragment, or of a plain text that may hold entities, as one line; None when there is none."""
    # Of a long body the beginning is enough: 20,000 nested elements cost the HTML parser a second.
    return one_line(strip_markup(markup[: characters_max * 8]), characters_max=characters_max)


def strip_markup(markup: str) -> str:
    """Tags go, their text stays (not that of scripts and styles), blocks are set apart by a space."""
    if _MARKUP.search(markup):
        markup = nh3.clean(_BLOCK.sub(" <", markup), tags=set())
    return html.unescape(markup) if "&" in markup else markup

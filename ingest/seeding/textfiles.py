"""Bytes of a file that somebody calls a text: decoded, or a sentence why they are no text."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE_BYTES = 64 * 1024
_CONTROL_SHARE_MAX = 0.01
"""News copy of the wires holds a few control characters (STX, ETX); binary files hold a tenth and more."""

_WESTERN_SHARE_MAX = 0.25
_NO_WESTERN_WORD = re.compile(r"[^\W\d_][¡¢¤¥¦¨¬¯±²³µ¶¸¹¼½¾¿×÷ÐÞÝ][a-zà-ÿ]|[¢¤¥¦¨¬¯²³¸¹¼½¾×÷][a-zà-ÿ]")
"""Signs inside or before a word: there the same byte is a letter, in Windows-1250, -1251 or another code page."""


@dataclass(frozen=True, kw_only=True)
class Decoded:
    text: str
    guessed: bool


@dataclass(frozen=True, kw_only=True)
class NotText:
    reason: str


def decode_text(body: bytes) -> Decoded | NotText:
    """By byte order mark, as UTF-8, else by statistics over the whole (then ``guessed``)."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return Decoded(text=body.decode(encoding, "replace"), guessed=False)
    if looks_binary(body):
        return NotText(reason="does not look like text: it holds binary data")
    try:
        return Decoded(text=body.decode("utf-8"), guessed=False)
    except UnicodeDecodeError:
        return _guessed(body)


def looks_binary(body: bytes) -> bool:
    """True when control characters make up over 1 % of the first 64 KiB, UTF-16 with a mark aside."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    sample = body[:_SAMPLE_BYTES]
    return len(_CONTROL.findall(sample)) > _CONTROL_SHARE_MAX * len(sample)


def _guessed(body: bytes) -> Decoded | NotText:
    if _is_western(body[:_SAMPLE_BYTES]):
        return Decoded(text=body.decode("cp1252", "replace"), guessed=True)
    best = from_bytes(body[:_SAMPLE_BYTES]).best()
    if best is None:
        return NotText(reason="does not look like text: it is in no encoding that is known here")
    return Decoded(text=body.decode(best.encoding, "replace"), guessed=True)


def _is_western(sample: bytes) -> bool:
    """Whether the bytes make Western European words in Windows-1252, which statistics often take for Windows-1250."""
    if sum(byte > 127 for byte in sample) > _WESTERN_SHARE_MAX * len(sample):
        return False
    try:
        return not _NO_WESTERN_WORD.search(sample.decode("cp1252"))
    except UnicodeDecodeError:
        return False

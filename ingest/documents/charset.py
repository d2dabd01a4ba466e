"""Feed bytes to text. Publishers misdeclare their encoding, so what the bytes can be decides before what is declared.

feedparser believes the declaration first: it reads declared UTF-8 with one bad byte as windows-1252 throughout, and
decodes UTF-7, in which a harmless text can hold ``<script>``. So the text is settled here, and handed on as UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# XML 1.0, appendix F: "<?" in encodings that hold no mark
_UNMARKED: Final = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_UNSAFE: Final = frozenset({"utf_7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs"})
_IN_XML: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_IN_HTTP: Final = re.compile(r";\s*charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """``guessed``: the declared encoding did not fit, or none was declared and the bytes are not UTF-8."""

    text: str
    guessed: bool = False


def decode(data: bytes, content_type: str | None) -> Decoded:
    """Never raises: what cannot be decoded becomes U+FFFD, and that is a guess."""
    for mark, encoding in (*_BOMS, *_UNMARKED):
        if data.startswith(mark):
            return _try(data, encoding) or Decoded(text=data.decode(encoding, "replace"), guessed=True)
    declared = tuple(_declared(data, content_type))
    stateful = b"\x1b" in data[:100_000]  # ISO-2022: plain ASCII bytes, so valid UTF-8 too
    for encoding in (*declared, "utf-8") if stateful else ("utf-8", *declared):
        if decoded := _try(data, encoding):
            return decoded
    as_utf8 = data.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    if sum(not character.isascii() for character in as_utf8) - broken >= broken:
        return Decoded(text=as_utf8, guessed=True)
    return Decoded(text=data.decode("windows-1252", "replace"), guessed=True)


def http_charset(content_type: str | None) -> str | None:
    """The charset that a Content-Type names (RFC 9110, 8.3.2), as it stands."""
    named = _IN_HTTP.search(content_type[:1000]) if content_type else None
    return named[1] if named else None


def _try(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(text=data.decode(encoding))
    except UnicodeError:
        return None


def _declared(data: bytes, content_type: str | None) -> Iterator[str]:
    in_xml = _IN_XML.match(data[:300].lstrip())
    for name in (http_charset(content_type), in_xml and in_xml[1].decode("ascii")):
        if not name:
            continue
        try:
            codec = codecs.lookup(name)
        except LookupError:
            continue
        if codec.name.replace("-", "_") not in _UNSAFE and getattr(codec, "_is_text_encoding", True):
            # GB 18030 and windows-1252 hold everything of the smaller sets that they are declared as
            yield {"gb2312": "gb18030", "iso8859-1": "windows-1252", "ascii": "windows-1252"}.get(
                codec.name, codec.name
            )

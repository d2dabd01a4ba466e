"""Bytes to text: what they are decides before what is stated of them, and a doubt is said."""

from __future__ import annotations

import codecs
import contextlib
import re
import zlib
from dataclasses import dataclass
from typing import Final

from worker.parsing.mojibake import mended
from worker.parsing.text import has_controls

_META_CHARSET: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,3}=\s{0,3}[\"']?\s{0,3}([\w.:-]{1,40})", re.IGNORECASE
)
_XML_ENCODING: Final = re.compile(rb"^\s{0,20}<\?xml[^>]{0,100}?encoding=[\"']([\w.:-]{1,40})", re.IGNORECASE)
_LABELS: Final = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "shift-jis": "cp932", "x-sjis": "cp932", "iso-8859-9": "cp1254", "utf8": "utf-8", "unicode": "utf-8",
}  # fmt: skip
"""What browsers read under these labels (WHATWG Encoding Standard, section 4.2)."""
_NEVER: Final = frozenset(
    {"utf_7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"}
)
"""Codecs in which harmless bytes hold other text (UTF-7: ``<script>``), or that are no character sets."""
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TWO_BYTE: Final = frozenset({"cp949", "gb18030", "cp932", "big5", "euc-jp"})
_STATEFUL: Final = frozenset({"iso-2022-jp", "iso-2022-kr", "hz"})
"""Their bytes below 32 are not control characters."""
_WIDE: Final = ("utf-16", "utf-32", "utf_16", "utf_32")
_CONTROL_BYTES: Final = bytes({*range(9), *range(14, 32), 127})
REPLACED_MAX: Final = 3
"""So many U+FFFD may stand in a page that was decoded well: people copy them around."""
_GZIP: Final = b"\x1f\x8b\x08"
_INFLATED_AT_ONCE: Final = 512
"""So much at most is lost before a damaged byte."""
INFLATED_BYTES_MAX: Final = 32 * 1024 * 1024
_WIDE_SAMPLE: Final = 4_096
_WIDE_SHARE_MIN: Final = 0.05
"""Of the high bytes of UTF-16 at least those of blanks and digits are zero, in every script."""


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """``guessed``: the bytes do not fit what was stated. ``controls``: control characters were taken out. ``cut``: the
    body was compressed and ends in the middle."""

    text: str
    guessed: bool
    controls: bool
    cut: bool = False


def decoded(body: bytes, *, stated: str | None = None, is_html: bool = True) -> Decoded:
    """Byte order mark, then what HTTP states, then what the document states, then UTF-8, then a guess.

    Bytes that are valid UTF-8 beyond ASCII are UTF-8, whatever else is stated: chance does not make them (for the
    two-byte sets of East Asia it takes more than a word). UTF-16 without a mark is told by its zeros.
    """
    body, cut = _inflated(body)
    for mark, marked in _BOMS:
        if body.startswith(mark):
            text = body[len(mark) :].decode(marked, "replace")
            return _decoded(text, guessed=False, controls=has_controls(text), cut=cut)
    wide = _wide(body)
    if wide is not None:
        return _decoded(wide, guessed=True, controls=has_controls(wide), cut=cut)
    encoding = _codec(stated) or (_codec_in(body) if is_html else None)
    misstated = encoding is not None and encoding.startswith(_WIDE)
    if encoding is not None and encoding in _STATEFUL:
        text = body.decode(encoding, "replace")
        return _decoded(text, guessed=False, controls=has_controls(text), cut=cut)
    bare = body.translate(None, delete=_CONTROL_BYTES)
    text, guessed = _read(bare, None if misstated else encoding, is_html=is_html)
    return _decoded(text, guessed=guessed or misstated, controls=len(bare) < len(body), cut=cut)


def _inflated(body: bytes) -> tuple[bytes, bool]:
    """A body that was left compressed, as far as it goes, and whether it goes on."""
    if not body.startswith(_GZIP):
        return body, False
    inflater, pieces, left = zlib.decompressobj(31), [], INFLATED_BYTES_MAX
    with contextlib.suppress(zlib.error):  # what came before the damage counts, and ``cut`` says that it is not all
        for start in range(0, len(body), _INFLATED_AT_ONCE):
            piece = inflater.decompress(body[start : start + _INFLATED_AT_ONCE], left)
            pieces.append(piece)
            left -= len(piece)
            if inflater.eof or left <= 0:
                break
    plain = b"".join(pieces)
    return (plain, not inflater.eof) if plain else (body, False)


def _wide(body: bytes) -> str | None:
    """The text of UTF-16 without a mark: one of two neighbouring bytes is often zero, the other seldom."""
    sample = body[:_WIDE_SAMPLE]
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    many, few = sorted((first, second), reverse=True)
    if len(sample) < 16 or many < _WIDE_SHARE_MIN * len(sample) / 2 or few > many / 4:
        return None
    try:
        return body.decode("utf-16-le" if second > first else "utf-16-be")
    except UnicodeDecodeError:
        return None


def _read(body: bytes, encoding: str | None, *, is_html: bool) -> tuple[str, bool]:
    """The text, and whether its encoding had to be guessed against or without a statement."""
    try:
        text = body.decode("utf-8")
        beyond = len(body) - len(text)
        misstated = encoding not in (None, "utf-8") and beyond > (40 if encoding in _TWO_BYTE else 0)
        if encoding in (None, "utf-8") or misstated or not beyond:
            return text, misstated
    except UnicodeDecodeError:
        pass
    if encoding and encoding != "utf-8":
        try:
            return body.decode(encoding), False
        except UnicodeDecodeError:
            return body.decode(encoding, "replace"), True
    if encoding == "utf-8" or not is_html:
        return body.decode("utf-8", "replace"), True
    return body.decode(_most_likely(body), "replace"), True


def _decoded(text: str, *, guessed: bool, controls: bool, cut: bool) -> Decoded:
    """Fields are scrubbed when they are taken out: here only what stops a parser goes (all of it costs 12 ms)."""
    text, doubtful = mended(text)
    replaced = text.count("\ufffd") > REPLACED_MAX
    return Decoded(text=text.replace("\0", ""), guessed=guessed or replaced or doubtful, controls=controls, cut=cut)


def _codec(label: str | None) -> str | None:
    name = (label or "").strip().strip("\"'").lower()[:40]
    name = _LABELS.get(name, name)
    try:
        codec = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return None
    if codec is None or codec.name.replace("-", "_") in _NEVER or not getattr(codec, "_is_text_encoding", False):
        return None
    return name


def _codec_in(body: bytes) -> str | None:
    start = body[:4_096]
    match = _META_CHARSET.search(start) or _XML_ENCODING.match(start) or _META_CHARSET.search(body[:65_536])
    codec = _codec(match[1].decode("ascii", "replace")) if match else None
    return "utf-8" if codec and codec.startswith(_WIDE) else codec  # it was read as ASCII just now


def _most_likely(body: bytes) -> str:
    """Without any statement and no UTF-8: Western European, unless too many bytes lie beyond ASCII for that."""
    import charset_normalizer  # noqa: PLC0415 - half a page in ten thousand needs it

    start = body[:50_000]
    if sum(byte > 127 for byte in start) * 6 < len(start) or len(start) < 64:
        return "cp1252"
    best = charset_normalizer.from_bytes(body[:50_000]).best()
    return best.encoding if best is not None and _codec(best.encoding) else "cp1252"

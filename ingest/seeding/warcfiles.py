"""Records of a WARC file (ISO 28500), plain or gzipped a member a record, in their order and under bounds.

warcio reads the headers; the loop is our own, because its iterator loses everything behind a damaged gzip member, reads
lines of any length, and reports on stderr. Nothing is held beyond one record.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

HEAD_BYTES_MAX: Final = 64 * 1024
_MEMBER: Final = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
"""A gzip member's first bytes (RFC 1952, 2.3): magic, deflate, no reserved flag."""
_PIECE: Final = 64 * 1024
_SKIPPED_AT_ONCE: Final = 1024 * 1024
_VERSIONS: Final = ["WARC/1.1", "WARC/1.0", "WARC/0.17", "WARC/0.18"]


@dataclass(frozen=True, kw_only=True)
class WarcRecord:
    """``block`` is None where the record was not asked for; ``too_long``: it is cut at the bound."""

    number: int
    headers: StatusAndHeaders
    block: bytes | None
    too_long: bool = False

    def header(self, name: str) -> str:
        """Empty where the record has none of this name."""
        return (self.headers.get_header(name) or "").strip()

    @property
    def kind(self) -> str:
        return self.header("WARC-Type").lower()

    @property
    def url(self) -> str:
        """``WARC-Target-URI``; Wget up to 1.19 writes it in angle brackets."""
        return self.header("WARC-Target-URI").removeprefix("<").removesuffix(">").replace(" ", "%20")


@dataclass(frozen=True, kw_only=True)
class DamagedRecord:
    """A place in the file that is no whole record. What follows is read all the same."""

    number: int
    reason: str


class _DamagedError(Exception):
    """The message ends the sentence "the record ..."."""


def warc_records(
    stream: io.BufferedReader[Any], *, wanted: frozenset[str], block_bytes_max: int
) -> Iterator[WarcRecord | DamagedRecord]:
    """Every record, with the block of those whose WARC-Type is ``wanted``. Raises OSError where the disk does."""
    reader = _Reader(stream)
    number = 0
    while True:
        number += 1
        try:
            head = reader.head()
            if head is None:
                return
            yield _record(reader, head, number, wanted, block_bytes_max)
        except _DamagedError as error:
            yield DamagedRecord(number=number, reason=str(error))


def _record(
    reader: _Reader, head: bytes, number: int, wanted: frozenset[str], block_bytes_max: int
) -> WarcRecord | DamagedRecord:
    try:
        headers = StatusAndHeadersParser(_VERSIONS).parse(io.BytesIO(head))
    except StatusAndHeadersParserException as error:
        raise _DamagedError("is of a WARC version that is not known here") from error
    record = WarcRecord(number=number, headers=headers, block=None)
    stated = record.header("Content-Length")
    if not stated.isdecimal() or len(stated) > 18:
        raise _DamagedError("does not state its length")
    length = int(stated)
    if record.kind not in wanted:
        reader.skip(length)
        return record
    block = reader.read(min(length, block_bytes_max))
    reader.skip(length - len(block))
    return replace(record, block=block, too_long=length > block_bytes_max)


class _Reader:
    """Lines and blocks of the file without its compression, one line of look-ahead."""

    def __init__(self, stream: io.BufferedReader[Any]) -> None:
        gzipped = stream.peek(2)[:2] == b"\x1f\x8b"
        self._stream = io.BufferedReader(_Members(stream), _PIECE) if gzipped else stream
        self._ahead = b""

    def head(self) -> bytes | None:
        """The headers of the next record, None at the end."""
        between = False
        while line := self._line():
            if not line.startswith(b"WARC/"):
                between = between or bool(line.strip())
            elif between:
                self._ahead = line
                break
            else:
                return line + self._headers(len(line))
        if between:
            raise _DamagedError("is none: these bytes belong to no record")
        return None

    def _headers(self, size: int) -> bytes:
        lines = []
        while (line := self._line()).strip():
            size += len(line)
            if size > HEAD_BYTES_MAX:
                raise _DamagedError(f"has more than {HEAD_BYTES_MAX // 1024} KiB of headers")
            lines.append(line)
        if not line:
            raise _DamagedError("is cut off: the file ends in its headers")
        return b"".join(lines) + b"\r\n"

    def _line(self) -> bytes:
        line, self._ahead = self._ahead or self._stream.readline(HEAD_BYTES_MAX), b""
        return line

    def read(self, length: int) -> bytes:
        block = self._stream.read(length)
        if len(block) < length:
            raise _DamagedError("is cut off: the file ends in it")
        return block

    def skip(self, length: int) -> None:
        while length > 0:
            length -= len(self.read(min(length, _SKIPPED_AT_ONCE)))


class _Members(io.RawIOBase):
    """The members of a gzip file as one stream. A damaged one raises _DamagedError once; the next whole one follows."""

    def __init__(self, stream: io.BufferedReader[Any]) -> None:
        self._stream = stream
        self._zlib: Any = None
        self._data = b""
        self._lost = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            self._data = self._data or self._stream.read(_PIECE)
            if not self._data:
                return self._ended()
            if self._zlib is None:
                self._begin()
                continue
            try:
                piece = self._zlib.decompress(self._data, len(buffer))
            except zlib.error as error:
                self._zlib, self._data, self._lost = None, self._data[1:], True
                raise _DamagedError("is damaged: its gzip member cannot be read") from error
            self._data = self._zlib.unconsumed_tail
            if self._zlib.eof:
                self._data, self._zlib = self._zlib.unused_data, None
            if piece:
                buffer[: len(piece)] = piece
                return len(piece)

    def _ended(self) -> int:
        if self._zlib is not None:
            self._zlib = None
            raise _DamagedError("is cut off: the file ends in its gzip member")
        return 0

    def _begin(self) -> None:
        """Goes on to the next member, whose first bytes may lie across two reads. Zeros between members are padding."""
        match = _MEMBER.search(self._data)
        passed = self._data[: match.start() if match else -3]
        if match:
            self._data, self._zlib = self._data[match.start() :], zlib.decompressobj(31)
        else:
            more = self._stream.read(_PIECE)
            passed = passed if more else self._data
            self._data = self._data[-3:] + more if more else b""
        said, self._lost = self._lost, (self._lost or bool(passed.strip(b"\0"))) and not match
        if passed.strip(b"\0") and not said:
            raise _DamagedError("is damaged: these bytes are no gzip member")

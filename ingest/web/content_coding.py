"""HTTP content codings (RFC 9110, 8.4), decoded piece by piece under a limit.

Only gzip and deflate, only one layer: 102 bytes of brotli cost a common client 192 MiB (measured), and nobody
honest nests codings. The limit holds for the decoded bytes, so a bomb is worth no more than its plain size.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, Literal

ACCEPTED: Final = "gzip, deflate"
_PIECE: Final = 64 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b\x08"

CodingReason = Literal["bad_encoding", "body_too_large", "truncated"]


class CodingError(Exception):
    """The body cannot be decoded; ``reason`` is one of the fetcher's reason codes, the message a sentence."""

    def __init__(self, reason: CodingReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason: CodingReason = reason


class Decoder:
    """Takes the body as it comes from the wire. ``coding`` is the Content-Encoding header, None when there is none."""

    def __init__(self, coding: str | None, *, limit_bytes: int) -> None:
        name = (coding or "identity").strip().lower()
        if name not in ("identity", "gzip", "x-gzip", "deflate", ""):
            raise CodingError(
                "bad_encoding", f"the answer is encoded as {name[:40]!r}, though only {ACCEPTED} was asked for"
            )
        self._name = name
        self._limit = limit_bytes
        self._inflater: _Inflater | None = None
        self._head = b""
        self._decided = False
        self._read = 0
        self.body = bytearray()

    def feed(self, data: bytes) -> None:
        """Raises CodingError when the body is broken or longer than the limit, on the wire or decoded."""
        self._read += len(data)
        if self._read > self._limit:  # else an endless row of empty gzip members would never end
            raise self._too_large()
        if not self._decided:
            self._head += data
            if len(self._head) < 3:
                return
            data, self._head = self._head, b""
            self._decide(data)
        self._take(data)

    def finish(self) -> bytes:
        """The whole body. Raises CodingError when it ended early."""
        if self._head:  # one or two bytes in all
            head, self._head = self._head, b""
            self._decide(head)
            self._take(head)
        if self._inflater is not None and not self._inflater.complete:
            raise CodingError("truncated", "the compressed answer ended in the middle")
        return bytes(self.body)

    def _decide(self, head: bytes) -> None:
        # Servers say gzip and send plain, or serve a .gz file as it is: believed is what the bytes are.
        self._decided = True
        if head.startswith(_GZIP_MAGIC):
            self._inflater = _Inflater(31)
        elif self._name == "deflate":
            zlib_wrapped = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0  # RFC 1950, 2.2
            plain = head.lstrip()[:1] in (b"<", b"{")
            self._inflater = None if plain else _Inflater(15 if zlib_wrapped else -15)

    def _take(self, data: bytes) -> None:
        if self._inflater is None:
            self._append(data)
            return
        for piece in self._inflater.inflate(data):
            self._append(piece)

    def _append(self, piece: bytes) -> None:
        if len(self.body) + len(piece) > self._limit:
            raise self._too_large()
        self.body += piece

    def _too_large(self) -> CodingError:
        return CodingError("body_too_large", f"the answer is longer than {self._limit / 1_000_000:g} MB")


class _Inflater:
    """zlib with bounded pieces; several gzip members are one body (RFC 1952, 2.2)."""

    def __init__(self, window_bits: int) -> None:
        self._window_bits = window_bits
        self._zlib = zlib.decompressobj(window_bits)

    @property
    def complete(self) -> bool:
        return self._zlib.eof

    def inflate(self, data: bytes) -> Iterator[bytes]:
        """Pieces of at most 64 KiB, made as they are taken: the caller stops at its limit."""
        while data:
            if self._zlib.eof:
                data = self._next_member(data)
                continue
            try:
                piece = self._zlib.decompress(data, _PIECE)
            except zlib.error as error:
                raise CodingError("bad_encoding", "the compressed answer is damaged") from error
            data = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
            yield piece

    def _next_member(self, rest: bytes) -> bytes:
        if not rest.strip(b"\0"):  # padding, as gzip(1) allows
            return b""
        if self._window_bits != 31 or not rest.startswith(_GZIP_MAGIC[: len(rest)]):
            raise CodingError("bad_encoding", "the compressed answer is followed by something else")
        self._zlib = zlib.decompressobj(self._window_bits)
        return rest

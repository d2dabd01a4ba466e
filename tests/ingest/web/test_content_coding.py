from __future__ import annotations

import zlib

import pytest

from ingest.web.content_coding import CodingError, Decoder
from tests.ingest.loopback import gzip_bytes

TEXT = b"<rss/>" * 5000


def decode(data: bytes, coding: str | None, *, piece: int = 7, limit: int = 1_000_000) -> bytes:
    decoder = Decoder(coding, limit_bytes=limit)
    for start in range(0, len(data), piece):
        decoder.feed(data[start : start + piece])
    return decoder.finish()


@pytest.mark.parametrize("piece", [1, 2, 3, 1000, 100_000])
@pytest.mark.parametrize(
    ("coding", "data"),
    [
        (None, TEXT),
        ("", TEXT),
        ("gzip", gzip_bytes(TEXT)),
        ("GZIP ", gzip_bytes(TEXT[:100]) + gzip_bytes(TEXT[100:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        (None, gzip_bytes(TEXT)),
        ("gzip", TEXT),
    ],
)
def test_every_way_of_sending_a_text_gives_the_text(coding: str | None, data: bytes, piece: int) -> None:
    assert decode(data, coding, piece=piece) == TEXT


@pytest.mark.parametrize("data", [b"", b"x", b"xy", b"\x1f", b"\x1f\x8b"])
def test_a_body_too_short_to_tell_is_taken_as_it_is(data: bytes) -> None:
    assert decode(data, "gzip") == data


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "exi", "compress"])
def test_any_other_coding_is_refused(coding: str) -> None:
    with pytest.raises(CodingError, match="only gzip, deflate") as caught:
        Decoder(coding, limit_bytes=1)
    assert caught.value.reason == "bad_encoding"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip_bytes(TEXT)[:-9], "truncated"),
        (gzip_bytes(TEXT)[:-8] + b"\0" * 8, "bad_encoding"),
        (gzip_bytes(TEXT) + b"<more/>", "bad_encoding"),
        (gzip_bytes(b"\0" * 2_000_000), "body_too_large"),
        (gzip_bytes(b"") * 60_000, "body_too_large"),
        (b"x" * 1_000_001, "body_too_large"),
    ],
)
def test_a_broken_or_boundless_body_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(CodingError) as caught:
        decode(data, "gzip", piece=4096)
    assert caught.value.reason == reason

"""I041 to I066: what strange servers answer. Each costs one typed failure within its deadline and bounded memory."""

from __future__ import annotations

import time
import tracemalloc
import zlib
from dataclasses import replace

import pytest

from ingest.documents.entries import binary_sentence
from ingest.web.fetcher import Fetcher, Validators
from ingest.web.limits import Limits
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome, NotModified
from tests.hostile.numbered import inputs
from tests.ingest.loopback import Talk, answer, gzip_bytes, hangs, loopback, repeats, says

FEED = b"<rss version='2.0'><channel><title>Harbour News</title></channel></rss>"
PATIENT = Limits(connect_seconds=10, read_seconds=10, total_seconds=30, body_bytes=100_000)
QUICK = Limits(connect_seconds=0.5, read_seconds=0.5, total_seconds=1.0, body_bytes=1_000_000)
MEMORY_MAX = 32_000_000
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\n\r\n"


async def fetch(talk: Talk, *, limits: Limits, **asked: object) -> FetchOutcome:
    async with (
        loopback(talk) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=limits) as fetcher,
    ):
        return await fetcher.fetch(server.url, **asked)  # type: ignore[arg-type]


def coded(coding: str, body: bytes) -> Talk:
    return says(answer(body, headers={"Content-Encoding": coding}))


def bomb(size: int) -> bytes:
    return gzip_bytes(b"\0" * size)


FAILURES: dict[str, dict[str, tuple[Talk, str]]] = {
    "I041": {
        "64 MiB of nothing": (coded("gzip", bomb(64 * 1024 * 1024)), "body_too_large"),
        "deflate": (coded("deflate", zlib.compress(b"\0" * 64_000_000, 9)), "body_too_large"),
        "unannounced": (says(answer(bomb(64 * 1024 * 1024))), "body_too_large"),
    },
    "I042": {"brotli": (coded("br", b"\x1b\xff"), "bad_encoding")},
    "I043": {
        "zstd": (coded("zstd", b"\x28\xb5\x2f\xfd"), "bad_encoding"),
        "window of 1 GiB": (coded("zstd", b"\x28\xb5\x2f\xfd\x00\xa0" + b"\x01" * 11), "bad_encoding"),
    },
    "I044": {"60 layers": (coded(", ".join(["gzip"] * 60), b"x"), "bad_encoding")},
    "I045": {
        "exi": (coded("exi", b"x"), "bad_encoding"),
        "8 KiB of a name": (coded("exi" * 1000, b"x"), "bad_encoding"),
    },
    "I047": {
        "cut gzip": (coded("gzip", gzip_bytes(FEED * 9)[:-12]), "truncated"),
        "wrong checksum": (coded("gzip", gzip_bytes(FEED)[:-8] + b"12345678"), "bad_encoding"),
        "garbage behind": (coded("gzip", gzip_bytes(FEED) + b"<script>"), "bad_encoding"),
    },
    "I048": {
        "longer than it is": (says(answer(FEED, length=5000)), "truncated"),
        "shorter than it is": (says(answer(FEED, length=20)), "protocol_error"),
    },
    "I049": {
        "no end": (repeats(CHUNKED, b"1\r\nx\r\n", every_seconds=0.01), "deadline"),
        "bad size": (says(CHUNKED + b"FFFFFFFFFFFFFFFFF\r\nabc"), "protocol_error"),
        "no number": (says(CHUNKED + b"zz\r\nabc"), "protocol_error"),
        "a million of one byte": (repeats(CHUNKED, b"1\r\nx\r\n" * 1000), "body_too_large"),
    },
    "I050": {
        "endless": (repeats(PLAIN, b"x" * 65536), "body_too_large"),
        "empty members": (repeats(PLAIN, gzip_bytes(b"") * 500), "body_too_large"),
    },
    "I051": {"a byte each 200 ms": (repeats(PLAIN, b"x", every_seconds=0.2), "deadline")},
    "I052": {"header drip": (repeats(b"HTTP/1.1 200 OK\r\nA: ", b"x", every_seconds=0.2), "deadline")},
    "I053": {
        "one of 1 MiB": (says(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 1_048_576), "headers_too_large"),
        "10,000": (says(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000 + b"\r\n"), "headers_too_large"),
        "10 MiB": (repeats(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 1000, times=1800), "headers_too_large"),
    },
    "I054": {
        "1,000 cookies": (says(b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: a=b\r\n" * 1000 + b"\r\n"), "headers_too_large")
    },
    "I055": {"endless trailers": (repeats(CHUNKED + b"1\r\nx\r\n0\r\n", b"A: b\r\n" * 100), "headers_too_large")},
    "I056": {
        "NUL": (says(b"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n"), "protocol_error"),
        "bare CR": (says(b"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n"), "protocol_error"),
        "control in a name": (says(b"HTTP/1.1 200 OK\r\nA\x01: b\r\n\r\n"), "protocol_error"),
    },
    "I057": {
        "100 Continue for ever": (repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every_seconds=0.01), "deadline"),
        "103 for ever": (
            repeats(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", every_seconds=0.01),
            "deadline",
        ),
    },
    "I058": {
        "204 with a body": (says(b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc"), "protocol_error"),
        "304 with a body": (says(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc"), "protocol_error"),
        "205 with a body": (says(answer(b"abc", status="205 Reset Content")), "empty_body"),
    },
    "I059": {"empty": (says(answer(b"")), "empty_body"), "blank": (says(answer(b"  \n")), "empty_body")},
    "I064": {
        "429": (says(answer(status="429 Too Many Requests")), "http_429"),
        "503": (says(answer(status="503 Service Unavailable")), "http_503"),
        "599": (says(answer(status="599 Whatever")), "http_599"),
        "hangs": (hangs, "read_timeout"),
    },
    "I065": {
        "404": (says(answer(b"gone", status="404 Not Found")), "http_404"),
        "410": (says(answer(status="410 Gone")), "http_410"),
        "418": (says(answer(status="418 I'm a Teapot")), "http_418"),
    },
}


@pytest.mark.parametrize(("talk", "expected"), inputs(FAILURES))
async def test_a_hostile_answer_costs_one_typed_failure_bounded_time_and_memory(talk: Talk, expected: str) -> None:
    # Where another limit is to be met first, time must not be what runs out on a busy machine.
    limits = QUICK if expected in ("deadline", "read_timeout") else PATIENT
    tracemalloc.start()
    try:
        started = time.monotonic()
        outcome = await fetch(talk, limits=limits)
        seconds, peak = time.monotonic() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.code == expected, outcome
    assert outcome.sentence
    assert seconds < limits.total_seconds + 5
    assert peak < MEMORY_MAX


WHOLE: dict[str, dict[str, Talk]] = {
    "I046": {
        "says gzip, is plain": coded("gzip", FEED),
        "says deflate, is plain": coded("deflate", FEED),
        "says nothing, is gzip": says(answer(gzip_bytes(FEED))),
        "says identity, is gzip": coded("identity", gzip_bytes(FEED)),
    },
    "I047": {
        "two members": coded("gzip", gzip_bytes(FEED[:20]) + gzip_bytes(FEED[20:])),
        "padding": coded("gzip", gzip_bytes(FEED) + b"\0" * 512),
    },
    "I054": {"a few cookies": says(answer(FEED, headers={"Set-Cookie": "a=b"}))},
    "I057": {"100 Continue once": says(b"HTTP/1.1 100 Continue\r\n\r\n" + answer(FEED))},
}


@pytest.mark.parametrize("talk", inputs(WHOLE))
async def test_what_is_only_odd_is_read_as_what_it_is(talk: Talk) -> None:
    outcome = await fetch(talk, limits=PATIENT)
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == FEED


@pytest.mark.parametrize("etag", inputs({"I058": {"304 that nobody asked for": None, "304 as asked": '"v1"'}}))
async def test_a_304_means_nothing_new_and_says_whether_it_was_asked_for(etag: str | None) -> None:
    reply = says(answer(status="304 Not Modified"))
    outcome = await fetch(reply, limits=PATIENT, validators=Validators(etag=etag))
    assert isinstance(outcome, NotModified)
    assert outcome.asked == (etag is not None)


ETAGS = {
    "I060": {
        "1 MiB": '"' + "x" * 1_048_576 + '"',
        "1 KiB": '"' + "x" * 1000 + '"',
        "quotes": '"a"b"',
        "control": '"a\x01"',
        "not ASCII": "é",
        "list": "a, b",
        "blank": " ",
    }
}


@pytest.mark.parametrize("etag", inputs(ETAGS))
async def test_an_etag_that_could_do_harm_is_not_stored(etag: str) -> None:
    outcome = await fetch(says(answer(FEED, headers={"ETag": etag})), limits=PATIENT)
    if isinstance(outcome, Fetched):
        assert outcome.etag is None
    else:
        assert isinstance(outcome, FetchFailed)
        assert outcome.reason in ("protocol_error", "headers_too_large")


DATES: dict[str, dict[str, tuple[str, bool]]] = {
    "I061": {
        "year 9999": ("Fri, 31 Dec 9999 23:59:59 GMT", True),
        "garbage": ("yesterday", True),
        "long": ("x" * 65, False),
        "not ASCII": ("März", False),
    }
}


@pytest.mark.parametrize(("value", "kept"), inputs(DATES))
async def test_a_last_modified_is_kept_as_it_is_or_not_at_all(value: str, kept: bool) -> None:
    outcome = await fetch(says(answer(FEED, headers={"Last-Modified": value})), limits=PATIENT)
    assert isinstance(outcome, Fetched)
    assert outcome.last_modified == (value if kept else None)


MEDIA = {
    "I066": {
        "PDF": b"%PDF-1.7\n" + b"x" * 2000,
        "PNG": b"\x89PNG\r\n\x1a\n" + b"\1" * 2000,
        "JPEG": b"\xff\xd8\xff\xe0" + b"\1" * 2000,
        "MP4": b"\0\0\0\x18ftypmp42" + b"\1" * 2000,
        "ZIP": b"PK\x03\x04" + b"\1" * 2000,
        "MP3": b"ID3\x04" + b"\1" * 2000,
    }
}


@pytest.mark.parametrize("start", inputs(MEDIA))
async def test_a_download_that_is_no_feed_ends_after_a_look_at_its_beginning(start: bytes) -> None:
    limits = replace(PATIENT, body_bytes=10_000_000)
    outcome = await fetch(repeats(PLAIN + start, b"x" * 65_536), limits=limits, look=binary_sentence)
    assert isinstance(outcome, FetchFailed)
    assert (outcome.reason, "not a feed" in outcome.sentence) == ("not_a_feed", True)

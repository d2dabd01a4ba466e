from __future__ import annotations

import gzip
import io
import tracemalloc
from typing import Any

import pytest

from ingest.seeding.warcfiles import DamagedRecord, WarcRecord, warc_records
from tests.ingest.seeding.warcs import PAGE, Archive

URL = "https://courier.example/{}"


def records(data: bytes, *, limit: int = 1_000_000) -> list[WarcRecord | DamagedRecord]:
    stream = io.BufferedReader(io.BytesIO(data))
    return list(warc_records(stream, wanted=frozenset({"response"}), block_bytes_max=limit))


def urls(data: bytes) -> list[str]:
    return [record.url if isinstance(record, WarcRecord) else record.reason for record in records(data)]


def three(*, compressed: bool = True) -> list[bytes]:
    """Three records, each by itself."""
    return [Archive(gzip=compressed).respond(URL.format(number)).data for number in "abc"]


@pytest.mark.parametrize("compressed", [True, False])
def test_records_are_read_in_order_with_or_without_compression(compressed: bool) -> None:
    found = records(b"".join(three(compressed=compressed)))
    assert [record.url for record in found if isinstance(record, WarcRecord)] == [URL.format(each) for each in "abc"]
    assert all(isinstance(record, WarcRecord) and PAGE.encode() in (record.block or b"") for record in found)


def test_a_file_that_was_compressed_as_a_whole_is_read_too() -> None:
    assert urls(gzip.compress(b"".join(three(compressed=False)))) == [URL.format(each) for each in "abc"]


def test_only_what_is_wanted_is_held() -> None:
    archive = Archive().add("warcinfo", None, b"x" * 5_000).respond(URL.format("a"))
    info, page = records(archive.data)
    assert isinstance(info, WarcRecord)
    assert (info.kind, info.block) == ("warcinfo", None)
    assert isinstance(page, WarcRecord)
    assert page.block


def test_a_block_beyond_the_bound_is_cut_and_the_next_record_is_found() -> None:
    archive = Archive().respond(URL.format("a"), b"x" * 5_000).respond(URL.format("b"))
    long, other = records(archive.data, limit=1_000)
    assert isinstance(long, WarcRecord)
    assert (long.too_long, len(long.block or b"")) == (True, 1_000)
    assert isinstance(other, WarcRecord)
    assert other.url == URL.format("b")


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize("at", [0, 3, 60, -6])
def test_a_damaged_gzip_member_costs_one_record(at: int) -> None:
    first, second, third = three()
    found = records(first + flipped(second, at % len(second)) + third)
    whole = [record.url for record in found if isinstance(record, WarcRecord)]
    assert whole in ([URL.format("a"), URL.format("c")], [URL.format(each) for each in "abc"])
    assert len([record for record in found if isinstance(record, DamagedRecord)]) == 1


@pytest.mark.parametrize("compressed", [True, False])
def test_a_file_that_ends_in_the_middle_keeps_what_came_before(compressed: bool) -> None:
    first, second, _ = three(compressed=compressed)
    *kept, last = urls(first + second[: len(second) // 2])
    assert kept == [URL.format("a")]
    assert last.startswith("is cut off")


def test_bytes_between_records_are_said_and_the_next_record_is_found() -> None:
    first, second, _ = three(compressed=False)
    assert urls(first + b"spilt\nmilk\n" + second) == [
        URL.format("a"),
        "is none: these bytes belong to no record",
        URL.format("b"),
    ]


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "does not state its length"),
        (b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -3\r\n\r\n", "does not state its length"),
        (b"WARC/7.0\r\nContent-Length: 0\r\n\r\n", "is of a WARC version that is not known here"),
        (b"WARC/1.0\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n", "has more than 64 KiB of headers"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n", "is cut off: the file ends in its headers"),
    ],
)
def test_headers_that_cannot_be_are_one_refusal(head: bytes, reason: str) -> None:
    first, second, _ = three(compressed=False)
    found = urls(first + head + (second if not reason.startswith("is cut") else b""))
    assert reason in found
    assert found[0] == URL.format("a")


def test_memory_does_not_grow_with_the_file() -> None:
    record = Archive().respond(URL.format("a"), b"<p>" + b"x" * 20_000).data

    class Repeated(io.RawIOBase):
        left = 3_000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if not self.left:
                return 0
            self.left -= 1
            buffer[: len(record)] = record
            return len(record)

    tracemalloc.start()
    stream = io.BufferedReader(Repeated(), 1_000_000)
    count = sum(1 for _ in warc_records(stream, wanted=frozenset({"response"}), block_bytes_max=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 3_000
    assert peak < 8_000_000

from __future__ import annotations

import time

import pytest

from ingest.documents.stated_times import stated_time


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Tue, 03 Mar 2026 10:00:00 +0900", "2026-03-03T10:00:00+09:00"),
        ("Tue, 03 Mar 2026 10:00:00 GMT", "2026-03-03T10:00:00+00:00"),
        ("Tue, 03 Mar 2026 10:00:00 EST", "2026-03-03T10:00:00-05:00"),
        ("Tue, 03 Mar 2026 10:00:00 -0000", "2026-03-03T10:00:00+00:00"),
        ("3 Mar 26 10:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00+00:00"),
        (" 2026-03-03T10:00:00.5+05:30 ", "2026-03-03T10:00:00.500000+05:30"),
        ("Tue, 03 Mar 2026 10:00:00 KST", "Tue, 03 Mar 2026 10:00:00 KST"),
        ("Tue, 03 Mar 2026 10:00:00", "Tue, 03 Mar 2026 10:00:00"),
        ("2026-03-03T10:00:00", "2026-03-03T10:00:00"),
        ("2026-03-03", "2026-03-03"),
        ("2026년 3월 3일", "2026년 3월 3일"),
    ],
)
def test_a_time_keeps_its_zone_and_one_without_is_left_as_it_stands(text: str, stated: str) -> None:
    assert stated_time(text) == stated


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "   ",
        "now",
        "99999-01-01",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:00-23:00",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "1" * 100_000,
        "25:61:61",
        "1899-12-31",
    ],
)
def test_what_no_news_can_have_as_its_time_is_none(text: str | None) -> None:
    started = time.thread_time()
    assert stated_time(text) is None
    assert time.thread_time() - started < 0.1


@pytest.mark.parametrize("text", ["Mon, 31 Feb 2020 00:00:00 GMT", "Tue, 03 Mar 2026 10:00:00 +9999"])
def test_a_time_that_cannot_be_is_left_for_the_worker_to_judge(text: str) -> None:
    assert stated_time(text) == text

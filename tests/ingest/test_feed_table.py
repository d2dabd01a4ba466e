from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.feed_table import FeedRow, cut, table, width

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
WELL = FeedRow(
    name="The Islander",
    health="ok",
    last_success_at=NOW - timedelta(minutes=12),
    next_poll_at=NOW + timedelta(hours=4),
    polled=True,
    failures=0,
    per_day=3.25,
    missed=0,
    accepted=120,
    why="",
)
ADDRESS = "https://news.example/arc/outboundfeeds/rss/category/business/energy/?outputType=xml"
FAILING = replace(
    WELL,
    name=ADDRESS,
    health="failing",
    last_success_at=None,
    failures=4_711,
    per_day=1_200,
    accepted=123_456,
    why="the server asks for a password (401 Unauthorized); give one with headers in the feed list",
)
KOREAN = replace(WELL, name="항구 뉴스 " * 10, next_poll_at=NOW)
OFF = replace(WELL, name="Off", health="off", polled=False)


@pytest.mark.parametrize("columns", [80, 81, 100, 120])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    lines = table([WELL, FAILING, KOREAN, OFF], now=NOW, columns=columns)
    assert max(map(width, lines)) <= columns
    assert " ".join(line.strip() for line in lines if line.startswith("    ")) == FAILING.why
    assert all(word in lines[2] for word in ("news.", "…", "failing", "never", "4711", "1200", "123456"))
    assert all(word in lines[1] for word in ("The Islander", "ok", "12 min", "4 h", "3.2", "120"))
    assert lines[-1].split()[:4] == ["Off", "off", "12", "min"]


def test_what_fits_is_told_in_one_line_each() -> None:
    lines = table([WELL, FAILING], now=NOW, columns=300)
    assert lines == table([WELL, FAILING], now=NOW, columns=None)
    assert lines[0].split("  ")[0] == "feed"
    assert lines[2].endswith(FAILING.why)


def test_in_a_pipe_nothing_is_cut() -> None:
    long = replace(FAILING, name=ADDRESS * 3, why="why " * 100)
    (_, line) = table([long], now=NOW, columns=None)
    assert line.startswith(ADDRESS * 3)
    assert line.endswith(long.why.rstrip())


def test_without_a_feed_there_is_no_table() -> None:
    assert table([], now=NOW, columns=80) == []


@pytest.mark.parametrize(
    ("text", "columns", "left"),
    [
        ("The Islander", 12, "The Islander"),
        ("The Islander", 11, "The Island…"),
        ("항구 뉴스", 8, "항구 뉴…"),
        ("https://a.example/rss", 14, "a.example/rss"),
        ("https://a.example/world/rss", 12, "a.exam…d/rss"),
    ],
)
def test_a_name_loses_its_end_and_an_address_its_middle(text: str, columns: int, left: str) -> None:
    assert cut(text, columns) == left
    assert width(left) <= columns

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import NOON
from worker.since import since


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("1d", timedelta(days=1)),
        ("2w", timedelta(days=14)),
        (" 30s ", timedelta(seconds=30)),
    ],
)
def test_an_age_counts_back_from_now(text: str, ago: timedelta) -> None:
    assert since(text, now=NOON) == NOON - ago


def test_a_moment_is_taken_as_it_is_and_as_utc_when_it_names_no_zone() -> None:
    assert since("2026-02-01", now=NOON) == datetime(2026, 2, 1, tzinfo=UTC)
    assert since("2026-02-01T12:00+09:00", now=NOON) == datetime(2026, 2, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "1x", "", "-1d", "999999w"])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither an age|longer ago"):
        since(text, now=NOON)

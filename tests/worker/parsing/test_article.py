from __future__ import annotations

from datetime import UTC, datetime

import pytest

from worker.parsing.article import ParsedArticle, StatedTime


def test_an_unknown_zone_sorts_as_utc() -> None:
    local = datetime.fromisoformat("2021-02-03T07:05:00")
    assert StatedTime(local=local, offset_minutes=None, precision="minute").utc == datetime(
        2021, 2, 3, 7, 5, tzinfo=UTC
    )
    assert StatedTime(local=local, offset_minutes=60, precision="minute").utc == datetime(2021, 2, 3, 6, 5, tzinfo=UTC)


def test_an_aware_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive local time"):
        StatedTime(local=datetime.now(UTC), offset_minutes=None, precision="minute")


def test_words_are_counted_between_white_space() -> None:
    assert ParsedArticle(text="one two\n\nthree").word_count == 3

"""The dates of feeds over both services: what ingest states, the worker understands."""

from __future__ import annotations

import gzip
import html
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ingest.documents.entries import read_feed
from ingest.documents.entry import ParsedFeed
from worker.parsing.dates import in_zone, stated_time

YEAR_1990 = 631_152_000


def cases() -> list[Any]:
    path = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[3] / "shared")) / "corpora" / "dates.jsonl.gz"
    if not path.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason=f"no evaluation data: {path} is not there"))]
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [pytest.param(case, id=ascii(case["input"])) for case in map(json.loads, lines)]


def instant(date: str) -> int | None:
    """Seconds since 1970 of an entry's date. A time in Korean words has the zone that its source would be given."""
    document = f"<rss version='2.0'><channel><item><pubDate>{html.escape(date)}</pubDate></item></channel></rss>"
    feed = read_feed(document.encode(), url="", content_type=None)
    assert isinstance(feed, ParsedFeed)
    stated = feed.entries[0].published
    time = stated_time(stated) if stated else None
    if time is None:
        return None
    korean = any("\uac00" <= letter <= "\ud7a3" for letter in date)
    return int(in_zone(time, "Asia/Seoul" if korean else None).utc.timestamp())


@pytest.mark.corpus
@pytest.mark.parametrize("case", cases())
def test_a_date_is_the_instant_that_was_meant_and_nonsense_is_none(case: dict[str, Any]) -> None:
    """One difference of policy: a year before 1990 is a content system's placeholder in a feed, never news."""
    found = instant(case["input"])
    if case["must_fail"] or (case["expected_unix"] or YEAR_1990) < YEAR_1990:
        assert found is None
    elif case["expected_unix"] is None:
        assert found is not None
    else:
        assert found == case["expected_unix"]

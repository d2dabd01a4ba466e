from __future__ import annotations

import pytest

from ingest.documents.entries import read_feed
from ingest.documents.entry import ParsedFeed
from ingest.documents.stated_rhythm import SECONDS_MAX, period_seconds, ttl_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60", 3_600), (" 5 ", 300), ("0", None), ("-1", None), ("1e9", None), ("x", None), (None, None)],
)
def test_a_ttl_is_in_minutes(text: str | None, seconds: int | None) -> None:
    assert ttl_seconds(text) == seconds


def test_a_ttl_without_end_is_a_year() -> None:
    assert ttl_seconds("999999999") == SECONDS_MAX
    assert ttl_seconds("9" * 5_000) is None


@pytest.mark.parametrize(
    ("period", "frequency", "seconds"),
    [
        ("hourly", "1", 3_600),
        (" Hourly ", "2", 1_800),
        ("daily", None, 86_400),
        (None, "4", 21_600),
        ("weekly", "0", 604_800),
        ("hourly", "999999999", 1),
        ("fortnightly", "1", None),
        (None, None, None),
    ],
)
def test_a_period_is_shared_out_among_its_updates(
    period: str | None, frequency: str | None, seconds: int | None
) -> None:
    assert period_seconds(period, frequency) == seconds


def test_a_feed_carries_what_it_says_of_its_rhythm() -> None:
    sy = "http://purl.org/rss/1.0/modules/syndication/"
    document = (
        f'<rss version="2.0" xmlns:sy="{sy}"><channel><title>Harbour</title><ttl>90</ttl>'
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></channel></rss>"
    )
    read = read_feed(document.encode(), url="https://harbour.example/rss", content_type=None)
    assert isinstance(read, ParsedFeed)
    assert (read.ttl_seconds, read.period_seconds) == (5_400, 1_800)


def test_a_feed_that_says_nothing_of_its_rhythm_carries_nothing() -> None:
    document = b'{"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": []}'
    read = read_feed(document, url="https://harbour.example/feed.json", content_type=None)
    assert isinstance(read, ParsedFeed)
    assert (read.ttl_seconds, read.period_seconds) == (None, None)

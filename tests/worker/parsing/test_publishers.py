from __future__ import annotations

import pytest

from tests.factories import make_raw_article
from worker.parsing.parser import parse
from worker.parsing.publishers import Publishers, PublishersError, read_publishers

TABLE = """
["islander.example"]
timezone = "Asia/Seoul"
name = "The Islander"

["en.islander.example"]
timezone = "Europe/Oslo"
"""
PAGE = b"""<html><head><title>Night ferry returns - The Islander</title>
<meta property="article:published_time" content="2021-02-03T07:05:00"></head>
<body><article><p>The harbour board of Ostholm voted to bring the night ferry back.</p></article></body></html>"""


def published(url: str, publishers: Publishers, **given: str) -> int | None:
    found = parse(make_raw_article(kind="page", body=PAGE, url=url, **given), publishers).published
    assert found is not None
    return found.offset_minutes


def test_a_publishers_zone_makes_its_local_times_instants() -> None:
    table = read_publishers(TABLE)
    assert published("https://www.islander.example/1", table) == 9 * 60
    assert published("https://news.islander.example/1", table) == 9 * 60
    assert published("https://en.islander.example/1", table) == 60
    assert published("https://other.example/1", table) is None
    assert published("https://notislander.example/1", table) is None


def test_the_sources_own_zone_goes_before_the_table() -> None:
    assert published("https://islander.example/1", read_publishers(TABLE), timezone="UTC") == 0


def test_a_name_that_no_page_states_names_the_publisher_and_leaves_the_title() -> None:
    raw = make_raw_article(kind="page", body=PAGE, url="https://islander.example/1")
    found = parse(raw, read_publishers(TABLE))
    assert (found.publisher, found.title) == ("The Islander", "Night ferry returns")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[", "not TOML"),
        ('["a.example"]\nzone = "x"', '"a.example": zone is unknown; known are timezone and name'),
        (
            '["a.example"]\ntimezone = "Seoul"',
            '"a.example": timezone has to be an IANA name such as Asia/Seoul, not Seoul',
        ),
        ('["a.example"]\ntimezone = "../x"', "has to be an IANA name"),
        ('["a.example"]\ntimezone = 9', '"a.example" has to be a table of timezone and name, each a string'),
        ('name = "x"', '"name" has to be a table'),
    ],
)
def test_a_table_that_cannot_be_used_says_where_and_why(table: str, said: str) -> None:
    with pytest.raises(PublishersError) as raised:
        read_publishers(table)
    assert said in str(raised.value)

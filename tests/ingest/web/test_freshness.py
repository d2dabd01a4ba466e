from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.web.freshness import FRESH_MAX, fresh_for

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
TEN = "Tue, 03 Mar 2026 10:00:00 GMT"
ELEVEN = "Tue, 03 Mar 2026 11:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Cache-Control": "max-age=600"}, 600),
        ({"Cache-Control": 'public, MAX-AGE = "600"'}, 600),
        ({"Cache-Control": "max-age=600", "Expires": ELEVEN}, 600),
        ({"Cache-Control": "max-age=600", "Age": "590"}, 10),
        ({"Cache-Control": "max-age=600", "Age": "6000"}, 0),
        ({"Cache-Control": "max-age=600, no-cache"}, 0),
        ({"Cache-Control": "no-store, max-age=600"}, 0),
        ({"Cache-Control": "s-maxage=600"}, 0),
        ({"Cache-Control": "max-age=-5"}, 0),
        ({"Cache-Control": "max-age=soon"}, 0),
        ({"Expires": ELEVEN}, 3_600),
        ({"Expires": ELEVEN, "Date": TEN}, 3_600),
        ({"Expires": ELEVEN, "Date": ELEVEN}, 0),
        ({"Expires": "0"}, 0),
        ({"Expires": "Mon, 99 Foo 2026"}, 0),
    ],
)
def test_an_answer_is_fresh_as_long_as_its_headers_say(headers: dict[str, str], seconds: int) -> None:
    assert fresh_for(headers, now=NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["max-age=99999999999999", "max-age=" + "9" * 5_000])
def test_a_lifetime_without_end_is_a_week(value: str) -> None:
    assert fresh_for({"Cache-Control": value}, now=NOW) == FRESH_MAX


def test_a_number_that_is_no_whole_one_is_read_as_far_as_it_is() -> None:
    assert fresh_for({"Cache-Control": "max-age=1e400"}, now=NOW) == timedelta(seconds=1)


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=40))
def test_no_header_raises_or_leaves_the_bounds(control: str, age: str, expires: str) -> None:
    found = fresh_for({"Cache-Control": control, "Age": age, "Expires": expires}, now=NOW)
    assert timedelta(0) <= found <= FRESH_MAX

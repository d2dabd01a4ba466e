from __future__ import annotations

import pytest

from worker.parsing.urls import day_in_url, site_words, web_url


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.example/",
        "http://",
        "http://[",
        "http://u:p@x.example/",
        "http://x.example/" + "a" * 3_000,
        "http://x.example:99999/",
        "//",
        "",
        None,
    ],
)
def test_what_is_no_web_address_is_none(value: str | None) -> None:
    assert web_url(value) is None


def test_relative_addresses_are_resolved() -> None:
    assert web_url("../a.jpg", base="https://x.example/n/1/") == "https://x.example/n/a.jpg"
    assert web_url("a.jpg") is None


def test_the_day_in_an_address_is_read_and_an_impossible_one_is_not() -> None:
    day = day_in_url("https://x.example/2021/02/03/ferry")
    assert day is not None
    assert (day.local.isoformat(), day.precision) == ("2021-02-03T00:00:00", "day")
    assert day_in_url("https://x.example/2021/feb/03/ferry") == day
    assert day_in_url("https://x.example/2021/13/40/ferry") is None
    assert day_in_url("https://x.example/20210203123/") is None
    assert day_in_url(None) is None


def test_a_site_goes_by_its_domain() -> None:
    assert site_words("https://www.islander.example/x") == ("islander.example", "islander")
    assert site_words("http://[") == ()

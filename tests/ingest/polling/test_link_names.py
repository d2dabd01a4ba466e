from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.polling.link_names import lasting_link, link_digest

BASE = "https://harbour.example/a"


@pytest.mark.parametrize(
    "link",
    [
        f"{BASE}?utm_source=rss&utm_medium=feed",
        f"{BASE}?at_medium=RSS&at_campaign=X",
        f"{BASE}?fbclid=x&gclid=y&msclkid=z",
        f"{BASE}?PHPSESSID=0123456789abcdef",
        f"{BASE};jsessionid=0A1B.node1",
        f"{BASE}?sid=0123456789abcdef0123456789abcdef",
        f"{BASE}?ref=rss",
        f"{BASE}?source=rss_feed",
        f"{BASE}#xtor=RSS-1",
        f"{BASE}#ref=rss",
        "https://harbour.example/(S(abcdefghij0123456789klmn))/a",
    ],
)
def test_sessions_and_tracking_name_nothing(link: str) -> None:
    assert lasting_link(link) == BASE


@pytest.mark.parametrize(
    "link",
    [
        BASE,
        f"{BASE}?id=7",
        f"{BASE}?cid=7&uid=8&ref=9",
        f"{BASE}?sid=12345",
        f"{BASE}?s=harbour",
        f"{BASE}?B=2&a=1",
        f"{BASE}?source=reuters",
        f"{BASE}#ferry",
        f"{BASE}?q=%20x+y&&",
        "https://HARBOUR.example:8080/A//b/",
    ],
)
def test_what_may_be_an_articles_number_stays(link: str) -> None:
    assert lasting_link(link).rstrip("&") == link.rstrip("&")


def test_the_others_stay_when_one_is_taken_out() -> None:
    assert lasting_link(f"{BASE}?z=1&utm_source=rss&a=2#top") == f"{BASE}?z=1&a=2#top"


@pytest.mark.parametrize(
    "link",
    [
        "http://harbour.example/a",
        "https://www.harbour.example/a/",
        "https://HARBOUR.example:443/a",
        f"{BASE}?utm_source=rss",
    ],
)
def test_one_place_has_one_digest(link: str) -> None:
    assert link_digest(link) == link_digest(BASE)


@pytest.mark.parametrize("link", [f"{BASE}?id=1", f"{BASE}#b", f"{BASE}b", "https://other.example/a", f"{BASE}/A"])
def test_another_place_has_another(link: str) -> None:
    assert link_digest(link) != link_digest(BASE)


def test_the_order_of_parameters_does_not_count_and_no_link_is_no_digest() -> None:
    assert link_digest(f"{BASE}?a=1&b=2") == link_digest(f"{BASE}?b=2&a=1")
    assert link_digest(None) == link_digest("") == b""


@given(st.text(max_size=80))
def test_nothing_raises_and_cleaning_twice_changes_nothing(text: str) -> None:
    once = lasting_link(f"https://a.example/{text}")
    assert lasting_link(once) == once
    assert len(link_digest(f"https://[{text}")) == len(link_digest(once)) == 5

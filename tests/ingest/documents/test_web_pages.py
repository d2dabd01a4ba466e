from __future__ import annotations

import pytest

from ingest.documents.web_pages import is_web_page, refuse

PAGE = """<!DOCTYPE html><html><head><base href="/x/"><title>Harbour &amp; quay</title>
<link rel="stylesheet" type="text/css" href="a.css">
<link rel="Alternate" type="application/rss+xml; charset=utf-8" href="rss?a=1&amp;b=2">
<link rel="alternate" type="application/atom+xml" href="//feeds.example/atom">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" hreflang="fi" href="/fi"></head><body></body></html>"""


def test_a_page_names_its_feeds_absolute_and_in_its_order() -> None:
    found = refuse(PAGE, url="https://harbour.example/news")
    assert found.feed_links == ("https://harbour.example/x/rss?a=1&b=2", "https://feeds.example/atom")
    assert found.sentence == (
        "this is a web page (Harbour & quay), not a feed; "
        "it names the feed https://harbour.example/x/rss?a=1&b=2 and 1 more"
    )


def test_a_page_without_feeds_says_only_what_it_is() -> None:
    assert (
        refuse("<html><body>Hello</body></html>", url="https://a.example/").sentence == "this is a web page, not a feed"
    )
    assert refuse("<html>", url="https://a.example/").feed_links == ()


@pytest.mark.parametrize(
    "start", [" <!doctype HTML>", "<html>", '<?xml version="1.0"?>\n<!-- x --><!DOCTYPE html>', "<head>"]
)
def test_a_web_page_is_known_by_how_it_begins(start: str) -> None:
    assert is_web_page(start)


@pytest.mark.parametrize("start", ["<rss>", "<feed>", "<htmlx>", "text", "<!-- <html> --><rss>"])
def test_a_feed_is_not_taken_for_a_page(start: str) -> None:
    assert not is_web_page(start)

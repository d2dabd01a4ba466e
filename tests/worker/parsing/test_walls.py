"""Pages that stand where an article should."""

from __future__ import annotations

import pytest

from tests.factories import make_raw_article
from worker.parsing import flags
from worker.parsing.parser import parse

STORY = "".join(
    f"<p>The harbour board of Ostholm voted on day {day} to bring the night ferry back after eleven years.</p>"
    for day in range(30)
)


def read(body: str, *, head: str = "", url: str = "https://islander.example/news/ferry-1") -> tuple[str, ...]:
    page = f"<!doctype html><html lang=en><head>{head}</head><body><article>{body}</article></body></html>"
    return parse(make_raw_article(kind="page", body=page.encode(), url=url)).flags


PAID = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'


def test_a_paid_article_is_flagged_only_where_the_page_is_cut() -> None:
    assert flags.PAYWALL in read(STORY[:300], head=PAID)
    assert flags.PAYWALL not in read(STORY, head=PAID)


def test_a_teaser_that_asks_for_a_subscription_is_a_paywall() -> None:
    assert flags.PAYWALL in read(f"{STORY[:360]}<p>Already a subscriber? Sign in to continue reading this article.</p>")


def test_a_consent_wall_is_flagged() -> None:
    wall = "<h1>Before you continue</h1><p>We value your privacy. Accept all cookies or see cookie settings</p>"
    assert flags.CONSENT in read(wall)
    assert flags.CONSENT not in read(STORY)


@pytest.mark.parametrize("title", ["404 - Page not found", "Just a moment...", "Access denied"])
def test_error_pages_are_no_articles(title: str) -> None:
    assert flags.NOT_AN_ARTICLE in read("<p>Sorry.</p>", head=f"<title>{title}</title>")


def test_a_home_page_is_no_article_and_an_article_at_the_root_is_one() -> None:
    assert flags.NOT_AN_ARTICLE in read(STORY, url="https://islander.example/")
    assert flags.NOT_AN_ARTICLE not in read(STORY, url="https://islander.example/", head=PAID)
    assert flags.NOT_AN_ARTICLE not in read(STORY)

"""Feeds grow, tell when they have not, ask for rest when told to, and the receiver fails once."""

from __future__ import annotations

import random
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from ingest.documents.entries import read_feed
from ingest.documents.entry import ParsedFeed
from ingest.feedlist.sources import FeedSource
from ingest.polling.entry_articles import raw_article
from ingest.polling.identity import keyed
from ingest.polling.pages import Page
from tests.faults.feeds import ELSEWHERE, Feeds
from tests.faults.texts import Writer


def test_a_feed_carries_all_it_ever_had_and_says_when_nothing_is_new() -> None:
    first, second = Writer(random.Random(1)).articles(2)
    with Feeds(2) as feeds:
        feeds.grow(0, [first])
        tag = feeds.tag(0)
        feeds.grow(0, [second])
        status, body = _ask(feeds.url(0), {"If-None-Match": tag})
        assert (status, first.key in body, second.key in body) == (200, True, True)
        assert _ask(feeds.url(0), {"If-None-Match": feeds.tag(0)})[0] == 304


def test_a_host_asks_for_rest_while_it_is_told_to() -> None:
    with Feeds(2) as feeds:
        feeds.resting.add("127.0.0.2")
        assert [_ask(feeds.url(number))[0] for number in range(2)] == [200, 429]


def test_the_receiver_fails_once() -> None:
    with Feeds(1) as feeds:
        feeds.failing_receiver.set()
        assert [_ask(feeds.receiver, data=b"{}")[0] for _ in range(2)] == [500, 204]


def test_the_articles_of_the_last_feed_are_on_pages_of_another_domain() -> None:
    article = Writer(random.Random(1)).article()
    with Feeds(2) as feeds:
        feeds.grow(1, [article])
        assert article.text.split()[-1] not in feeds.document(1).decode()
        assert ELSEWHERE in feeds.link(1, article)
        status, body = _ask(feeds.link(1, article))
        assert (status, article.text.split()[-1] in body) == (200, True)
        assert _ask(f"{feeds.link(1, article)}x")[0] == 404


@pytest.mark.parametrize("paged", [True, False])
def test_an_entry_is_accepted_under_the_raw_id_that_the_driver_derives(paged: bool) -> None:
    article = Writer(random.Random(2)).article()
    with Feeds(2) as feeds:
        feeds.grow(int(paged), [article])
        source = FeedSource(url=feeds.url(int(paged)), name=f"Feed {int(paged)}")
        read = read_feed(feeds.document(int(paged)), url=source.url, content_type="text/xml", entries_max=None)
        assert isinstance(read, ParsedFeed)
        link = feeds.link(int(paged), article)
        got = Page(url=link, body=_ask(link)[1].encode(), charset="utf-8") if paged else None
        raw = raw_article(keyed(read.entries)[0], feed=source, seen_at=datetime.now(UTC), page=got)
        assert raw.raw_id == feeds.raw(int(paged), article).raw_id


def _ask(url: str, headers: Mapping[str, str] | None = None, data: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, dict(headers or {}))) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""

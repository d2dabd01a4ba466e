"""Feeds grow, tell when they have not, ask for rest when told to, and the receiver fails once."""

from __future__ import annotations

import random
import urllib.error
import urllib.request
from collections.abc import Mapping

from tests.faults.feeds import Feeds
from tests.faults.texts import Writer


def test_a_feed_carries_all_it_ever_had_and_says_when_nothing_is_new() -> None:
    first, second = Writer(random.Random(1)).articles(2)
    with Feeds(1) as feeds:
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


def _ask(url: str, headers: Mapping[str, str] | None = None, data: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, dict(headers or {}))) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from ingest.web.politeness import REST_AFTER_SILENCE, SILENCES_MAX, HostGate, registrable_domain


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.news.co.uk/x", "news.co.uk"),
        ("https://news.co.uk./x", "news.co.uk"),
        ("http://A.B.Example.COM:8080/", "example.com"),
        ("http://127.0.0.2:80/", "127.0.0.2"),
        ("http://[2A00:1450::1]/", "2a00:1450::1"),
        ("http://feedserver/", "feedserver"),
        ("http://[", "http://["),
    ],
)
def test_politeness_is_owed_to_the_registrable_domain(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


async def test_a_domain_is_asked_one_at_a_time_and_others_do_not_wait_for_it() -> None:
    gate, order = HostGate(pause_seconds=0.1), list[str]()

    async def ask(host: str) -> None:
        async with gate.turn(f"https://{host}.example/x"):
            order.append(host)

    begun = time.monotonic()
    await asyncio.gather(*(ask(host) for host in "aaab"))
    assert order == ["a", "b", "a", "a"]  # b is last in line, and not in a's
    assert time.monotonic() - begun > 0.19


async def test_a_turn_that_fails_gives_the_turn_back() -> None:
    gate = HostGate(pause_seconds=0)
    with pytest.raises(RuntimeError):
        async with gate.turn("https://a.example/"):
            raise RuntimeError
    async with asyncio.timeout(30), gate.turn("https://a.example/"):
        pass


def test_a_request_for_rest_holds_for_the_whole_domain_and_ends() -> None:
    clock = [0.0]
    gate = HostGate(pause_seconds=0, clock=lambda: clock[0])
    gate.asked_for_rest("https://feeds.a.example/1", timedelta(minutes=5))
    assert gate.rest("https://www.a.example/2") == timedelta(minutes=5)
    assert gate.rest("https://b.example/") is None
    clock[0] = 301
    assert gate.rest("https://www.a.example/2") is None


def test_silence_in_a_row_rests_one_server_and_any_answer_breaks_the_row() -> None:
    clock = [0.0]
    gate = HostGate(pause_seconds=0, clock=lambda: clock[0])
    url = "http://127.0.0.1:8000/x"
    for silent in (True, True, False, True, True):
        gate.answered(url, silent=silent)
    assert gate.rest(url) is None
    gate.answered(url, silent=True)
    assert SILENCES_MAX == 3
    assert gate.rest(url) == REST_AFTER_SILENCE
    assert gate.rest("http://127.0.0.1:8001/x") is None


async def test_a_page_gives_way_to_feeds_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, order = HostGate(pause_seconds=0, page_pause_seconds=0), list[str]()
    url = "https://a.example/x"

    async def page() -> None:
        async with gate.page_turn(url):
            order.append("page")

    async def feed() -> None:
        async with gate.turn(url):
            order.append("feed")

    async def race() -> list[str]:
        order.clear()
        async with gate.turn(url):
            tasks = [asyncio.create_task(page())]
            await asyncio.sleep(0.01)
            tasks.append(asyncio.create_task(feed()))
            await asyncio.sleep(0.01)
        await asyncio.gather(*tasks)
        return order

    assert await race() == ["feed", "page"]
    monkeypatch.setattr("ingest.web.politeness.PAGE_PATIENCE_SECONDS", 0.0)
    assert await race() == ["page", "feed"]


async def test_a_page_waits_out_its_pause_without_holding_up_a_feed() -> None:
    gate = HostGate(pause_seconds=0, page_pause_seconds=0.2)
    url = "https://a.example/x"
    begun, order = time.monotonic(), list[str]()
    async with gate.page_turn(url):
        pass

    async def page() -> None:
        async with gate.page_turn(url):
            order.append("page")

    waiting = asyncio.create_task(page())
    await asyncio.sleep(0)
    async with gate.turn(url):
        order.append("feed")
    await waiting
    assert order == ["feed", "page"]
    assert time.monotonic() - begun > 0.19


async def test_a_redirects_next_hop_waits_for_no_pause() -> None:
    gate = HostGate(pause_seconds=5, page_pause_seconds=5)
    async with gate.page_turn("https://a.example/x"):
        pass
    async with asyncio.timeout(4), gate.hop_turn("https://www.a.example/y"):
        pass


async def test_a_domain_that_is_to_be_asked_slower_waits_longer_and_others_do_not() -> None:
    gate = HostGate(pause_seconds=0)
    gate.slow_down("https://feeds.a.example/1", timedelta(seconds=0.15))
    gate.slow_down("https://a.example/2", timedelta(seconds=0.01))
    order, begun = list[str](), time.monotonic()

    async def ask(host: str) -> None:
        async with gate.turn(f"https://{host}.example/"):
            order.append(host)

    await asyncio.gather(*(ask(host) for host in "aabb"))
    assert order == ["a", "b", "b", "a"]
    assert time.monotonic() - begun > 0.14

"""Pollers as processes, on one Redis and one list: one is killed or stopped, and its feeds move on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.ingest.loopback import answer, loopback

SERVERS, FEEDS = 8, 24
LEASE_SECONDS = 2.0
POLLER = """
import asyncio, sys
from pathlib import Path
from ingest import poll_command
from ingest.polling import leases, poller
leases.LEASE_SECONDS = leases.Leases.__init__.__kwdefaults__["lease_seconds"] = {lease}
poller.STOP_GRACE_SECONDS = 1.0
poll_command.poll_forever(Path(sys.argv[1]), redis_url=sys.argv[2], data=None)
"""


class Publisher:
    """Counts who is asked. ``slow`` keeps every answer back so long."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.most_at_once = 0
        self.slow = 0.0

    async def talk(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        path, host = head.split()[1].decode(), writer.get_extra_info("sockname")[0]
        self.asked[f"{host}{path}"] += 1
        self.under_way[host] += 1
        self.most_at_once = max(self.most_at_once, self.under_way[host])
        await asyncio.sleep(self.slow)
        self.under_way[host] -= 1
        items = "".join(f"<item><guid>{path}{n}</guid><title>Notice {n}</title></item>" for n in range(3))
        writer.write(answer(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()))


@contextlib.asynccontextmanager
async def poller(folder: Path, feeds: Path, redis_url: str, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        **os.environ,
        "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "COPYDESK_FETCH_ALLOW_PORTS": str(port),
        "COPYDESK_HOST_PAUSE_SECONDS": "0",
    }
    log = (folder / f"{time.monotonic_ns()}.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", POLLER.format(lease=LEASE_SECONDS), str(feeds), redis_url, env=environment, stderr=log
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        log.close()


async def until(met: Callable[[], bool], *, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 - other processes do what is waited for
            await asyncio.sleep(0.02)


@pytest.fixture
def site() -> Publisher:
    return Publisher()


def listed(folder: Path, port: int) -> Path:
    # Three feeds to an address: one domain's feeds are never asked at once, whoever asks.
    urls = [f"http://127.0.1.{number % SERVERS + 1}:{port}/{number}" for number in range(FEEDS)]
    path = folder / "feeds.toml"
    path.write_text("".join(f'[[feed]]\nurl = "{url}"\nfull_text = "never"\n' for url in urls))
    return path


async def test_three_pollers_ask_each_feed_once_and_each_server_one_at_a_time(
    site: Publisher, valkey_url: str, tmp_path: Path
) -> None:
    site.slow = 0.3
    async with loopback(site.talk, host="0.0.0.0") as server, contextlib.AsyncExitStack() as stack:
        feeds = listed(tmp_path, server.port)
        for _ in range(3):
            await stack.enter_async_context(poller(tmp_path, feeds, valkey_url, server.port))
        await until(lambda: len(site.asked) == FEEDS)
        await asyncio.sleep(1)
    assert set(site.asked.values()) == {1}
    assert site.most_at_once == 1


async def test_a_killed_pollers_feeds_are_asked_by_the_others_when_its_lease_ends(
    site: Publisher, valkey_url: str, tmp_path: Path
) -> None:
    site.slow = 60.0
    async with loopback(site.talk, host="0.0.0.0") as server, contextlib.AsyncExitStack() as stack:
        feeds = listed(tmp_path, server.port)
        killed = await stack.enter_async_context(poller(tmp_path, feeds, valkey_url, server.port))
        await until(lambda: sum(site.under_way.values()) == SERVERS)
        for _ in range(2):
            await stack.enter_async_context(poller(tmp_path, feeds, valkey_url, server.port))
        await asyncio.sleep(2 * LEASE_SECONDS)
        assert sum(site.asked.values()) == SERVERS  # it lives: nobody takes anything from it
        site.slow = 0.0
        killed.kill()
        await until(lambda: len(site.asked) == FEEDS and sum(site.asked.values()) == FEEDS + SERVERS)
        await asyncio.sleep(1)
    assert max(site.asked.values()) == 2
    assert sum(site.asked.values()) == FEEDS + SERVERS


async def test_a_poller_that_is_told_to_stop_gives_its_feeds_back(
    site: Publisher, valkey_url: str, tmp_path: Path
) -> None:
    site.slow = 60.0
    async with loopback(site.talk, host="0.0.0.0") as server:
        feeds = listed(tmp_path, server.port)
        async with poller(tmp_path, feeds, valkey_url, server.port) as first:
            await until(lambda: sum(site.under_way.values()) == SERVERS)
            first.send_signal(signal.SIGTERM)
            stopped_at = time.monotonic()
            assert await first.wait() == 0
            assert time.monotonic() - stopped_at < 30  # its requests would take 60
        site.slow = 0.0
        async with poller(tmp_path, feeds, valkey_url, server.port):
            await until(lambda: len(site.asked) == FEEDS and sum(site.asked.values()) == FEEDS + SERVERS)

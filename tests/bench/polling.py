"""Polling feeds of 30 entries from a loopback server: cold, and unchanged (304), beside bare GETs of the same feeds."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from pathlib import Path

import aiohttp
from aiohttp import web

from copydesk.datafolder import DataFolder
from copydesk.embedded import PrivateBroker
from ingest.bootstrap import open_poller, redis_client
from ingest.feedlist.sources import FeedSource
from ingest.settings import IngestSettings
from tests.bench.timing import line

FEEDS, ENTRIES, REPEATS = 100, 30, 3


def measure(folder: Path) -> Iterator[str]:
    data = DataFolder(folder / "polled")
    data.create()
    broker = PrivateBroker(data)
    broker.start()
    try:
        bare, cold, unchanged = asyncio.run(_measure(data.redis_url))
    finally:
        broker.stop()
    yield line(f"poll, cold ({ENTRIES} entries each)", cold, "feeds/s", beside=bare, what="bare GETs")
    yield line("poll, unchanged (304)", unchanged, "feeds/s", beside=bare, what="bare GETs")


async def _measure(redis_url: str) -> tuple[float, float, float]:
    runner = web.AppRunner(_site())
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()
    port = runner.addresses[0][1]
    bare, cold, unchanged = [], [], []
    settings = IngestSettings(
        host_pause_seconds=0,
        fetch_allow_networks="127.0.0.0/8",
        fetch_allow_ports=str(port),
        inbox_max_mb=1000,
    )
    async with aclosing(redis_client(redis_url)) as redis, open_poller(settings, redis, redis_url) as poller:
        for turn in range(REPEATS + 1):
            # One address a feed, so that the rule of one request at a time to one domain is not what is measured.
            feeds = [FeedSource(url=f"http://127.0.{turn + 1}.{n + 1}:{port}/{turn}/{n}") for n in range(FEEDS)]
            bare.append(await _timed(_bare(feeds)))
            cold.append(await _timed(poller.once(feeds)))
            unchanged.append(await _timed(poller.once(feeds)))
    await runner.cleanup()
    return tuple(FEEDS / statistics.median(times[1:]) for times in (bare, cold, unchanged))  # type: ignore[return-value]


async def _timed(work: object) -> float:
    began = time.perf_counter()
    await work  # type: ignore[misc]
    return time.perf_counter() - began


async def _bare(feeds: Sequence[FeedSource]) -> None:
    async def get(session: aiohttp.ClientSession, url: str) -> None:
        async with session.get(url) as response:
            await response.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(get(session, feed.url) for feed in feeds))


def _site() -> web.Application:
    async def feed(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304)
        name = f"{request.match_info['turn']}-{request.match_info['number']}"
        text = "<p>" + f"What {name} says of the ferry. " * 60 + "</p>"
        items = "".join(
            f"<item><guid>{name}-{n}</guid><title>Story {n} of {name}</title><link>https://x.example/{name}/{n}</link>"
            f"<description><![CDATA[{text}{n}]]></description></item>"
            for n in range(ENTRIES)
        )
        document = f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'
        return web.Response(text=document, content_type="application/rss+xml", headers={"ETag": '"v1"'})

    app = web.Application()
    app.router.add_get("/{turn}/{number}", feed)
    return app

"""Copydesk's poller and a bare aiohttp loop on the same feeds, each a process that prints JSON.

`python -m tests.bench.pollers.contestants copydesk|bare PORT FEEDS PASSES [REDIS_URL]` or
`... memory PORT FEEDS POLLS REDIS_URL`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import aiohttp

from ingest.bootstrap import open_poller, redis_client, settle_heap
from ingest.feedlist.sources import FeedSource
from ingest.settings import IngestSettings
from shared.logs import configure_logging
from tests.bench.pollers.site import url_of

CONNECTIONS = 100


def processes() -> list[int]:
    """This process and all below it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
    found = [os.getpid()]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_seconds() -> float:
    """User and system time of this process and all below it, those that ended included."""
    ticks = 0
    for pid in processes():
        with contextlib.suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mib() -> tuple[float, float]:
    """MiB of memory of this process, and of all below it."""
    sizes = []
    for pid in processes():
        with contextlib.suppress(OSError):
            sizes.append(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20)
    return sizes[0], sum(sizes[1:])


async def passes(poll: Callable[[], Awaitable[object]], count: int) -> list[tuple[float, float]]:
    """Seconds and CPU seconds of each pass."""
    found = []
    for _ in range(count):
        began, cpu = time.perf_counter(), cpu_seconds()
        await poll()
        found.append((time.perf_counter() - began, cpu_seconds() - cpu))
    return found


async def bare(port: int, feeds: int, count: int) -> list[tuple[float, float]]:
    """Conditional GETs by aiohttp and nothing else: what no poller can be faster than."""
    etags: dict[int, str] = {}
    numbers: list[int] = []

    async def asking(session: aiohttp.ClientSession) -> None:
        while numbers:
            number = numbers.pop()
            headers = {"If-None-Match": etags[number]} if number in etags else {}
            async with session.get(url_of(number, port), headers=headers) as response:
                await response.read()
                etags[number] = response.headers["ETag"]

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

        async def poll() -> None:
            numbers[:] = range(feeds)
            await asyncio.gather(*(asking(session) for _ in range(CONNECTIONS)))

        return await passes(poll, count)


async def copydesk(port: int, feeds: int, count: int, redis_url: str) -> list[tuple[float, float]]:
    """The poller as `copydesk run --once` composes it; the inbox is large, because no worker empties it."""
    settings = IngestSettings(
        fetch_allow_networks="127.0.0.0/8", fetch_allow_ports=str(port), inbox_max_mb=4000, host_pause_seconds=0
    )
    listed = [FeedSource(url=url_of(number, port), full_text="never") for number in range(feeds)]
    async with aclosing(redis_client(redis_url)) as redis, open_poller(settings, redis, redis_url) as poller:

        async def poll() -> None:
            reports = await poller.once(listed)
            failed = [report for report in reports if report.outcome not in ("polled", "unchanged")]
            if failed:
                raise SystemExit(f"{len(failed)} of {feeds} polls failed: {failed[0].sentence}")

        return await passes(poll, count)


async def memory(port: int, feeds: int, polls: int, redis_url: str) -> list[tuple[int, float, float]]:
    """Polls done, MiB of the poller, MiB of its children. Every poll reads its document; nothing in it is new."""
    settings = IngestSettings(
        fetch_allow_networks="127.0.0.0/8", fetch_allow_ports=str(port), inbox_max_mb=4000, host_pause_seconds=0
    )
    listed = [FeedSource(url=url_of(number, port, stamped=True), full_text="never") for number in range(feeds)]
    found = []
    async with aclosing(redis_client(redis_url)) as redis, open_poller(settings, redis, redis_url) as poller:
        for done in range(feeds, polls + 1, feeds):
            await poller.once(listed)
            if done in (1_000, 5_000, polls):
                found.append((done, *resident_mib()))
    return found


def main() -> None:
    configure_logging("bench", level="CRITICAL")
    name, port, feeds, count = sys.argv[1], *map(int, sys.argv[2:5])
    if name == "memory":
        print(json.dumps({"memory": asyncio.run(memory(port, feeds, count, sys.argv[5]))}))
        return
    settle_heap()  # as `copydesk poll` does; the bare loop is given the same
    run = copydesk(port, feeds, count, sys.argv[5]) if name == "copydesk" else bare(port, feeds, count)
    print(json.dumps({"passes": asyncio.run(run)}))


if __name__ == "__main__":
    main()

"""The poller of a replay, as its own process: `python -m tests.bench.replay.poller FEEDS CLOCK END REDIS_URL PORT`.

Composed as `copydesk poll` is, but for its clock, which stands still while there is work and then jumps to the next
feed that is due.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path

from ingest.bootstrap import open_poller, redis_client
from ingest.feedlist.sources import FeedSource
from ingest.settings import IngestSettings
from shared.logs import configure_logging
from tests.bench.replay.publishers import SharedClock

JUMP_SECONDS = 1800.0
"""The shortest jump: feeds due within so long of each other are polled together, the first of them late."""


async def main(urls: list[str], clock: SharedClock, end: datetime, redis_url: str, port: str) -> None:
    settings = IngestSettings(
        fetch_allow_networks="127.0.0.0/8", fetch_allow_ports=port, host_pause_seconds=0, inbox_max_mb=4000
    )
    listed = [FeedSource(url=url, full_text="never") for url in urls]
    stop = asyncio.Event()

    async def wait(event: asyncio.Event, seconds: float, idle: bool) -> None:
        if not idle:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), 1)
        elif clock.now >= end:
            stop.set()
        else:
            clock.now += timedelta(seconds=max(seconds, JUMP_SECONDS))

    async with (
        aclosing(redis_client(redis_url)) as redis,
        open_poller(settings, redis, redis_url, now=lambda: clock.now, wait=wait) as poller,
    ):
        await poller.run(lambda: listed, stop=stop)


if __name__ == "__main__":
    configure_logging("replay", level="ERROR")
    given_feeds, given_clock, given_end, given_redis, given_port = sys.argv[1:]
    asyncio.run(
        main(
            Path(given_feeds).read_text().split(),
            SharedClock(Path(given_clock)),
            datetime.fromisoformat(given_end),
            given_redis,
            given_port,
        )
    )

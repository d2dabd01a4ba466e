"""What `copydesk seed` does once a Redis is there."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.bootstrap import make_inbox, redis_client
from ingest.seeding.progress import make_progress
from ingest.seeding.receipts import SeedReport
from ingest.seeding.seedfeeds import feed_files
from ingest.seeding.seedfiles import STDIN, Form, spooled
from ingest.seeding.seeding import Seeding
from ingest.seeding.seeds import Seed, SeedReader, SeedSource
from ingest.settings import load_settings


@dataclass(frozen=True, kw_only=True)
class SeedRequest:
    """What was asked for on the command line."""

    paths: tuple[str, ...]
    source: str = "seed"
    timezone: str | None = None
    language: str | None = None
    form: Form | None = None

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[SeedReader]:
        """Reads what was named; standard input is spooled, for it may have to be read twice."""
        source = SeedSource(name=self.source, timezone=self.timezone, language=self.language, form=self.form)
        async with feed_files() as read_feed:
            if STDIN not in self.paths:
                yield SeedReader(self.paths, source=source, read_feed=read_feed)
                return
            with spooled(sys.stdin.buffer) as stdin:
                yield SeedReader(self.paths, source=source, read_feed=read_feed, stdin=stdin)


def run_seed(request: SeedRequest, *, redis_url: str, data: Path | None) -> SeedReport:
    """Hands in everything and waits for it. Raises RedisError when Redis is not there at the beginning."""

    async def seed() -> SeedReport:
        async with request.reader() as seeds:
            return await settle(seeds, redis_url=redis_url, data=data)

    return asyncio.run(seed())


async def settle(seeds: AsyncIterable[Seed], *, redis_url: str, data: Path | None) -> SeedReport:
    """Hands seeds in through the inbox of this Redis, with a progress bar on a terminal."""
    settings = load_settings(data=data, redis_url=redis_url)
    async with aclosing(redis_client(redis_url)) as redis:
        inbox = make_inbox(settings, redis, redis_url)
        with make_progress() as progress:
            return await Seeding(seeds, inbox=inbox, redis=redis, progress=progress).run()

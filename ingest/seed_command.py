"""What `copydesk seed` does once a Redis is there."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import AbstractContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.bootstrap import make_inbox, redis_client
from ingest.seeding.progress import make_progress
from ingest.seeding.receipts import SeedReport
from ingest.seeding.seedfeeds import feed_files
from ingest.seeding.seedfiles import Form, Spools, spools
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

    def spools(self, say: Callable[[str], None]) -> AbstractContextManager[Spools]:
        """What can be read only once, copied; to be entered outside of an event loop, for it waits for whoever writes.
        ``say`` is told so."""
        return spools(self.paths, stdin=sys.stdin.buffer, say=say)

    @asynccontextmanager
    async def reader(self, spools: Spools) -> AsyncIterator[SeedReader]:
        """Reads what was named."""
        source = SeedSource(name=self.source, timezone=self.timezone, language=self.language, form=self.form)
        async with feed_files() as read_feed:
            yield SeedReader(self.paths, source=source, read_feed=read_feed, spools=spools)


def run_seed(request: SeedRequest, *, redis_url: str, data: Path | None, say: Callable[[str], None]) -> SeedReport:
    """Hands in everything and waits for it. Raises RedisError when Redis is not there at the beginning."""

    async def seed(spools: Spools) -> SeedReport:
        async with request.reader(spools) as seeds:
            return await settle(seeds, redis_url=redis_url, data=data)

    with request.spools(say) as copied:
        return asyncio.run(seed(copied))


async def settle(seeds: AsyncIterable[Seed], *, redis_url: str, data: Path | None) -> SeedReport:
    """Hands seeds in through the inbox of this Redis, with a progress bar on a terminal."""
    settings = load_settings(data=data, redis_url=redis_url)
    async with aclosing(redis_client(redis_url)) as redis:
        inbox = make_inbox(settings, redis, redis_url)
        with make_progress() as progress:
            seeding = Seeding(seeds, inbox=inbox, redis=redis, progress=progress)
            try:
                return await seeding.run()
            except (asyncio.CancelledError, KeyboardInterrupt, SystemExit):
                progress.say(f"{seeding.standing} Handing in the same again is safe: nothing is stored twice.")
                raise

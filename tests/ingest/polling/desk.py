"""A poller over servers that a test makes, with what it is given and what it accepts, for the tests of polling."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fakeredis import FakeAsyncRedis

from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import FeedSource
from ingest.polling.leases import Leases
from ingest.polling.poll_report import PollReport
from ingest.polling.poller import Poller
from ingest.polling.state import FeedStates
from ingest.web.fetcher import Fetcher
from ingest.web.guard import Guard
from ingest.web.limits import Limits
from tests.ingest.fakes import FakeInbox
from tests.ingest.loopback import Loopback, Talk

QUICK = Limits(connect_seconds=0.5, read_seconds=0.5, total_seconds=1.0)
START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def rss(*items: str, title: str = "Harbour News") -> bytes:
    return f'<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'.encode()


def item(number: int, text: str = "The ferry sails again.") -> str:
    return (
        f"<item><guid>n{number}</guid><title>Notice {number}</title>"
        f"<link>https://news.example/{number}</link><description>{text}</description></item>"
    )


@dataclass(kw_only=True)
class Desk:
    """A poller with its fakes, over servers that the test made. Time stands still unless the test moves it."""

    poller: Poller
    inbox: FakeInbox
    states: FeedStates
    leases: Leases
    now: list[datetime] = field(default_factory=lambda: [START])

    async def poll(self, *urls: str, **named: object) -> list[PollReport]:
        return await self.poller.once([FeedSource(url=url, **named) for url in urls])  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def desk(
    *servers: Loopback, pause: float = 0, patience: float = 0.2, concurrency: int = 50, reader: FeedReader
) -> AsyncIterator[Desk]:
    guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[server.port for server in servers])
    redis = FakeAsyncRedis()
    began = time.monotonic()

    def clock_ms() -> int:
        return round((now[0].timestamp() + time.monotonic() - began) * 1000)

    inbox, states, now = FakeInbox(redis), FeedStates(redis), [START]
    leases = Leases(redis, clock_ms=clock_ms)
    async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK) as fetcher:
        poller = Poller(
            inbox=inbox,
            states=states,
            leases=leases,
            fetcher=fetcher,
            reader=reader,
            concurrency=concurrency,
            host_pause_seconds=pause,
            inbox_patience_seconds=patience,
            now=lambda: now[0],
            chance=lambda: 0.0,
        )
        yield Desk(poller=poller, inbox=inbox, states=states, leases=leases, now=now)
    await redis.aclose()


async def until(met: Callable[[], bool], *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.02)


def serves(documents: list[bytes | Talk]) -> Talk:
    """Answers with one document after the other, the last for ever."""
    left = list(documents)

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        document = left.pop(0) if len(left) > 1 else left[0]
        if callable(document):
            await document(head, writer)
        else:
            writer.write(document)

    return talk

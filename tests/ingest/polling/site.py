"""One site with a feed and pages, its poller and its inbox, for the tests of what stands behind a feed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fakeredis import FakeAsyncRedis

from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import FeedSource
from ingest.polling.leases import Leases
from ingest.polling.poll_report import PollReport
from ingest.polling.poller import PageAccess, Poller
from ingest.polling.state import FeedState, FeedStates
from ingest.web.fetcher import Fetcher
from ingest.web.guard import Guard
from ingest.web.limits import Limits
from shared.schema import RawArticle
from tests.ingest.fakes import FakeInbox
from tests.ingest.loopback import Loopback, Talk, answer, loopback

START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
QUICK = Limits(connect_seconds=0.5, read_seconds=0.5, total_seconds=1.0)
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = answer(b"<!doctype html><html><body><p>The ferry sailed, and here is all of it.</p></body></html>", headers=HTML)


def rss(base: str, *paths: str, text: str = "The ferry sailed", **more: str) -> bytes:
    items = "".join(
        f"<item><guid>{path}</guid><title>{path}</title><link>{base}{path}</link><description>{text}</description>"
        f"{more.get(path.strip('/'), '')}</item>"
        for path in paths
    )
    return f'<rss version="2.0"><channel><title>Harbour</title>{items}</channel></rss>'.encode()


@dataclass(kw_only=True)
class Site:
    """One server with a feed at /feed and answers by path; what is not among them is 404. The clock stands still."""

    server: Loopback
    answers: dict[str, bytes | Talk]
    starts: list[tuple[str, float]]
    poller: Poller
    inbox: FakeInbox
    states: FeedStates
    now: list[datetime] = field(default_factory=lambda: [START])

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def asked(self) -> list[str]:
        return [path for path, _ in self.starts]

    async def poll(self, **settings: Any) -> PollReport:
        (report,) = await self.poller.once([FeedSource(url=f"{self.base}/feed", **settings)])
        return report

    async def state(self) -> FeedState:
        return await self.states.load(FeedSource(url=f"{self.base}/feed").feed_id)

    def accepted(self, path: str) -> RawArticle:
        return next(raw for raw in reversed(self.inbox.accepted) if raw.entry_key == path)


@contextlib.asynccontextmanager
async def site(
    reader: FeedReader, *paths: str, pause: float = 0, round_seconds: float = 30, **answers: bytes | Talk
) -> AsyncIterator[Site]:
    """``paths`` are the feed's entries; each has a page unless ``answers`` (by path without the slash) says else."""
    redis = FakeAsyncRedis()
    known: dict[str, bytes | Talk] = dict.fromkeys(paths, PAGE)
    known |= {f"/{path.replace('_', '.')}": reply for path, reply in answers.items()}
    starts: list[tuple[str, float]] = []
    now = [START]

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split()[1].decode()
        starts.append((path, time.monotonic()))
        reply = known.get(path, answer(status="404 Not Found"))
        if callable(reply):
            await reply(head, writer)
        else:
            writer.write(reply)

    async with loopback(talk) as server:
        known.setdefault("/feed", answer(rss(f"http://127.0.0.1:{server.port}", *paths), headers={"ETag": '"v1"'}))
        guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[server.port])
        async with (
            Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK) as fetcher,
            Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK) as robots,
        ):
            inbox = FakeInbox(redis)
            poller = Poller(
                inbox=inbox,
                states=FeedStates(redis),
                leases=Leases(redis),
                fetcher=fetcher,
                reader=reader,
                host_pause_seconds=0,
                inbox_patience_seconds=0.1,
                pages=PageAccess(
                    fetcher=fetcher, robots_fetcher=robots, pause_seconds=pause, round_seconds=round_seconds
                ),
                now=lambda: now[0],
                chance=lambda: 0.0,
            )
            yield Site(
                server=server,
                answers=known,
                starts=starts,
                poller=poller,
                inbox=inbox,
                states=FeedStates(redis),
                now=now,
            )
    await redis.aclose()

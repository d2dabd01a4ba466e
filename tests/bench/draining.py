"""The inbox's own cost: accept, claim, store, settle without parsing, beside storing the same articles alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from copydesk.datafolder import DataFolder
from copydesk.embedded import PrivateBroker
from ingest.inbox import Inbox as IngestInbox
from shared.schema import RawArticle
from tests.bench.storing import arrivals
from tests.bench.timing import line, rate
from tests.factories import NOON
from worker.inbox import Inbox, Owner
from worker.parsing.article import ParsedArticle
from worker.pipeline import ArticlePipeline
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store

ARTICLES = 1000


def measure(folder: Path) -> Iterator[str]:
    data = DataFolder(folder / "broker")
    data.create()
    broker = PrivateBroker(data)
    broker.start()
    engine = make_engine(f"sqlite:///{folder / 'drain.db'}")
    migrate(engine)
    store = Store(engine)
    redis = Redis.from_url(data.redis_url)
    inbox = Inbox(redis, owner=Owner(node="bench", boot="b", pid=1), lease_seconds=45)
    pipeline = ArticlePipeline(inbox=inbox, store=store, parse=_unparsed, parse_seconds=10)

    def drained(turn: int) -> int:
        asyncio.run(_accept(data.redis_url, [arrival.raw for arrival in arrivals(f"drain-{turn}", ARTICLES)]))
        pipeline.drain(seconds=600)
        return ARTICLES

    def stored(turn: int) -> int:
        given = arrivals(f"alone-{turn}", ARTICLES)
        for start in range(0, len(given), 50):
            store.store(given[start : start + 50], now=NOON)
        return ARTICLES

    alone, through = rate(stored), rate(drained)
    redis.close()
    engine.dispose()
    broker.stop()
    yield line("accept, claim, store, settle (no parsing)", through, "articles/s", beside=alone, what="storing alone")


def _unparsed(raw: RawArticle) -> ParsedArticle:
    text = raw.body.decode()
    return ParsedArticle(title=text[:30], text=text)


async def _accept(url: str, raws: list[RawArticle]) -> None:
    async with AsyncRedis.from_url(url) as redis:
        inbox = IngestInbox(redis, max_bytes=10**9, send_hint=lambda: None)
        for start in range(0, len(raws), 50):
            await inbox.accept(raws[start : start + 50])

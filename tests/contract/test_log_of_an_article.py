"""What ingest's log says of a raw article and what the worker's says of it are found by the same ids."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from sqlalchemy import Engine
from structlog.testing import capture_logs

from ingest.inbox import Inbox as IngestInbox
from shared import routing
from shared.schema import RawArticle
from tests.factories import make_raw_article
from worker.inbox import Inbox, Owner
from worker.parsing.article import ParsedArticle
from worker.pipeline import ArticlePipeline
from worker.storage import reading
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store

Line = dict[str, Any]


class Way:
    """Both ends of the inbox, on real servers."""

    def __init__(self, valkey_url: str, engine: Engine) -> None:
        self._url = valkey_url
        inbox = Inbox(Redis.from_url(valkey_url), owner=Owner(node="n", boot="b", pid=1), lease_seconds=45)
        self._pipeline = ArticlePipeline(inbox=inbox, store=Store(engine), parse=parsed, parse_seconds=5)

    async def take(self, *raws: RawArticle) -> None:
        async with AsyncRedis.from_url(self._url) as redis:
            await IngestInbox(redis, max_bytes=10**9, send_hint=lambda: None).accept(raws)

    def drain(self) -> None:
        self._pipeline.drain(seconds=5)


def parsed(raw: RawArticle) -> ParsedArticle:
    return ParsedArticle(title=raw.body.decode() or None, text=raw.body.decode())


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    return engine


@pytest.fixture
def way(valkey_url: str, engine: Engine, caplog: pytest.LogCaptureFixture) -> Way:
    caplog.set_level(logging.INFO)
    return Way(valkey_url, engine)


def told(lines: Sequence[Any], event: str) -> list[Line]:
    return [dict(line) for line in lines if line["event"] == event]


def ids(lines: Sequence[Line]) -> list[tuple[str, str, str]]:
    return sorted((line["raw_id"], line["source"], line["entry_key"]) for line in lines)


async def test_each_is_accepted_in_one_line_and_settled_in_one_line_by_the_same_ids(way: Way, engine: Engine) -> None:
    first = make_raw_article(entry_key="first", body=b"The ferry sails.")
    edited = make_raw_article(entry_key="first", body=b"The ferry sails at noon.")
    same = make_raw_article(entry_key="same", source="other", source_key="seed:other", body=b"The ferry sails.")
    empty = make_raw_article(entry_key="empty", body=b"")
    with capture_logs() as lines:
        await way.take(first, same, empty, same)
        await way.take(first)  # it waits already: nothing new came in
        way.drain()
        await way.take(edited)
        way.drain()
        await way.take(first)  # known by now
        way.drain()

    accepted, settled = told(lines, "article.accepted"), told(lines, "article.settled")
    assert ids(accepted) == ids(settled)
    assert [(line["entry_key"], line["verdict"]) for line in settled] == [
        ("first", "stored"), ("same", "duplicate"), ("empty", "quarantined"),
        ("first", "revised"), ("first", "duplicate"),
    ]  # fmt: skip
    (stored,) = reading.articles(engine)
    articles = {line["article_id"] for line in settled if line["verdict"] != "quarantined"}
    assert articles == {stored.public_id}
    (quarantined,) = (line for line in settled if line["verdict"] == "quarantined")
    assert (quarantined["article_id"], quarantined["reason"]) == (None, "no_content")


async def test_the_lines_add_up_to_the_ledger(way: Way, valkey_url: str) -> None:
    raw = make_raw_article()
    with capture_logs() as lines:
        for _ in range(3):
            await way.take(raw)
            way.drain()
    found: Any = Redis.from_url(valkey_url).hgetall(routing.INBOX_LEDGER)
    ledger = {name.decode(): int(count) for name, count in found.items()}
    verdicts = [line["verdict"] for line in told(lines, "article.settled")]
    assert verdicts.count("stored") == ledger["stored"] == 1
    assert verdicts.count("duplicate") == ledger["duplicate"] == 2
    assert len(told(lines, "article.accepted")) == ledger["accepted"] == 3

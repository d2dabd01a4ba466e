from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine

from copydesk.events import CursorError, print_events, redeliver
from ingest.bootstrap import redis_client
from ingest.feed_events import FEED_EVENTS
from ingest.webhooks.journal import Journal
from tests.factories import NOON, make_arrival, make_parsed_article
from worker.storage import outbox
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.purging import Purging, Retention
from worker.storage.store import Store


@pytest.fixture
def engine(tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The database of a deployment of which the environment tells."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    monkeypatch.setenv("COPYDESK_DATABASE_URL", url)
    monkeypatch.setenv("COPYDESK_REDIS_URL", valkey_url)
    engine = make_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()


def store(engine: Engine, *names: str) -> None:
    for name in names:
        parsed = make_parsed_article(title=f"Ferry {name}", text=f"The ferry named {name} sails from quay {name}.")
        Store(engine).store([make_arrival(entry_key=name, parsed=parsed)], now=NOON)


def printed(*, begin: str | None = None, limit: int | None = None) -> list[dict[str, Any]]:
    lines: list[str] = []
    print_events(None, begin=begin, follow=False, limit=limit, write=lines.append)
    return [json.loads(line) for line in lines]


def tell_of_feed(redis_url: str, seq: int) -> None:
    named = {"id": f"f{seq}", "type": "feed.missed", "time": "2026-03-01T12:00:00.000+00:00", "data": '{"source": "A"}'}
    client = Redis.from_url(redis_url)
    client.xadd(FEED_EVENTS, {"seq": seq, **named})  # type: ignore[dict-item]
    client.close()


def test_events_of_articles_and_feeds_are_printed_with_a_cursor_that_goes_on_exactly(
    engine: Engine, valkey_url: str
) -> None:
    store(engine, "a", "b")
    tell_of_feed(valkey_url, 1)
    first = printed()
    assert [(line["type"], line["seq"]) for line in first] == [
        ("article.stored", 1),
        ("article.stored", 2),
        ("feed.missed", 1),
    ]
    assert first[0]["data"]["title"] == "Ferry a"
    store(engine, "c")
    tell_of_feed(valkey_url, 2)
    rest = printed(begin=first[1]["cursor"])
    assert [(line["type"], line["seq"]) for line in rest] == [
        ("article.stored", 3),
        ("feed.missed", 1),
        ("feed.missed", 2),
    ]
    assert printed(begin=rest[-1]["cursor"]) == []
    assert [line["seq"] for line in printed(begin=first[0]["id"], limit=1)] == [2]
    assert len({line["id"] for line in (*first, *rest)}) == 5


def test_a_redis_that_lost_its_data_costs_feeds_events_alone(engine: Engine, valkey_url: str) -> None:
    store(engine, "a")
    client = Redis.from_url(valkey_url)
    client.flushall()
    client.close()
    assert [line["type"] for line in printed()] == ["article.stored"]
    tell_of_feed(valkey_url, 1)
    assert [line["type"] for line in printed(begin="1.40")] == ["feed.missed"]


def test_events_that_were_purged_since_the_cursor_are_told(engine: Engine) -> None:
    store(engine, "a", "b", "c")
    relayed = [each.seq for each in outbox.waiting(engine, limit=10)]
    outbox.mark_relayed(engine, relayed, now=NOON)
    retention = Retention(articles=0, raw_articles=0, quarantine=0, events=1)
    assert list(Purging(engine, retention).batches(now=NOON + timedelta(days=2))) == [("events", 3)]
    store(engine, "d")
    said: list[str] = []

    def told(begin: str | None) -> list[str]:
        said.clear()
        print_events(None, begin=begin, follow=False, limit=None, write=lambda _line: None, say=said.append)
        return list(said)

    assert told("1.0") == ["Events 2 to 3 were purged (COPYDESK_EVENTS_RETENTION_DAYS)."]
    assert told("3.0") == told(None) == []
    assert redeliver(None, ids=[], begin="1.0", say=said.append) == (1, 0)
    assert said == ["Events 2 to 3 were purged (COPYDESK_EVENTS_RETENTION_DAYS)."]


@pytest.mark.parametrize("begin", ["x", "1.2.3", "-1", "f" * 64])
def test_what_is_no_cursor_and_no_event_is_refused(engine: Engine, begin: str) -> None:
    with pytest.raises(CursorError, match="There is no event"):
        printed(begin=begin)


def test_events_are_sent_again_by_id_or_from_a_cursor_on(engine: Engine, valkey_url: str) -> None:
    store(engine, "a", "b", "c")

    async def register() -> None:
        async with aclosing(redis_client(valkey_url)) as redis:
            await Journal(redis, "https://desk.example/hook").register(NOON)

    async def waiting() -> list[int | None]:
        async with aclosing(redis_client(valkey_url)) as redis:
            journal, found = Journal(redis, "https://desk.example/hook"), []
            while event := await journal.next():
                found.append(event.seq)
                await journal.done(event, given_up=False)
            return found

    asyncio.run(register())
    assert redeliver(None, ids=[printed()[0]["id"]], begin=None) == (1, 1)
    assert redeliver(None, ids=[], begin="1.0") == (2, 1)
    assert asyncio.run(waiting()) == [1, 2, 3]
    with pytest.raises(CursorError):
        redeliver(None, ids=["nonsense"], begin=None)

"""A waiting seed against a real Valkey, with a worker that the test plays itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ingest.inbox import Inbox
from ingest.seeding.receipts import SeedReport
from ingest.seeding.seeding import Seeding
from ingest.seeding.seeds import PassedOver, Refused, Seed, SeedItem
from shared import routing
from tests.factories import make_raw_article

Settle = Callable[[str], dict[str, object]]


class Watcher:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.refusals: list[Refused] = []
        self.last = (0, 0)

    def moved(self, *, handed_in: int, settled: int) -> None:
        self.last = (handed_in, settled)

    def refused(self, refused: Refused) -> None:
        self.refusals.append(refused)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


class Given:
    """Re-iterable, as every reader of seeds is."""

    def __init__(self, *seeds: Seed) -> None:
        self.seeds = seeds

    async def __aiter__(self) -> AsyncIterator[Seed]:
        for seed in self.seeds:
            yield seed


def items(count: int) -> list[SeedItem]:
    return [SeedItem(input_id=f"e{n}", raw=make_raw_article(entry_key=f"e{n}")) for n in range(count)]


def as_stored(_raw_id: str) -> dict[str, object]:
    return {"settled": "stored"}


async def settle(redis: Redis, outcome: Settle) -> int:
    """One turn of a worker: everything that waits is settled."""
    waiting_ids: list[Any] = await redis.zrange(routing.INBOX_WAITING["backfill"], 0, -1)
    ids = [raw_id.decode() for raw_id in waiting_ids]
    for raw_id in ids:
        await redis.delete(routing.INBOX_ENTRY + raw_id)
        await redis.zrem(routing.INBOX_WAITING["backfill"], raw_id)
    if ids:
        receipts = {raw_id: outcome(raw_id) for raw_id in ids}
        await redis.xadd(routing.RECEIPTS, {"receipts": json.dumps(receipts)})
    await redis.set(routing.INBOX_BYTES, 0)
    return len(ids)


async def waiting(redis: Redis, count: int) -> None:
    """Until so many wait in the inbox."""
    for _ in range(1000):
        if await redis.zcard(routing.INBOX_WAITING["backfill"]) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{count} never came to wait")


@asynccontextmanager
async def playing_worker(redis: Redis, outcome: Settle = as_stored) -> AsyncIterator[None]:
    async def play() -> None:
        while True:
            await settle(redis, outcome)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(play())
    yield
    task.cancel()


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(valkey_url) as client:
        yield client


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def seeding(redis: Redis, watcher: Watcher, *seeds: Seed, max_bytes: int = 10**9) -> Seeding:
    inbox = Inbox(redis, max_bytes=max_bytes, send_hint=lambda: None)
    return Seeding(Given(*seeds), inbox=inbox, redis=redis, progress=watcher)


def counts(report: SeedReport) -> dict[str, float]:
    return {name: count for name, count in report.as_json().items() if count and name != "seconds"}


async def test_every_input_is_settled_or_refused_when_the_seed_ends(redis: Redis, watcher: Watcher) -> None:
    given = items(120)
    async with playing_worker(redis):
        report = await seeding(redis, watcher, *given, Refused(input_id="x", reason="is empty")).run()
    assert counts(report) == {"stored": 120, "refused": 1}
    assert (watcher.last, report.exit_code) == ((120, 120), 1)
    assert await redis.scard(routing.REFUSED) == 1


@pytest.mark.parametrize(
    ("outcome", "name", "code"),
    [
        ({"settled": "stored"}, "stored", 0),
        ({"settled": "revised"}, "revised", 0),
        ({"settled": "copied"}, "copies", 0),
        ({"settled": "duplicate"}, "duplicates", 0),
        ({"settled": "quarantined"}, "quarantined", 1),
        ({"settled": "stored", "again": True}, "duplicates", 0),
        ({"settled": "quarantined", "again": True}, "quarantined", 1),
    ],
)
async def test_an_item_counts_as_what_it_became(
    redis: Redis, watcher: Watcher, outcome: dict[str, object], name: str, code: int
) -> None:
    async with playing_worker(redis, lambda _: outcome):
        report = await seeding(redis, watcher, *items(1)).run()
    assert (counts(report), report.exit_code) == ({name: 1}, code)


async def test_the_same_input_twice_is_itself_once_and_then_a_duplicate(redis: Redis, watcher: Watcher) -> None:
    (item,) = items(1)
    async with playing_worker(redis):
        report = await seeding(redis, watcher, item, item, item).run()
    assert counts(report) == {"stored": 1, "duplicates": 2}


async def test_receipts_of_an_earlier_hand_in_count_for_nothing(redis: Redis, watcher: Watcher) -> None:
    (item,) = items(1)
    await redis.xadd(routing.RECEIPTS, {"receipts": json.dumps({item.raw.raw_id: {"settled": "quarantined"}})})
    async with playing_worker(redis):
        report = await seeding(redis, watcher, item).run()
    assert counts(report) == {"stored": 1}


async def test_a_full_inbox_is_waited_for_and_said(redis: Redis, watcher: Watcher) -> None:
    async with playing_worker(redis):
        report = await seeding(redis, watcher, *items(300), max_bytes=20_000).run()
    assert counts(report) == {"stored": 300}
    assert watcher.said == ["The inbox is full; waiting for the workers to make room."] * len(watcher.said)
    assert watcher.said


async def test_what_redis_loses_is_handed_in_again_and_counted_once(redis: Redis, watcher: Watcher) -> None:
    task = asyncio.create_task(seeding(redis, watcher, *items(70)).run())
    await waiting(redis, 70)
    accepted: list[Any] = await redis.zrange(routing.INBOX_WAITING["backfill"], 0, 0, withscores=True)
    await redis.flushall()
    await waiting(redis, 1)
    again: list[Any] = await redis.zrange(routing.INBOX_WAITING["backfill"], 0, 0, withscores=True)
    async with playing_worker(redis):
        report = await task
    assert counts(report) == {"stored": 70}
    # Handed in as of the first time, so that what was stored in between is not taken for an older duplicate.
    assert again[0][1] <= accepted[0][1]
    assert watcher.said == ["Redis lost 70 of what was handed in; handing it in again."]


async def test_what_was_seen_long_ago_was_seen_then_when_it_is_handed_in_again(redis: Redis, watcher: Watcher) -> None:
    (item,) = items(1)
    captured = datetime(2019, 5, 6, tzinfo=UTC)
    old = SeedItem(input_id="crawl", raw=item.raw.model_copy(update={"seen_at": captured}))
    task = asyncio.create_task(seeding(redis, watcher, old).run())
    await waiting(redis, 1)
    await redis.flushall()
    await waiting(redis, 1)
    meta = json.loads(await redis.hget(routing.INBOX_ENTRY + old.raw.raw_id, "meta") or b"{}")
    async with playing_worker(redis):
        await task
    assert datetime.fromisoformat(meta["seen_at"]) == captured


async def test_what_an_archive_holds_besides_pages_is_counted_by_reason(redis: Redis, watcher: Watcher) -> None:
    passed = [PassedOver(input_id=str(number), reason=f"image/{'png' if number else 'gif'}") for number in range(3)]
    report = await seeding(redis, watcher, *passed).run()
    assert report.exit_code == 0
    assert report.as_json()["passed_over"] == {"image/png": 2, "image/gif": 1}
    assert list(report.reasons(refusals_said=50)) == [
        "passed over, for they are no article: 3 (image/png 2, image/gif 1)"
    ]


async def test_more_refusals_than_were_said_are_told_by_reason(redis: Redis, watcher: Watcher) -> None:
    refused = [Refused(input_id=str(number), reason="is damaged") for number in range(3)]
    report = await seeding(redis, watcher, *refused).run()
    assert list(report.reasons(refusals_said=3)) == []
    assert list(report.reasons(refusals_said=2)) == ["refused: 3 (is damaged 3)"]
    assert "passed_over" not in report.as_json()


async def test_what_redis_lost_and_nobody_holds_any_more_is_said(redis: Redis, watcher: Watcher) -> None:
    given = Given(*items(1))
    inbox = Inbox(redis, max_bytes=10**9, send_hint=lambda: None)
    task = asyncio.create_task(Seeding(given, inbox=inbox, redis=redis, progress=watcher).run())
    await waiting(redis, 1)
    given.seeds = ()
    await redis.flushall()
    assert counts(await task) == {"refused": 1}


async def test_a_redis_that_is_not_there_at_the_beginning_is_an_error(watcher: Watcher) -> None:
    async with Redis.from_url("unix:///nowhere.sock") as redis:
        with pytest.raises(RedisError):
            await seeding(redis, watcher, *items(1)).run()


async def test_receipts_are_found_although_the_clock_was_set_back_with_the_loss(
    redis: Redis, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.seeding.seeding.STALL_SECONDS", 0.2)
    await redis.xadd(routing.RECEIPTS, {"receipts": "{}"}, id="9999999999999-0")
    run = asyncio.create_task(seeding(redis, watcher, *items(60)).run())
    await waiting(redis, 60)
    await redis.flushall()
    async with playing_worker(redis), asyncio.timeout(20):
        report = await run
    assert counts(report) == {"stored": 60}

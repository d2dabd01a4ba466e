"""The clock of Redis is set forward by a year or back by an hour: nothing is lost, nothing waits longer for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from ingest.inbox import Inbox as IngestInbox
from shared import routing
from shared.schema import Outcome
from tests.worker.test_inbox import HERE, Clock, accept, make_inbox, raws
from worker.inbox import RETRY_SECONDS_MAX, Inbox, Owner

YEAR, HOUR = 365 * 24 * 3600.0, 3600.0
AWAY = Owner(node="away", boot="x.1", pid=7)


@pytest.fixture
def redis(valkey_url: str) -> Redis:
    return Redis.from_url(valkey_url)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(redis: Redis, clock: Clock) -> Inbox:
    return make_inbox(redis, clock)


def scores(redis: Redis, key: str) -> dict[str, float]:
    found: Any = redis.zrange(key, 0, -1, withscores=True)
    return dict(found)


def seconds_of(redis: Redis) -> int:
    told: Any = redis.time()
    return int(told[0])


def sweep(inbox: Inbox, clock: Clock, *, seconds: float) -> int:
    """Sweeps as a worker does; answers how many claims went back."""
    back = 0
    for _ in range(round(seconds / 2)):
        clock.forward(2)
        back += inbox.sweep(living_pids=[HERE.pid]).given_back
    return back


@pytest.mark.parametrize("step", [YEAR, -HOUR, -YEAR])
async def test_the_claim_of_a_node_that_is_gone_comes_back_within_its_lease(
    valkey_url: str, redis: Redis, inbox: Inbox, clock: Clock, step: float
) -> None:
    await accept(valkey_url, raws(1))
    make_inbox(redis, clock, AWAY).claim()
    clock.forward(step)
    assert sweep(inbox, clock, seconds=50) == 1
    assert len(inbox.claim().articles) == 1


@pytest.mark.parametrize("step", [YEAR, -HOUR, -YEAR])
async def test_what_is_to_be_tried_alone_is_tried_within_its_longest_pause(
    valkey_url: str, inbox: Inbox, clock: Clock, step: float
) -> None:
    await accept(valkey_url, raws(1))
    inbox.retry_alone([article.raw_id for article in inbox.claim().articles], after_seconds=99)
    assert sweep(inbox, clock, seconds=RETRY_SECONDS_MAX - 2) == 0
    assert inbox.claim().articles == (), "without a step it waits its time"
    clock.forward(step)
    sweep(inbox, clock, seconds=RETRY_SECONDS_MAX)
    assert inbox.claim().alone


@pytest.mark.parametrize("step", [YEAR, -HOUR])
async def test_a_hold_ends_within_half_a_minute(valkey_url: str, inbox: Inbox, clock: Clock, step: float) -> None:
    await accept(valkey_url, raws(1))
    for _ in range(7):
        clock.forward(inbox.hold())
    assert inbox.hold() == 30
    clock.forward(step)
    clock.forward(30)
    assert inbox.sweep(living_pids=[HERE.pid]).due == 1
    assert len(inbox.claim().articles) == 1
    clock.forward(-step)
    assert inbox.hold() <= 30


async def test_what_was_accepted_by_a_clock_that_ran_ahead_does_not_wait_behind_all_that_comes(
    valkey_url: str, redis: Redis, inbox: Inbox, clock: Clock
) -> None:
    early = raws(2, lane="live")
    await accept(valkey_url, early)
    lane = routing.INBOX_WAITING["live"]
    for raw in early:
        redis.zincrby(lane, YEAR * 1000, raw.raw_id)
    order = list(scores(redis, lane))
    inbox.sweep(living_pids=[HERE.pid])
    clock.forward(1)
    assert list(scores(redis, lane)) == order
    assert all(score <= clock.moment.timestamp() * 1000 for score in scores(redis, lane).values())


async def test_what_a_seed_with_a_fast_clock_hands_in_again_is_not_from_the_future(
    valkey_url: str, redis: Redis
) -> None:
    seconds = seconds_of(redis)
    async with AsyncRedis.from_url(valkey_url) as client:
        ahead = datetime.fromtimestamp(seconds + HOUR, UTC)
        await IngestInbox(client, max_bytes=10**6, send_hint=lambda: None).accept(raws(1), at=ahead)
    (score,) = scores(redis, routing.INBOX_WAITING["backfill"]).values()
    assert score <= (seconds + 60) * 1000


async def test_without_a_clock_of_its_own_a_worker_goes_by_redis(valkey_url: str, redis: Redis) -> None:
    await accept(valkey_url, raws(2))
    inbox = Inbox(redis, owner=HERE, lease_seconds=45)
    before = seconds_of(redis)
    claimed = inbox.claim().articles
    assert len(claimed) == 2
    swept = inbox.sweep(living_pids=[HERE.pid])
    assert before * 1000 <= swept.claimed_at <= swept.swept_at <= (before + 60) * 1000
    leases = scores(redis, routing.INBOX_CLAIMED).values()
    assert all((before + 45) * 1000 <= lease <= (before + 105) * 1000 for lease in leases)
    inbox.retry_alone([claimed[0].raw_id])
    inbox.settle({claimed[1].raw_id: Outcome(settled="stored")})
    assert inbox.claim().alone
    assert inbox.hold() == 1

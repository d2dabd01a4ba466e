from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from ingest.feed_events import FEED_EVENTS, FeedEvent
from ingest.inbox import Accepted, FeedUpdate, InboxFull
from ingest.inbox import Inbox as IngestInbox
from shared import routing
from shared.schema import Outcome, RawArticle, milliseconds
from tests.factories import NOON, make_raw_article
from worker.inbox import Hints, Inbox, Owner, own_queue

HERE = Owner(node="here", boot="b1", pid=11)
MAX_BYTES = 10_000_000


class Clock:
    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def redis(valkey_url: str) -> Redis:
    return Redis.from_url(valkey_url)


@pytest.fixture
def inbox(redis: Redis, clock: Clock) -> Inbox:
    return make_inbox(redis, clock)


def make_inbox(redis: Redis, clock: Clock, owner: Owner = HERE) -> Inbox:
    return Inbox(redis, owner=owner, lease_seconds=45, now=clock)


async def accept(
    valkey_url: str, raws: Sequence[RawArticle], *, max_bytes: int = MAX_BYTES, feed: FeedUpdate | None = None
) -> Accepted | InboxFull:
    async with AsyncRedis.from_url(valkey_url) as redis:
        return await IngestInbox(redis, max_bytes=max_bytes, send_hint=lambda: None).accept(raws, feed=feed, at=NOON)


def raws(count: int, **overrides: object) -> list[RawArticle]:
    return [make_raw_article(entry_key=f"e{number}", **overrides) for number in range(count)]


def ids(articles: Sequence[RawArticle]) -> set[str]:
    return {raw.raw_id for raw in articles}


async def test_what_is_accepted_twice_is_one_entry(valkey_url: str, inbox: Inbox) -> None:
    given = raws(3)
    assert await accept(valkey_url, given) == Accepted(new=3)
    assert await accept(valkey_url, given) == Accepted(new=0)
    assert {article.raw_id for article in inbox.claim().articles} == ids(given)
    assert inbox.claim().articles == ()


async def test_a_full_inbox_takes_neither_articles_nor_the_feeds_state(valkey_url: str, redis: Redis) -> None:
    await accept(valkey_url, raws(1))
    update = FeedUpdate(feed_id="f", fields={"etag": "x"})
    answer = await accept(valkey_url, raws(3)[1:], max_bytes=200, feed=update)
    assert isinstance(answer, InboxFull)
    assert not redis.exists(routing.FEED_STATE + "f")
    assert redis.zcard(routing.INBOX_WAITING["backfill"]) == 1


async def test_the_feeds_state_is_written_with_its_articles(valkey_url: str, redis: Redis) -> None:
    await accept(valkey_url, raws(2, lane="live"), feed=FeedUpdate(feed_id="f", fields={"etag": "x", "n": "2"}))
    assert redis.hgetall(routing.FEED_STATE + "f") == {b"etag": b"x", b"n": b"2"}


async def test_settling_empties_the_inbox_and_its_byte_count_and_leaves_one_receipt(
    valkey_url: str, redis: Redis, inbox: Inbox
) -> None:
    given = raws(2)
    await accept(valkey_url, given)
    inbox.claim()
    outcomes = {raw.raw_id: Outcome(settled="stored") for raw in given}
    inbox.settle(outcomes)
    inbox.settle(outcomes)  # every step may run twice
    assert redis.get(routing.INBOX_BYTES) == b"0"
    assert not list(redis.scan_iter(routing.INBOX_ENTRY + "?" * 32))
    assert redis.xlen(routing.RECEIPTS) == 2


async def test_live_goes_first_and_every_eighth_claim_prefers_backfill(
    valkey_url: str, redis: Redis, clock: Clock
) -> None:
    await accept(valkey_url, raws(1, lane="backfill"))
    lanes = []
    for turn in range(8):
        await accept(valkey_url, raws(1, lane="live", source_key=f"feed:{turn}"))
        claimed = make_inbox(redis, clock).claim().articles
        lanes.append(redis.hget(routing.INBOX_ENTRY + claimed[0].raw_id, "lane"))
    assert lanes == [b"live"] * 7 + [b"backfill"]


async def test_a_try_counts_only_when_the_article_is_claimed_alone(valkey_url: str, inbox: Inbox) -> None:
    await accept(valkey_url, raws(2))
    batch = inbox.claim()
    assert not batch.alone
    assert [article.tries for article in batch.articles] == [0, 0]
    inbox.retry_alone([article.raw_id for article in batch.articles])
    first = inbox.claim()
    assert first.alone
    assert [article.tries for article in first.articles] == [1]


async def test_what_is_given_back_uncounted_keeps_its_tries_and_its_lane(
    valkey_url: str, redis: Redis, inbox: Inbox
) -> None:
    await accept(valkey_url, raws(2, lane="live"))
    claimed = [article.raw_id for article in inbox.claim().articles]
    inbox.give_back_uncounted(claimed)
    assert redis.zcard(routing.INBOX_WAITING["live"]) == 2
    inbox.claim()
    inbox.retry_alone(claimed[:1])
    assert inbox.claim().articles[0].tries == 1
    inbox.give_back_uncounted(claimed[:1])
    assert inbox.claim().articles[0].tries == 1


async def test_a_sweep_gives_back_what_dead_children_and_earlier_lives_held(
    valkey_url: str, redis: Redis, clock: Clock
) -> None:
    await accept(valkey_url, raws(1))
    make_inbox(redis, clock, Owner(node="here", boot="b0", pid=11)).claim()
    await accept(valkey_url, raws(1, source_key="seed:b"))
    make_inbox(redis, clock, Owner(node="here", boot="b1", pid=99)).claim()
    await accept(valkey_url, raws(1, source_key="seed:c"))
    make_inbox(redis, clock, Owner(node="here", boot="b1", pid=11)).claim()
    await accept(valkey_url, raws(1, source_key="seed:d"))
    make_inbox(redis, clock, Owner(node="there", boot="x", pid=99)).claim()
    swept = make_inbox(redis, clock).sweep(living_pids=[11, 12])
    assert (swept.given_back, swept.due) == (2, 2)
    assert redis.zcard(routing.INBOX_CLAIMED) == 2


async def test_a_lease_ends_only_for_a_node_that_stays_away(valkey_url: str, redis: Redis, clock: Clock) -> None:
    await accept(valkey_url, raws(1))
    make_inbox(redis, clock, Owner(node="there", boot="x", pid=1)).claim()
    clock.forward(44)
    assert make_inbox(redis, clock).sweep(living_pids=[11]).given_back == 0
    clock.forward(2)
    assert make_inbox(redis, clock).sweep(living_pids=[11]).given_back == 1


async def test_a_late_worker_cannot_give_back_what_another_now_holds(
    valkey_url: str, redis: Redis, clock: Clock
) -> None:
    await accept(valkey_url, raws(1))
    late = make_inbox(redis, clock, Owner(node="there", boot="x", pid=1))
    claimed = [article.raw_id for article in late.claim().articles]
    clock.forward(60)
    here = make_inbox(redis, clock)
    here.sweep(living_pids=[11])
    assert [article.raw_id for article in here.claim().articles] == claimed
    late.retry_alone(claimed)
    assert redis.zcard(routing.INBOX_RETRY) == 0


async def test_after_an_outage_nothing_is_claimed_or_due_until_the_hold_ends(
    valkey_url: str, inbox: Inbox, clock: Clock
) -> None:
    await accept(valkey_url, raws(1))
    held = []
    for _ in range(7):
        held.append(inbox.hold())
        assert inbox.hold() == held[-1], "a second child that meets the same outage must not double it"
        assert inbox.claim().articles == ()
        clock.forward(held[-1])
    assert held == [1, 2, 4, 8, 16, 30, 30]
    clock.forward(-0.5)
    assert inbox.claim().articles == ()
    assert inbox.sweep(living_pids=[11]).due == 0
    clock.forward(31)
    assert inbox.sweep(living_pids=[11]).due == 1
    claimed = inbox.claim().articles
    assert len(claimed) == 1
    inbox.settle({claimed[0].raw_id: Outcome(settled="stored")})
    assert inbox.hold() == 1


async def test_retries_get_every_second_turn_while_fresh_articles_wait(
    valkey_url: str, redis: Redis, inbox: Inbox
) -> None:
    await accept(valkey_url, raws(10))
    inbox.retry_alone([article.raw_id for article in inbox.claim().articles])
    alone = []
    for turn in range(6):
        await accept(valkey_url, raws(1, source_key=f"seed:{turn}"))
        alone.append(inbox.claim().alone)
    assert sorted(alone) == [False] * 3 + [True] * 3


async def test_purging_hints_touches_nothing_but_celerys_own_keys(valkey_url: str, redis: Redis, inbox: Inbox) -> None:
    await accept(valkey_url, raws(1))
    redis.lpush(routing.WORK_QUEUE_KEY, "not JSON")
    redis.hset("copydesk:unacked", "tag", "x")
    redis.set("somebody-elses", "1")
    inbox.purge_hints()
    assert not redis.exists(routing.WORK_QUEUE_KEY, "copydesk:unacked")
    assert redis.exists("somebody-elses")
    assert inbox.sweep(living_pids=[11]).due == 1


async def test_a_feeds_events_are_told_with_its_entries_or_not_at_all(valkey_url: str, redis: Redis) -> None:
    missed = FeedEvent(type="feed.missed", url="https://a.example/", source="A", reason="Missed.", at=NOON)
    update = FeedUpdate(feed_id="f", fields={"missed_total": "1"}, events=[missed, replace(missed, type="feed.moved")])
    assert await accept(valkey_url, raws(2), feed=update) == Accepted(new=2)
    assert isinstance(await accept(valkey_url, raws(9, body=b"other"), max_bytes=1, feed=update), InboxFull)
    told: Any = redis.xrange(FEED_EVENTS)
    names = (b"seq", b"id", b"type", b"time", b"data")
    assert [tuple(fields[name] for name in names) for _, fields in told] == [
        (str(seq).encode(), *(part if isinstance(part, bytes) else part.encode() for part in event.parts))
        for seq, event in enumerate(update.events, start=1)
    ]
    assert redis.hget(routing.FEED_STATE + "f", "missed_total") == b"1"


def pulse_of(redis: Redis) -> int:
    return int(redis.hget(routing.WORKER_PULSE + "here", "claimed_at") or 0)


async def test_a_claim_is_a_pulse_also_when_nothing_waits_or_the_inbox_is_held(
    redis: Redis, inbox: Inbox, clock: Clock
) -> None:
    inbox.claim()
    assert pulse_of(redis) == milliseconds(clock.moment)
    inbox.hold()
    clock.forward(0.5)
    inbox.claim()
    assert pulse_of(redis) == milliseconds(clock.moment)


async def test_a_full_redis_still_lets_itself_be_emptied(valkey_url: str, redis: Redis, inbox: Inbox) -> None:
    given = raws(3)
    await accept(valkey_url, given)
    inbox.claim()
    inbox.give_back_uncounted([raw.raw_id for raw in given])
    redis.config_set("maxmemory", "1")
    try:
        claimed = inbox.claim()
        inbox.settle({article.raw_id: Outcome(settled="stored") for article in claimed.articles})
    finally:
        redis.config_set("maxmemory", "0")
    assert (len(claimed.articles), redis.get(routing.INBOX_BYTES)) == (3, b"0")


def test_hints_are_counted_apart_and_a_nodes_own_are_purged_and_signed_off(redis: Redis, inbox: Inbox) -> None:
    redis.lpush(routing.WORK_QUEUE_KEY, "a", "b")
    redis.lpush(routing.KEY_PREFIX + own_queue("here"), "c")
    assert inbox.hints() == Hints(work=2, own=1)
    assert redis.ttl(routing.KEY_PREFIX + own_queue("here")) > 0
    inbox.purge_hints()
    assert inbox.hints() == Hints(work=0, own=0)
    redis.lpush(routing.KEY_PREFIX + own_queue("here"), "c")
    inbox.sign_off()
    assert not redis.exists(routing.KEY_PREFIX + own_queue("here"))

"""The inbox's ledger balances whatever is done to the inbox, and tells what left it otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from copydesk import readings
from ingest.bootstrap import redis_client as async_client
from ingest.inbox import Inbox as IngestInbox
from ingest.polling.leases import FEEDS
from ingest.polling.pulse import POLLER_PULSE
from shared import routing
from shared.schema import Outcome, RawArticle
from tests.factories import make_raw_article
from worker.inbox import Inbox, Owner


@pytest.fixture
def redis(valkey_url: str) -> Iterator[Redis]:
    client = Redis.from_url(valkey_url)
    yield client
    client.close()


@pytest.fixture
def inbox(redis: Redis) -> Inbox:
    return Inbox(redis, owner=Owner(node="here", boot="b.1", pid=11), lease_seconds=45)


def accept(valkey_url: str, raws: Sequence[RawArticle]) -> None:
    async def hand_in() -> None:
        async with aclosing(async_client(valkey_url)) as client:
            await IngestInbox(client, max_bytes=5_000_000, send_hint=lambda: None).accept(raws)

    asyncio.run(hand_in())


def make_raws(count: int, first: int = 0) -> list[RawArticle]:
    return [make_raw_article(entry_key=f"{number}") for number in range(first, first + count)]


def balance_of(redis: Redis) -> dict[str, Any]:
    balance = readings.inbox_and_balance(redis, readings.now_of(redis))[1]
    return {name: value for name, value in balance.items() if value and name != "since"}


STORED = Outcome(settled="stored")


def test_accepted_is_settled_and_pending_at_every_step(valkey_url: str, redis: Redis, inbox: Inbox) -> None:
    raws = make_raws(6)
    ids = [raw.raw_id for raw in raws]
    assert balance_of(redis) == {}

    accept(valkey_url, raws)
    accept(valkey_url, raws)  # the same again while it waits is one entry
    assert balance_of(redis) == {"accepted": 6, "in_inbox": 6}

    inbox.claim()
    inbox.retry_alone(ids[5:])
    assert balance_of(redis) == {"accepted": 6, "in_inbox": 6}

    outcomes = {
        ids[0]: STORED,
        ids[1]: Outcome(settled="revised"),
        ids[2]: Outcome(settled="copied"),
        ids[3]: Outcome(settled="duplicate"),
        ids[4]: Outcome(settled="quarantined"),
    }
    inbox.settle(outcomes)
    inbox.settle(outcomes)  # settling twice counts once
    each_once = {"stored": 1, "revised": 1, "copies": 1, "duplicates": 1, "quarantined": 1}
    assert balance_of(redis) == {"accepted": 6, "in_inbox": 1} | each_once


def test_what_is_handed_in_again_counts_as_seed_says_it(valkey_url: str, redis: Redis, inbox: Inbox) -> None:
    known, broken = make_raws(2)
    for again in (False, True):
        accept(valkey_url, [known, broken])
        inbox.settle(
            {
                known.raw_id: Outcome(settled="stored", again=again),
                broken.raw_id: Outcome(settled="quarantined", again=again),
            }
        )

    assert balance_of(redis) == {"accepted": 4, "stored": 1, "duplicates": 1, "quarantined": 2}


def test_what_leaves_the_inbox_otherwise_is_the_difference(valkey_url: str, redis: Redis, inbox: Inbox) -> None:
    raws = make_raws(3)
    accept(valkey_url, raws)
    redis.delete(routing.INBOX_ENTRY + raws[0].raw_id)  # as a Redis that evicts does

    claim = inbox.claim()
    inbox.settle({each.raw_id: STORED for each in claim.articles})

    assert balance_of(redis) == {"accepted": 3, "stored": 2, "difference": 1}


@pytest.mark.parametrize("first", ["accept", "settle"])
def test_a_ledger_begins_with_what_an_older_release_left(
    valkey_url: str, redis: Redis, inbox: Inbox, first: str
) -> None:
    raws = make_raws(3)
    accept(valkey_url, raws)
    redis.delete(routing.INBOX_LEDGER)
    inbox.claim()

    if first == "accept":
        accept(valkey_url, make_raws(1, first=3))
    else:
        inbox.settle({raws[0].raw_id: STORED})

    assert balance_of(redis) == (
        {"accepted": 4, "in_inbox": 4} if first == "accept" else {"accepted": 3, "in_inbox": 2, "stored": 1}
    )


def test_a_redis_that_lost_everything_begins_anew_and_balances(valkey_url: str, redis: Redis, inbox: Inbox) -> None:
    accept(valkey_url, make_raws(3))
    claim = inbox.claim()
    redis.flushall()

    inbox.settle({each.raw_id: STORED for each in claim.articles})
    assert balance_of(redis) == {}

    accept(valkey_url, make_raws(2))
    assert balance_of(redis) == {"accepted": 2, "in_inbox": 2}


def test_the_oldest_is_the_oldest_wherever_it_is(valkey_url: str, redis: Redis, inbox: Inbox) -> None:
    old, young = make_raws(2)
    accept(valkey_url, [old])
    hour_ago = int((readings.now_of(redis) - 3600) * 1000)
    redis.hset(routing.INBOX_ENTRY + old.raw_id, "accepted", hour_ago)
    inbox.claim()
    accept(valkey_url, [young])

    assert 3600 <= readings.inbox_of(redis)["oldest_seconds"] < 3700
    inbox.retry_alone([old.raw_id])
    assert readings.inbox_of(redis)["oldest_seconds"] >= 3600


def test_the_bound_in_force_is_that_of_the_last_accept(valkey_url: str, redis: Redis) -> None:
    assert readings.inbox_bound(redis) is None
    accept(valkey_url, make_raws(1))
    assert readings.inbox_bound(redis) == 5_000_000


def test_a_worker_consumes_when_it_asked_within_45_seconds(redis: Redis) -> None:
    now = readings.now_of(redis)
    for name, beat, asked in (("at work", 1, 2), ("stalled", 1, 46), ("killed", 6, 2)):
        fields = {"beat_at": int((now - beat) * 1000), "claimed_at": int((now - asked) * 1000), "settled": 7}
        redis.hset(routing.WORKER_PULSE + name, mapping=fields)  # type: ignore[arg-type]

    found = readings.worker_of(redis, now)

    assert {node["name"] for node in found["nodes"]} == {"at work", "stalled"}
    assert (found["running"], found["consuming"]) == (2, 1)


def test_feeds_are_late_and_failing_only_while_they_are_on_the_schedule(redis: Redis) -> None:
    now = readings.now_of(redis)
    due = str(int((now - 16 * 60) * 1000))
    redis.hset(FEEDS, mapping={"on": "a.example", "soon": "b.example", "off": "c.example"})
    redis.hset(routing.FEED_STATE + "on", mapping={"failures": 2, "next_poll_at": due})
    redis.hset(routing.FEED_STATE + "soon", mapping={"failures": 0, "next_poll_at": str(int((now + 60) * 1000))})
    redis.hset(routing.FEED_STATE + "off", mapping={"next_poll_at": due, "failures": 1, "disabled": "410"})
    redis.hset(routing.FEED_STATE + "delisted", mapping={"next_poll_at": due, "failures": 1})

    assert readings.feeds_of(redis, now) == {"polled": 4, "failing": 1, "late": 1, "scheduled": 3}


def test_where_nothing_is_on_a_schedule_every_feed_that_fails_counts_and_none_is_late(redis: Redis) -> None:
    redis.hset(routing.FEED_STATE + "a", mapping={"failures": 2, "next_poll_at": 1})
    redis.hset(routing.FEED_STATE + "b", mapping={"failures": 0, "next_poll_at": 1})
    assert readings.feeds_of(redis, 10_000.0) == {"polled": 2, "failing": 1, "late": 0, "scheduled": 0}


def test_pollers_are_those_that_looked_lately(redis: Redis) -> None:
    now = readings.now_of(redis)
    for host, ago in (("one", 3), ("two", 50)):
        redis.hset(POLLER_PULSE + host, "looked_at", int((now - ago) * 1000))

    assert readings.pollers_of(redis, now) == 1


def test_a_pause_of_the_inbox_is_seen_while_it_lasts(redis: Redis, inbox: Inbox) -> None:
    now = readings.now_of(redis)
    assert readings.held_until(redis, now) is None
    inbox.hold()
    until = readings.held_until(redis, now)
    assert until is not None
    assert readings.held_until(redis, until.timestamp() + 1) is None


def test_a_clock_that_is_ahead_is_measured_against_the_brokers(redis: Redis) -> None:
    now = readings.now_of(redis)
    told = readings.server_of(redis, clock=now + timedelta(minutes=2).total_seconds(), now=now)

    assert told["clock_ahead_seconds"] == 120
    assert told["used_bytes"] > 0
    assert (told["max_bytes"], told["eviction"], told["writes_its_file"]) == (None, "noeviction", True)

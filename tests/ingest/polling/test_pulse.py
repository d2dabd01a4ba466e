from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from redis.asyncio import Redis

from ingest.polling.leases import Claim
from ingest.polling.pulse import (
    EVERY_SECONDS,
    FETCHES,
    POLLER_PULSE,
    POLLS,
    PULSE_TTL_SECONDS,
    PollerPulse,
    poller_name,
)
from shared.schema import milliseconds
from tests.factories import NOON

KEY = POLLER_PULSE + "here"


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    async with aclosing(Redis.from_url(valkey_url)) as client:
        yield client


def make_pulse(redis: Redis, clock: Clock) -> PollerPulse:
    return PollerPulse(redis, name="here", inbox_max_bytes=9, clock=clock)


def make_claim(*, overdue_seconds: float = 0) -> Claim:
    return Claim(
        feed_ids=(), wait_seconds=None, list_digest=None, now_ms=milliseconds(NOON), overdue_seconds=overdue_seconds
    )


def test_a_poller_is_known_by_its_host_and_by_the_process_that_watches_over_it() -> None:
    assert poller_name(7) == f"{socket.gethostname()}:7"


@pytest.mark.parametrize(("overdue", "silent", "sign"), [(300, 300, False), (299, 900, True), (900, 299, True)])
async def test_one_that_looks_round_and_gets_nothing_done_gives_no_sign(
    redis: Redis, overdue: float, silent: float, sign: bool
) -> None:
    clock = Clock()
    pulse = make_pulse(redis, clock)
    clock.seconds += 1000
    pulse.ended("failed")
    clock.seconds += silent
    await pulse.looked(make_claim(overdue_seconds=overdue), feeds=1)
    assert await redis.exists(KEY) == sign
    clock.seconds += EVERY_SECONDS
    pulse.ended("unchanged")
    await pulse.looked(make_claim(overdue_seconds=overdue), feeds=1)
    assert await redis.exists(KEY)


async def test_a_look_is_noted_with_the_list_and_ends_by_itself(redis: Redis) -> None:
    await make_pulse(redis, Clock()).looked(make_claim(), feeds=3)
    assert await redis.hgetall(KEY) == {
        b"looked_at": str(milliseconds(NOON)).encode(),
        b"pid": str(os.getpid()).encode(),
        b"feeds": b"3",
        b"inbox_max_bytes": b"9",
    }
    assert 0 < await redis.ttl(KEY) <= PULSE_TTL_SECONDS


async def test_a_busy_poller_notes_it_every_five_seconds_only(redis: Redis) -> None:
    clock = Clock()
    pulse = make_pulse(redis, clock)
    await pulse.looked(make_claim(), feeds=1)
    await redis.delete(KEY)
    clock.seconds += EVERY_SECONDS - 1
    await pulse.looked(make_claim(), feeds=1)
    assert not await redis.exists(KEY)
    clock.seconds += 1
    await pulse.looked(make_claim(), feeds=1)
    assert await redis.exists(KEY)


async def test_one_that_stops_takes_its_pulse_away(redis: Redis) -> None:
    pulse = make_pulse(redis, Clock())
    await pulse.looked(make_claim(), feeds=1)
    await pulse.sign_off()
    assert not await redis.exists(KEY)


async def test_fetches_are_counted_by_their_kind_and_time(redis: Redis) -> None:
    pulse = make_pulse(redis, Clock())
    for kind, seconds in (("feed", 0.1), ("feed", 0.11), ("feed", 0.4), ("page", 31.0), ("robots", 0.05)):
        pulse.fetched(kind, seconds)  # type: ignore[arg-type]
    await pulse.looked(make_claim(), feeds=1)
    await pulse.sign_off()
    assert await redis.hgetall(FETCHES) == {
        b"feed:0.1": b"1", b"feed:0.5": b"2", b"feed:microseconds": b"610000",
        b"page:inf": b"1", b"page:microseconds": b"31000000",
        b"robots:0.1": b"1", b"robots:microseconds": b"50000",
    }  # fmt: skip


async def test_polls_that_ended_are_counted_once_each_with_the_next_look_and_at_the_end(redis: Redis) -> None:
    clock = Clock()
    pulse = make_pulse(redis, clock)
    pulse.ended("failed")
    pulse.ended("unchanged")
    await pulse.looked(make_claim(), feeds=1)
    assert await redis.hgetall(POLLS) == {b"failed": b"1", b"unchanged": b"1"}

    clock.seconds += EVERY_SECONDS
    await pulse.looked(make_claim(), feeds=1)
    pulse.ended("failed")
    await pulse.sign_off()
    assert await redis.hgetall(POLLS) == {b"failed": b"2", b"unchanged": b"1"}

"""Two workers under one name: the second is refused, and meanwhile neither takes the other's work for lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis import Redis

from tests.worker.test_inbox import Clock, accept, make_inbox, raws
from worker.inbox import Inbox, Owner
from worker.pulse import runs_under

FIRST = Owner(node="here", boot="aaa.1", pid=11)
SECOND = Owner(node="here", boot="bbb.1", pid=22)
NEXT_LIFE = Owner(node="here", boot="aaa.2", pid=33)


@pytest.fixture
def redis(valkey_url: str) -> Redis:
    return Redis.from_url(valkey_url)


def sweep(inbox: Inbox, owner: Owner) -> tuple[int, bool]:
    swept = inbox.sweep(living_pids=[owner.pid])
    return swept.given_back, swept.name_taken


async def test_the_one_that_came_second_learns_it_and_nothing_is_taken_from_either(
    valkey_url: str, redis: Redis
) -> None:
    clock = Clock()
    first, second = make_inbox(redis, clock, FIRST), make_inbox(redis, clock, SECOND)
    sweep(first, FIRST)
    await accept(valkey_url, raws(1))
    first.claim()
    clock.forward(1)
    assert sweep(second, SECOND) == (0, False)
    await accept(valkey_url, raws(1, source_key="seed:b"))
    second.claim()
    clock.forward(1)
    assert sweep(first, FIRST) == (0, False)
    assert sweep(second, SECOND) == (0, True)
    given_back = []
    for _ in range(4):  # the second has ended
        clock.forward(2)
        given_back.append(sweep(first, FIRST))
    assert given_back == [(0, False), (0, False), (1, False), (0, False)]


async def test_what_a_killed_worker_held_comes_back_at_once_to_the_next_under_its_supervisor(
    valkey_url: str, redis: Redis
) -> None:
    clock = Clock()
    first = make_inbox(redis, clock, FIRST)
    sweep(first, FIRST)
    await accept(valkey_url, raws(1))
    first.claim()
    clock.forward(0.5)
    assert sweep(make_inbox(redis, clock, NEXT_LIFE), NEXT_LIFE) == (1, False)


async def test_what_a_worker_held_that_was_killed_with_its_supervisor_comes_back_when_it_is_silent(
    valkey_url: str, redis: Redis
) -> None:
    clock = Clock()
    first, second = make_inbox(redis, clock, FIRST), make_inbox(redis, clock, SECOND)
    sweep(first, FIRST)
    await accept(valkey_url, raws(1))
    first.claim()
    given_back = []
    for _ in range(4):
        clock.forward(2)
        given_back.append(sweep(second, SECOND))
    assert given_back == [(0, False), (0, False), (1, False), (0, False)]


@pytest.mark.parametrize("sweeps", [True, False])
def test_a_name_is_taken_while_its_worker_is_seen_to_sweep(redis: Redis, sweeps: bool) -> None:
    inbox = Inbox(redis, owner=FIRST, lease_seconds=45)
    inbox.sweep(living_pids=[11])
    looks: list[float] = []

    def wait(seconds: float) -> None:
        looks.append(seconds)
        if sweeps and len(looks) == 3:
            redis.hincrby("copydesk:worker:here", "beat:aaa.1", 1)

    assert runs_under(redis, "here", wait=wait) is sweeps
    assert not runs_under(redis, "there", wait=wait)
    assert sum(looks) <= 5


def test_a_worker_that_signed_off_or_fell_silent_long_ago_is_not_waited_for(redis: Redis) -> None:
    refuses: Callable[[float], None] = lambda _: pytest.fail("it waits for nobody")  # noqa: E731
    inbox = Inbox(redis, owner=FIRST, lease_seconds=45)
    inbox.sweep(living_pids=[11])
    redis.hincrby("copydesk:worker:here", "beat:aaa.1", -6000)
    assert not runs_under(redis, "here", wait=refuses)
    inbox.sweep(living_pids=[11])
    inbox.sign_off()
    assert not runs_under(redis, "here", wait=refuses)

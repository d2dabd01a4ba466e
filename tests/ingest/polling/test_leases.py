from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from ingest.polling.leases import CLOCK, DUE, Due, Leases


@dataclass
class Room:
    """Pollers on one Redis. Its clock stands still unless the test moves it."""

    redis: Redis
    now_ms: list[int] = field(default_factory=lambda: [1_000_000])

    def poller(self, *, lease_seconds: float = 30) -> Leases:
        return Leases(self.redis, lease_seconds=lease_seconds, clock_ms=lambda: self.now_ms[0])

    def pass_seconds(self, seconds: float) -> None:
        self.now_ms[0] += round(seconds * 1000)


@pytest.fixture
async def room(valkey_url: str) -> AsyncIterator[Room]:
    async with Redis.from_url(valkey_url) as redis:
        yield Room(redis)


def feeds(*ids: str, domain: str | None = None, seconds: float = 0) -> list[Due]:
    return [Due(feed_id=one, domain=domain or f"{one}.example", seconds=seconds) for one in ids]


async def claimed(leases: Leases, most: int = 100) -> set[str]:
    return set((await leases.claim(most)).feed_ids)


async def test_no_two_pollers_get_the_same_feed(room: Room) -> None:
    one, two = room.poller(), room.poller()
    await one.enlist(feeds("a", "b", "c", "d"), gone=(), digest="v1")
    first, second = await claimed(one, 2), await claimed(two)
    assert len(first) == 2
    assert first | second == {"a", "b", "c", "d"}
    assert not first & second
    assert await claimed(one) == set()


async def test_a_feed_is_due_again_when_it_was_said_to_be(room: Room) -> None:
    one = room.poller()
    await one.enlist(feeds("a"), gone=(), digest="v1")
    await claimed(one)
    one.give_back("a.example", 0)
    one.polled("a", "a.example", 1800)
    await one.close(rest_seconds=0)
    assert (await room.poller().claim(1)).wait_seconds == 1800
    room.pass_seconds(1799)
    assert await claimed(one) == set()
    room.pass_seconds(1)
    assert await claimed(one) == {"a"}


async def test_a_claim_tells_for_how_long_the_feed_that_it_left_has_been_due(room: Room) -> None:
    one = room.poller()
    await one.enlist(feeds("a", "b"), gone=(), digest="v1")
    room.pass_seconds(20)
    full, room_for_one, room_for_more = [await one.claim(most) for most in (0, 1, 9)]
    assert [claim.overdue_seconds for claim in (full, room_for_one, room_for_more)] == [20, 20, 0]
    assert full.now_ms == room.now_ms[0]


async def test_a_killed_pollers_feeds_move_on_when_its_lease_ends_and_not_before(room: Room) -> None:
    killed, other = room.poller(lease_seconds=30), room.poller()
    await killed.enlist(feeds("a"), gone=(), digest="v1")
    assert await claimed(killed) == {"a"}
    room.pass_seconds(29)
    assert await claimed(other) == set()
    room.pass_seconds(1)
    assert await claimed(other) == {"a"}
    killed.polled("a", "a.example", 600)  # it was not dead, only slow: what it says of the domain is nobody's business
    killed.give_back("a.example", 0)
    await killed._settling.done()
    assert await other.take("a.example") == 0
    assert await killed.take("a.example") < 0


async def test_a_lease_that_is_renewed_does_not_end(room: Room) -> None:
    one, other = room.poller(lease_seconds=30), room.poller()
    await one.enlist(feeds("a"), gone=(), digest="v1")
    await claimed(one)
    for _ in range(5):
        room.pass_seconds(20)
        await one._renew_all()
    assert await claimed(other) == set()


async def test_a_poller_that_lost_a_domain_learns_it(room: Room) -> None:
    one, other = room.poller(lease_seconds=30), room.poller()
    assert await one.take("a.example") == 0
    room.pass_seconds(31)
    assert await other.take("a.example") == 0
    await one._renew_all()
    assert not one.holds("a.example")
    assert other.holds("a.example")


async def test_of_one_domain_one_feed_at_a_time_with_the_pause_between_whoever_asks(room: Room) -> None:
    one, two = room.poller(), room.poller()
    await one.enlist(feeds("a", "b", "c", domain="x.example"), gone=(), digest="v1")
    (first,) = await claimed(one)
    assert await claimed(two) == await claimed(one) == set()
    one.polled(first, "x.example", 600)
    one.give_back("x.example", 2)
    await one._settling.done()
    assert await claimed(two) == set()
    assert await two.take("x.example") == 2
    room.pass_seconds(2)
    (second,) = await claimed(two)
    assert second != first


async def test_a_domain_whose_server_wants_rest_is_asked_by_nobody(room: Room) -> None:
    one, two = room.poller(), room.poller()
    await one.enlist(feeds("a", "b", domain="x.example"), gone=(), digest="v1")
    (first,) = await claimed(one)
    one.polled(first, "x.example", 7200)
    one.give_back("x.example", 7200)
    await one._settling.done()
    assert await two.take("x.example") == 7200
    assert (await two.claim(10)).wait_seconds == 7200
    room.pass_seconds(7200)
    assert len(await claimed(two)) == 1


async def test_a_domain_without_feeds_is_held_and_leaves_nothing_behind(room: Room) -> None:
    one, two = room.poller(), room.poller()
    assert await one.take("pages.example") == 0
    assert await two.take("pages.example") < 0
    one.give_back("pages.example", 2)
    await one._settling.done()
    room.pass_seconds(3)
    await one.claim(1)
    assert await room.redis.keys("copydesk:polling:*") == [CLOCK.encode()]


async def test_ten_thousand_feeds_of_one_server_do_not_hide_the_others(room: Room) -> None:
    one = room.poller()
    many = feeds(*(f"m{number}" for number in range(10_000)), domain="many.example")
    await one.enlist([*many, *feeds("a", "b", seconds=1)], gone=(), digest="v1")
    room.pass_seconds(1)
    assert {"a", "b"} < await claimed(one, 3)


async def test_a_feed_that_left_the_list_is_not_claimed_any_more(room: Room) -> None:
    one = room.poller()
    await one.enlist(feeds("a", "b"), gone=(), digest="v1")
    await one.enlist((), gone=["a"], digest="v2")
    assert await one.enlisted() == {"b"}
    claim = await one.claim(10)
    assert (claim.feed_ids, claim.list_digest) == (("b",), "v2")


async def test_putting_a_list_on_the_schedule_again_moves_nothing(room: Room) -> None:
    one = room.poller()
    await one.enlist(feeds("a", seconds=600), gone=(), digest="v1")
    await room.poller().enlist(feeds("a", seconds=0), gone=(), digest="v1")
    assert (await one.claim(1)).wait_seconds == 600


async def test_an_emptied_redis_is_noticed(room: Room) -> None:
    one = room.poller()
    await one.enlist(feeds("a"), gone=(), digest="v1")
    await room.redis.flushall()
    assert (await one.claim(1)).list_digest is None


async def test_what_is_given_back_at_the_end_is_due_at_once_for_others(room: Room) -> None:
    one, two = room.poller(), room.poller()
    await one.enlist(feeds("a", "b"), gone=(), digest="v1")
    await claimed(one)
    await one.close(rest_seconds=0)
    assert await claimed(two) == {"a", "b"}


async def test_forgetting_voids_every_lease(room: Room) -> None:
    killed = room.poller()
    await killed.enlist(feeds("a"), gone=(), digest="v1")
    await claimed(killed)
    await killed.take("b.example")
    alone = room.poller()
    await alone.forget()
    assert await room.redis.keys("copydesk:polling:*") == []
    assert await alone.take("b.example") == 0


async def test_without_a_clock_of_its_own_the_servers_counts(room: Room) -> None:
    one = Leases(room.redis, lease_seconds=0.2)
    two = Leases(room.redis, lease_seconds=0.2)
    await one.enlist(feeds("a"), gone=(), digest="v1")
    assert await claimed(one) == {"a"}
    assert await claimed(two) == set()
    await asyncio.sleep(0.25)
    assert await claimed(two) == {"a"}
    score = await room.redis.zscore(DUE + "a.example", "a")
    seconds, _ = await room.redis.time()
    assert score is not None
    assert abs(score / 1000 - seconds) < 10


@pytest.mark.parametrize("back", [3600.0, 365 * 86400.0])
async def test_a_clock_that_is_set_back_delays_no_poll(room: Room, back: float) -> None:
    room.now_ms[0] = 2_000_000_000_000
    one = room.poller()
    await one.enlist([*feeds("a", seconds=600), *feeds("b", seconds=0)], gone=(), digest="v1")
    assert await claimed(one) == {"b"}
    one.give_back("b.example", 100)
    one.polled("b", "b.example", 900)
    await one.settled()
    room.pass_seconds(-back)
    assert await claimed(room.poller()) == set()
    room.pass_seconds(601)
    assert await claimed(room.poller()) == {"a"}
    room.pass_seconds(300)
    assert await claimed(room.poller()) == {"a", "b"}, "the lease of a poller that is gone ends, too"


async def test_a_clock_that_is_set_forward_makes_each_feed_due_once(room: Room) -> None:
    one = room.poller()
    await one.enlist(feeds("a", "b", seconds=600), gone=(), digest="v1")
    room.pass_seconds(365 * 86400)
    assert await claimed(one) == {"a", "b"}
    for name in ("a", "b"):
        one.give_back(f"{name}.example", 0)
        one.polled(name, f"{name}.example", 900)
    await one.settled()
    assert await claimed(one) == set()

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fakeredis import FakeAsyncRedis

from ingest.polling.hosts import HOST, HOST_FIELDS, KEPT, HostManners, Hosts, unpack_manners

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def redis() -> AsyncIterator[FakeAsyncRedis]:
    client = FakeAsyncRedis()
    yield client
    await client.aclose()


async def test_what_a_server_asked_for_is_seen_by_every_poller_and_kept(redis: FakeAsyncRedis) -> None:
    asked = await Hosts(redis).asked_for_rest("a.example", until=NOW + HOUR, refused=HOUR)
    assert asked == await Hosts(redis).manners("a.example")
    assert asked == HostManners(rests_until=NOW + HOUR, spacing=HOUR, refusals=1)
    assert await Hosts(redis).manners("b.example") == HostManners()
    assert await redis.ttl(HOST + "a.example") == KEPT.total_seconds()


async def test_the_longest_counts_and_a_503_leaves_no_spacing(redis: FakeAsyncRedis) -> None:
    hosts = Hosts(redis)
    await hosts.asked_for_rest("a.example", until=NOW + 2 * HOUR, refused=2 * HOUR)
    await hosts.asked_for_rest("a.example", until=NOW + HOUR, refused=HOUR)
    after = await hosts.asked_for_rest("a.example", until=NOW + 5 * HOUR, refused=None)
    assert after == HostManners(rests_until=NOW + 5 * HOUR, spacing=2 * HOUR, refusals=2)


def test_a_rest_ends() -> None:
    manners = HostManners(rests_until=NOW)
    assert manners.rest(NOW - HOUR) == HOUR
    assert manners.rest(NOW) is None
    assert HostManners().rest(NOW) is None


def test_the_pause_doubles_with_each_429_up_to_a_minute_or_what_was_asked_for() -> None:
    pauses = [HostManners(refusals=count, spacing=HOUR).pause.total_seconds() for count in (1, 2, 3, 5, 99)]
    assert pauses == [4, 8, 16, 60, 60]
    assert HostManners(refusals=9, spacing=timedelta(seconds=30)).pause == timedelta(seconds=30)
    assert HostManners().pause == timedelta(0)


def test_what_is_not_ours_counts_as_never_asked() -> None:
    assert unpack_manners([b"soon", b"-1", b""]) == HostManners()
    assert unpack_manners([None] * len(HOST_FIELDS)) == HostManners()
    assert unpack_manners([b"9" * 50, b"9" * 14, b"1"]).spacing == timedelta(days=1)


def test_a_rest_longer_than_any_server_is_granted_was_left_by_a_clock_that_was_set_back() -> None:
    assert HostManners(rests_until=NOW + 24 * HOUR).rest(NOW) == 24 * HOUR
    assert HostManners(rests_until=NOW + 25 * HOUR).rest(NOW) is None

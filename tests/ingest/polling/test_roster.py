from __future__ import annotations

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from ingest.feedlist.sources import FeedSource
from ingest.polling.leases import Leases
from ingest.polling.roster import Roster
from ingest.polling.state import FeedState, FeedStates
from tests.factories import NOON


@pytest.mark.parametrize(
    ("ahead", "seconds"), [(timedelta(0), 600), (timedelta(hours=1), 900), (timedelta(days=365), 900)]
)
async def test_after_a_restart_a_feed_waits_no_longer_than_was_planned_wherever_the_clock_was(
    valkey_url: str, ahead: timedelta, seconds: float
) -> None:
    feed = FeedSource(url="https://a.example/rss")
    asked = NOON - timedelta(minutes=5) + ahead
    state = FeedState(last_poll_at=asked, next_poll_at=asked + timedelta(minutes=15))
    async with Redis.from_url(valkey_url) as redis:
        await FeedStates(redis).write(feed.feed_id, state.fields)
        leases = Leases(redis, clock_ms=lambda: 1_000_000)
        roster = Roster(leases=leases, states=FeedStates(redis), now=lambda: NOON, chance=lambda: 0.5)
        roster.read([feed])
        await roster.post(None)
        assert (await leases.claim(1)).wait_seconds == seconds

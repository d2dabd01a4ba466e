"""The feed list on the schedule: what is new in it is put there, what left it is taken off."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from ingest.feedlist.sources import FeedSource
from ingest.polling.leases import Due, Leases
from ingest.polling.state import FeedState, FeedStates
from ingest.web.politeness import registrable_domain

log = structlog.get_logger()

FIRST_POLLS_PER_SECOND: Final = 200
"""Feeds of which nothing is known are due spread over so much time: a list that is new, or of which Redis lost all."""

_STATES_AT_ONCE: Final = 500


class Roster:
    """Keeps one poller's list and the schedule the same. ``chance`` is a number between 0 and 1."""

    def __init__(
        self, *, leases: Leases, states: FeedStates, now: Callable[[], datetime], chance: Callable[[], float]
    ) -> None:
        self._leases = leases
        self._states = states
        self._now = now
        self._chance = chance
        self._given: Sequence[FeedSource] = ()
        self.listed: Mapping[str, FeedSource] = {}
        """The enabled feeds of the list read last, by id."""
        self._digest = _digest(())
        self._posted = ""

    def read(self, feeds: Sequence[FeedSource]) -> None:
        """Takes over the list as it is now."""
        given = tuple(feeds)
        if given == self._given:
            return
        self._given = given
        self.listed = {feed.feed_id: feed for feed in given if feed.enabled}
        self._digest = _digest(self.listed)

    async def post(self, list_digest: str | None) -> bool:
        """Brings the schedule up to date, if need be; says whether it was needed. Raises RedisError.

        ``list_digest`` is the schedule's. When it differs only because another poller has another version of the list,
        nothing is done: both would go on correcting each other until they have the same one.
        """
        digest, listed = self._digest, self.listed
        if digest == self._posted and list_digest is not None:
            return False
        there = await self._leases.enlisted()
        new, gone = [feed_id for feed_id in listed if feed_id not in there], sorted(there - listed.keys())
        waits = await self._waits(new)
        due = (
            Due(feed_id=feed_id, domain=registrable_domain(listed[feed_id].url), seconds=wait)
            for feed_id, wait in zip(new, waits, strict=True)
        )
        await self._leases.enlist(due, gone=gone, digest=digest)
        self._posted = digest
        log.info("schedule.posted", feeds=len(listed), new=len(new), gone=len(gone))
        return True

    async def _waits(self, feed_ids: Sequence[str]) -> list[float]:
        spread = len(feed_ids) / FIRST_POLLS_PER_SECOND
        waits: list[float] = []
        for start in range(0, len(feed_ids), _STATES_AT_ONCE):
            for state in await self._states.load_many(feed_ids[start : start + _STATES_AT_ONCE]):
                if state.next_poll_at is None:
                    waits.append(self._chance() * spread)
                else:
                    waits.append(_wait(state, self._now()))
        return waits


def _wait(state: FeedState, now: datetime) -> float:
    """Until it is due; never longer than was planned when it was asked last, wherever the clock has been set."""
    assert state.next_poll_at is not None
    wait = state.next_poll_at - now
    if state.last_poll_at is not None:
        wait = min(wait, max(state.next_poll_at - state.last_poll_at, timedelta(0)))
    return max(0.0, wait.total_seconds())


def _digest(feed_ids: Collection[str]) -> str:
    return hashlib.blake2b("\n".join(sorted(feed_ids)).encode(), digest_size=8).hexdigest()

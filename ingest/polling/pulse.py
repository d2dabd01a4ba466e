"""A poller's sign of work: it looked for feeds that are due. Who watches it from outside reads it (decision 0145)."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Literal

import structlog

from shared import routing

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import Pipeline

    from ingest.polling.leases import Claim
    from ingest.polling.poll_report import PollOutcome

POLLER_PULSE: Final = routing.KEY_PREFIX + "poller:"
"""+ name (poller_name) -> HASH looked_at (ms), pid, feeds (on its list), inbox_max_bytes; expires after
PULSE_TTL_SECONDS."""

POLLS: Final = routing.KEY_PREFIX + "metrics:polls"
"""HASH outcome (PollOutcome) -> polls of all pollers that ended so since Redis began."""

FETCHES: Final = routing.KEY_PREFIX + "metrics:fetches"
"""HASH kind:bound -> fetches that took no longer than that bound (of FETCH_BOUNDS, or `inf`) and longer than the one
before; kind:microseconds -> of all of them together."""

FetchKind = Literal["feed", "page", "robots"]
FETCH_BOUNDS: Final = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""

PULSE_TTL_SECONDS: Final = 120
EVERY_SECONDS: Final = 5.0

STUCK_SECONDS: Final = 300.0
"""Feeds have been due for so long and no poll has ended: a poll ends within two minutes, its time-outs see to that."""


def poller_name(pid: int) -> str:
    """Of the poller that the process ``pid`` of this host watches over, or is."""
    return f"{socket.gethostname()}:{pid}"


log = structlog.get_logger()


class PollerPulse:
    """Of one poller. A poller that looks round and gets nothing done gives no sign (decision 0160).

    Raises redis.exceptions.RedisError when Redis is away.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        name: str,
        inbox_max_bytes: int,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._redis = redis
        self._inbox_max_bytes = inbox_max_bytes
        self._key = POLLER_PULSE + name
        self._clock = clock
        self._moved_at = clock()
        self._noted_at: float | None = None
        self._counts: dict[str, Counter[str]] = {POLLS: Counter(), FETCHES: Counter()}

    def ended(self, outcome: PollOutcome) -> None:
        """A poll has ended so. Counted in Redis with the next look, so that no poll costs a round trip more."""
        self._counts[POLLS][outcome] += 1
        self._moved_at = self._clock()

    def fetched(self, kind: FetchKind, seconds: float) -> None:
        """Something was asked for, whatever came of it. Counted with the next look too."""
        bound = next((f"{bound:g}" for bound in FETCH_BOUNDS if seconds <= bound), "inf")
        self._counts[FETCHES][f"{kind}:{bound}"] += 1
        self._counts[FETCHES][f"{kind}:microseconds"] += round(seconds * 1e6)

    async def looked(self, claim: Claim, *, feeds: int) -> None:
        """The poller has just looked round, with so many feeds on its list. Written every EVERY_SECONDS at most."""
        now = self._clock()
        if self._noted_at is not None and now - self._noted_at < EVERY_SECONDS:
            return
        if (still := min(claim.overdue_seconds, now - self._moved_at)) >= STUCK_SECONDS:
            self._noted_at = now
            log.error("poller.stuck", seconds=round(still), advice="it is ended and started again by its supervisor")
            return
        fields: dict[Any, Any] = {
            "looked_at": claim.now_ms,
            "pid": os.getpid(),
            "feeds": feeds,
            "inbox_max_bytes": self._inbox_max_bytes,
        }
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(self._key, mapping=fields)
            pipeline.expire(self._key, PULSE_TTL_SECONDS)
            counted = self._count(pipeline)
            await pipeline.execute()
        self._forget(counted)
        self._noted_at = now

    async def sign_off(self) -> None:
        """It stops, and nobody need wait to find out."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.delete(self._key)
            counted = self._count(pipeline)
            await pipeline.execute()
        self._forget(counted)

    def _count(self, pipeline: Pipeline) -> dict[str, Counter[str]]:
        """Adds what has ended to a transaction; answers what it added, as polls go on ending while that runs."""
        counted = {key: counts.copy() for key, counts in self._counts.items()}
        for key, counts in counted.items():
            for name, count in counts.items():
                pipeline.hincrby(key, name, count)
        return counted

    def _forget(self, counted: dict[str, Counter[str]]) -> None:
        for key, counts in counted.items():
            self._counts[key] -= counts

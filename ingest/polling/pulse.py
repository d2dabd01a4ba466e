"""A poller's sign of work: it looked for feeds that are due. Who watches it from outside reads it (decision 0145)."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from shared import routing
from shared.schema import milliseconds

if TYPE_CHECKING:
    from datetime import datetime

    from redis.asyncio import Redis
    from redis.asyncio.client import Pipeline

    from ingest.polling.poll_report import PollOutcome

POLLER_PULSE: Final = routing.KEY_PREFIX + "poller:"
"""+ host name -> HASH looked_at (ms), pid, feeds (on its list), inbox_max_bytes; expires after PULSE_TTL_SECONDS."""

POLLS: Final = routing.KEY_PREFIX + "metrics:polls"
"""HASH outcome (PollOutcome) -> polls of all pollers that ended so since Redis began."""

PULSE_TTL_SECONDS: Final = 600
EVERY_SECONDS: Final = 5.0


class PollerPulse:
    """Of this process; pollers on one host share it. Raises redis.exceptions.RedisError when Redis is away."""

    def __init__(
        self,
        redis: Redis,
        *,
        now: Callable[[], datetime],
        inbox_max_bytes: int,
        host: str | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._redis = redis
        self._now = now
        self._inbox_max_bytes = inbox_max_bytes
        self._key = POLLER_PULSE + (host or socket.gethostname())
        self._clock = clock
        self._noted_at: float | None = None
        self._ended: Counter[str] = Counter()

    def ended(self, outcome: PollOutcome) -> None:
        """A poll has ended so. Counted in Redis with the next look, so that no poll costs a round trip more."""
        self._ended[outcome] += 1

    async def looked(self, *, feeds: int) -> None:
        """The poller has just looked round, with so many feeds on its list. Written every EVERY_SECONDS at most."""
        now = self._clock()
        if self._noted_at is not None and now - self._noted_at < EVERY_SECONDS:
            return
        fields: dict[Any, Any] = {
            "looked_at": milliseconds(self._now()),
            "pid": os.getpid(),
            "feeds": feeds,
            "inbox_max_bytes": self._inbox_max_bytes,
        }
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(self._key, mapping=fields)
            pipeline.expire(self._key, PULSE_TTL_SECONDS)
            counted = self._count(pipeline)
            await pipeline.execute()
        self._ended -= counted
        self._noted_at = now

    async def sign_off(self) -> None:
        """It stops, and nobody need wait to find out."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.delete(self._key)
            counted = self._count(pipeline)
            await pipeline.execute()
        self._ended -= counted

    def _count(self, pipeline: Pipeline) -> Counter[str]:
        """Adds what has ended to a transaction; answers what it added, as polls go on ending while that runs."""
        counted = self._ended.copy()
        for outcome, polls in counted.items():
            pipeline.hincrby(POLLS, outcome, polls)
        return counted

"""A poller's sign of work: it looked for feeds that are due. Who watches it from outside reads it (decision 0145)."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from shared import routing
from shared.schema import milliseconds

if TYPE_CHECKING:
    from datetime import datetime

    from redis.asyncio import Redis

POLLER_PULSE: Final = routing.KEY_PREFIX + "poller:"
"""+ host name -> HASH looked_at (ms), pid, feeds (on its list), inbox_max_bytes; expires after PULSE_TTL_SECONDS."""

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
            await pipeline.execute()
        self._noted_at = now

    async def sign_off(self) -> None:
        """It stops, and nobody need wait to find out."""
        await self._redis.delete(self._key)

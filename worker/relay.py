"""The relay: events from the outbox to the Redis stream, after their commit, in order.

At least once: an event whose row was not marked before its relay died is told again, and the stream's own last number
passes it over. Only a Redis that lost its data can miss events; their numbers then show the gap, and the database has
them (`copydesk events --from`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

import structlog
from redis import Redis
from sqlalchemy import Engine

from shared import routing
from worker.storage import outbox
from worker.storage.outbox import OutboxEvent

log = structlog.get_logger()

BATCH_MAX: Final = 500
EVENTS_MAX: Final = 20_000
"""Events kept in the stream (about 1 KB each); older ones are in the database."""

LEASE: Final = routing.KEY_PREFIX + "events:lease"
"""The token of the relay that may write to the stream, expiring."""

LEASE_SECONDS: Final = 15
"""A relay that is killed is followed by another after this."""

RELAYED: Final = routing.KEY_PREFIX + "events:relayed"
"""The number of the youngest event in the stream."""


class Relay:
    """One of possibly many: whoever holds the lease relays, the others look again later."""

    def __init__(
        self, *, redis: Redis, engine: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._redis = redis
        self._engine = engine
        self._now = now
        self._token = uuid.uuid4().hex
        self._append = redis.register_script(files("worker").joinpath("relay.lua").read_text(encoding="utf-8"))
        self._leads = False

    def relay(self) -> int:
        """One batch; answers how many events it took from the outbox. 0 too while another relay holds the lease.

        Raises RedisError, StorageError.
        """
        if not self._hold():
            return 0
        events = outbox.waiting(self._engine, limit=BATCH_MAX)
        if not events:
            return 0
        if self._tell(events) < 0:
            self._leads = False
            return 0
        outbox.mark_relayed(self._engine, [event.seq for event in events], now=self._now())
        return len(events)

    def release(self) -> None:
        """Gives the lease back, so that nobody has to wait for its end. Raises RedisError."""
        if self._leads and self._redis.get(LEASE) == self._token.encode():
            self._redis.delete(LEASE)
        self._leads = False

    def _hold(self) -> bool:
        if self._redis.get(LEASE) == self._token.encode():
            self._redis.expire(LEASE, LEASE_SECONDS)
            return True
        if self._redis.pttl(LEASE) > LEASE_SECONDS * 1000:
            # Longer than any lease is made: Redis' clock was set back, and its holder may be gone.
            self._redis.delete(LEASE)
        self._leads = bool(self._redis.set(LEASE, self._token, nx=True, ex=LEASE_SECONDS))
        if self._leads:
            self._begin()
        return self._leads

    def _begin(self) -> None:
        told, last = int(self._redis.get(RELAYED) or 0), outbox.last_seq(self._engine)
        if told > last:
            # Another database, or an older copy of this one: its numbers begin lower, and must not be passed over.
            log.warning("events.numbers_begin_again", told=told, database_has=last)
            self._redis.delete(RELAYED)

    def _tell(self, events: Sequence[OutboxEvent]) -> int:
        arguments: list[str | int] = [self._token, LEASE_SECONDS * 1000, EVENTS_MAX]
        for event in events:
            data = json.dumps(event.payload, ensure_ascii=False, separators=(",", ":"))
            arguments += [event.seq, event.event_id, event.type, event.created_at.isoformat(), data]
        keys = [routing.EVENTS, LEASE, RELAYED]
        return int(self._append(keys=keys, args=arguments))

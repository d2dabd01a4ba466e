"""What is still to be sent to an endpoint, and what became of it: in Redis, so that a restart goes on where it was.

Of each endpoint: how far it is in the streams of events (articles, feeds), the events to be sent again on demand, the
event that is failing, and those that were given up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from redis.asyncio import Redis

from ingest.feed_events import FEED_EVENTS
from shared import routing
from shared.schema import milliseconds

log = structlog.get_logger()

ENDPOINTS: Final = routing.KEY_PREFIX + "webhooks"
"""HASH endpoint id -> URL, of all that were ever configured here."""

_STATE: Final = routing.KEY_PREFIX + "webhook:"
TRIES: Final = ("delivered", "failed", "given_up")
"""How a try to deliver ended; fields of an endpoint's state that count them. A failed one is made again."""

GIVEN_UP_MAX: Final = 1_000
NEW_HEARS: Final = timedelta(hours=1)

STREAMS: Final[Mapping[str, str]] = {"articles": routing.EVENTS, "feeds": FEED_EVENTS}


def endpoint_id(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Event:
    """``position``: where it stands (stream and entry id), None for one that is sent again on demand."""

    id: str
    type: str
    time: str
    seq: int | None
    data: Any
    position: tuple[str, str] | None = None

    @property
    def body(self) -> bytes:
        """Standard Webhooks' payload: type, timestamp, data; and our number of it."""
        payload = {"type": self.type, "timestamp": self.time, "seq": self.seq, "data": self.data}
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, kw_only=True)
class Failing:
    """How often the event at the head has failed, since when, and when it may be tried again."""

    attempts: int = 0
    since: datetime | None = None
    not_before: datetime | None = None


class Journal:
    """Of one endpoint. Every method raises RedisError when Redis is away."""

    def __init__(self, redis: Redis, url: str) -> None:
        self._redis = redis
        self._url = url
        self._key = _STATE + endpoint_id(url)
        self._again = f"{self._key}:again"
        self._given_up = f"{self._key}:given_up"

    async def register(self, now: datetime) -> None:
        """A new endpoint hears what happened in the last hour (a first start stores before it calls), and all after."""
        seconds, _ = await self._redis.time()
        # By Redis' clock, which numbers the streams, when ours is ahead of it.
        begin = min(milliseconds(now), seconds * 1000) - NEW_HEARS // timedelta(milliseconds=1)
        await self._redis.hset(ENDPOINTS, endpoint_id(self._url), self._url)
        for name in STREAMS:
            await self._redis.hsetnx(self._key, name, f"{begin}-0")

    async def next(self) -> Event | None:
        """The event to be sent now: one asked for again, else the next of the streams."""
        again: Any = await self._redis.lindex(self._again, 0)
        if again is not None:
            return Event(**json.loads(again))
        for name, stream in STREAMS.items():
            cursor: Any = await self._redis.hget(self._key, name)
            found: Any = await self._redis.xrange(stream, b"(" + (cursor or b"0-0"), count=1)
            if found:
                entry_id, fields = found[0]
                return _event(name, entry_id.decode(), fields)
        return None

    async def failing(self) -> Failing:
        attempts, since, not_before = await self._redis.hmget(self._key, "attempts", "since", "not_before")
        return Failing(attempts=int(attempts or 0), since=_moment(since), not_before=_moment(not_before))

    async def failed(self, failing: Failing, sentence: str) -> None:
        times = {"since": failing.since, "not_before": failing.not_before}
        fields: dict[Any, Any] = {name: moment.isoformat() for name, moment in times.items() if moment}
        fields |= {"attempts": failing.attempts, "error": sentence}
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(self._key, mapping=fields)
            pipeline.hincrby(self._key, "failed", 1)
            await pipeline.execute()

    async def done(self, event: Event, *, given_up: bool) -> None:
        """It was taken, or given up: the next one's turn."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            if event.position is None:
                pipeline.lpop(self._again)
            else:
                name, entry_id = event.position
                pipeline.hset(self._key, name, entry_id)
            if event.position is not None and event.seq is not None:
                pipeline.hset(self._key, f"{event.position[0]}_seq", event.seq)
            pipeline.hdel(self._key, "attempts", "since", "not_before", "error")
            pipeline.hincrby(self._key, "given_up" if given_up else "delivered", 1)
            if given_up:
                pipeline.lpush(self._given_up, json.dumps({"id": event.id, "type": event.type, "time": event.time}))
                pipeline.ltrim(self._given_up, 0, GIVEN_UP_MAX - 1)
            await pipeline.execute()

    async def gap_before(self, event: Event) -> int:
        """How many events are missing between the last one and this: the stream was cut before they were sent."""
        if event.position is None or event.seq is None:
            return 0
        last = await self._redis.hget(self._key, f"{event.position[0]}_seq")
        return max(0, event.seq - int(last) - 1) if last else 0


def lease_key(url: str) -> str:
    """Holds the token of the sender that works for an endpoint, expiring."""
    return f"{_STATE}{endpoint_id(url)}:lease"


@dataclass(frozen=True, kw_only=True)
class BacklogKeys:
    """Where to read what an endpoint has yet to take: ``state`` has the cursor in each of STREAMS."""

    state: str
    again: str
    lease: str


def backlog_keys(endpoint: str) -> BacklogKeys:
    """By the endpoint's id, a field of ENDPOINTS."""
    state = _STATE + endpoint
    return BacklogKeys(state=state, again=f"{state}:again", lease=f"{state}:lease")


async def void_leases(redis: Redis) -> None:
    """Forgets who sends to whom. For one who knows to be alone."""
    urls: Any = await redis.hvals(ENDPOINTS)
    if urls:
        await redis.delete(*(lease_key(url.decode()) for url in urls))


async def send_again(redis: Redis, events: list[Event]) -> int:
    """Puts events before all others, for every endpoint there is; answers how many endpoints that is."""
    endpoints: Any = await redis.hkeys(ENDPOINTS)
    for endpoint in endpoints:
        packed = [
            json.dumps({"id": each.id, "type": each.type, "time": each.time, "seq": each.seq, "data": each.data})
            for each in events
        ]
        if packed:
            await redis.rpush(f"{_STATE}{endpoint.decode()}:again", *packed)
    return len(endpoints)


def _moment(stated: Any) -> datetime | None:
    return datetime.fromisoformat(stated.decode()) if stated else None


def _event(name: str, entry_id: str, fields: Mapping[bytes, bytes]) -> Event:
    return Event(
        id=fields[b"id"].decode(),
        type=fields[b"type"].decode(),
        time=fields[b"time"].decode(),
        seq=int(fields[b"seq"]),
        data=json.loads(fields[b"data"]),
        position=(name, entry_id),
    )

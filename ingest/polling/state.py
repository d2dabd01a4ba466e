"""What ingest remembers of a feed, as one HASH in Redis beside the inbox: lost together or not at all.

Fields that speak of accepted articles (seen, validators, body hash) are written by the script that accepts them; the
others here. An empty field stands for none: the script sets fields, it removes none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from ingest.polling.identity import Seen, unpack_seen
from ingest.polling.schedule import UNCONDITIONAL_EVERY
from ingest.web.fetcher import Validators
from shared import routing
from shared.schema import milliseconds

Fields = Mapping[str, str | bytes]


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """``accepted_total`` counts raw articles, changed ones again. ``failures`` are those in a row."""

    etag: str = ""
    last_modified: str = ""
    body_hash: bytes = b""
    whole_at: datetime | None = None
    next_poll_at: datetime | None = None
    failures: int = 0
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_error: str = ""
    last_error_code: str = ""
    entries: int = 0
    accepted_total: int = 0

    def validators(self, now: datetime) -> Validators:
        """What to send for a conditional request; once a day nothing, because some servers answer 304 wrongly."""
        if self.whole_at is None or now - self.whole_at >= UNCONDITIONAL_EVERY:
            return Validators()
        return Validators(etag=self.etag or None, last_modified=self.last_modified or None)

    @property
    def fields(self) -> Fields:
        """All of it as the HASH holds it."""
        return {name: _packed(getattr(self, name)) for name in self.__dataclass_fields__}

    def succeeded(self, *, now: datetime, next_poll_at: datetime) -> FeedState:
        return replace(
            self,
            failures=0,
            last_poll_at=now,
            last_success_at=now,
            last_error="",
            last_error_code="",
            next_poll_at=next_poll_at,
        )

    def failed(self, *, now: datetime, next_poll_at: datetime, code: str, sentence: str, counted: bool) -> FeedState:
        """``counted`` is False for what is not the feed's own doing (its host is paused): no further back-off."""
        return replace(
            self,
            failures=self.failures + counted,
            last_poll_at=now,
            last_error=sentence,
            last_error_code=code,
            next_poll_at=next_poll_at,
        )


class FeedStates:
    """The states of all feeds. Raises redis.exceptions.RedisError when Redis cannot be reached."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def load(self, feed_id: str) -> FeedState:
        return (await self.load_many([feed_id]))[0]

    async def load_many(self, feed_ids: Sequence[str]) -> list[FeedState]:
        """One state for each id, in order; a feed never polled has the empty state."""
        pipeline = self._redis.pipeline(transaction=False)
        names = tuple(FeedState.__dataclass_fields__)
        for feed_id in feed_ids:
            pipeline.hmget(routing.FEED_STATE + feed_id, names)
        return [_unpacked(dict(zip(names, values, strict=True))) for values in await pipeline.execute()]

    async def seen(self, feed_id: str) -> Seen:
        packed = await self._redis.hget(routing.FEED_STATE + feed_id, "seen")
        return unpack_seen(packed) if isinstance(packed, bytes) else {}

    async def write(self, feed_id: str, fields: Fields) -> None:
        mapping: dict[Any, Any] = dict(fields)
        await self._redis.hset(routing.FEED_STATE + feed_id, mapping=mapping)


def _packed(value: object) -> str | bytes:
    match value:
        case None:
            return ""
        case datetime():
            return str(milliseconds(value))
        case bytes():
            return value
        case _:
            return str(value)


def _unpacked(fields: Mapping[str, bytes | None]) -> FeedState:
    return FeedState(
        etag=_text(fields["etag"]),
        last_modified=_text(fields["last_modified"]),
        body_hash=fields["body_hash"] or b"",
        whole_at=_moment(fields["whole_at"]),
        next_poll_at=_moment(fields["next_poll_at"]),
        failures=_number(fields["failures"]),
        last_poll_at=_moment(fields["last_poll_at"]),
        last_success_at=_moment(fields["last_success_at"]),
        last_error=_text(fields["last_error"]),
        last_error_code=_text(fields["last_error_code"]),
        entries=_number(fields["entries"]),
        accepted_total=_number(fields["accepted_total"]),
    )


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def _number(value: bytes | None) -> int:
    return int(value) if value and value.isdigit() else 0


def _moment(value: bytes | None) -> datetime | None:
    return datetime.fromtimestamp(int(value) / 1000, UTC) if value and value.isdigit() else None

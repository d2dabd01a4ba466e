"""The inbox as `ingest` sees it: accepting raw articles, and the hint that there is work.

The inbox is the record; the Celery message is a hint that carries nothing. Claiming and settling belong to `worker`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from ingest.feed_events import FEED_EVENTS, FEED_EVENTS_MAX, FEED_EVENTS_SEQ, FeedEvent
from shared import routing
from shared.schema import BODY_BYTES_MAX, BODY_COMPRESSED_BYTES_MAX, RawArticle, milliseconds, pack_body, pack_meta

log = structlog.get_logger()

CHUNK_MAX = 50
"""Raw articles in one accept: one Lua call of bounded length."""

CHUNK_BYTES_MAX = 8 * 1024 * 1024
"""Compressed bytes in one accept; it bounds by how much the inbox may overshoot."""


@dataclass(frozen=True, kw_only=True)
class FeedUpdate:
    """Fields of a feed's state and its events, written in the same step as the raw articles they speak of, or not at
    all."""

    feed_id: str
    fields: Mapping[str, str | bytes]
    events: Sequence[FeedEvent] = ()


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """All are in the inbox; ``new`` of them were not there before."""

    new: int


@dataclass(frozen=True, kw_only=True)
class InboxFull:
    """Nothing was written."""

    held_bytes: int


class SendHint(Protocol):
    """Tells the workers that there is work. Blocking; failing is no error."""

    def __call__(self) -> None: ...


def too_large(raw: RawArticle) -> str | None:
    """Why this raw article cannot be accepted, or None. To be asked before accepting."""
    if len(raw.body) > BODY_BYTES_MAX:
        return f"it is {len(raw.body)} bytes long; at most {BODY_BYTES_MAX} are taken"
    if len(raw.body) > BODY_COMPRESSED_BYTES_MAX and len(pack_body(raw)) > BODY_COMPRESSED_BYTES_MAX:
        return f"it is longer than {BODY_COMPRESSED_BYTES_MAX} bytes even when compressed"
    return None


class Inbox:
    """Accepts raw articles. One Lua script writes the articles, their places and the feed's state together."""

    def __init__(self, redis: Redis, *, max_bytes: int, send_hint: SendHint) -> None:
        self._redis = redis
        self._max_bytes = max_bytes
        self._send_hint = send_hint
        self._accept = redis.register_script(files("ingest").joinpath("accept.lua").read_text(encoding="utf-8"))

    async def accept(
        self, raws: Sequence[RawArticle], *, feed: FeedUpdate | None = None, at: datetime | None = None
    ) -> Accepted | InboxFull:
        """All of ``raws`` (at most CHUNK_MAX, of one lane) and the feed's state, or, when the inbox is full, nothing.

        ``at`` is when they were first handed in, if that was earlier than now: what was settled since counts as
        settled by this hand-in. Raises redis.exceptions.RedisError when Redis cannot be reached.
        """
        if len(raws) > CHUNK_MAX:
            raise ValueError(f"at most {CHUNK_MAX} raw articles a call, not {len(raws)}")
        lane = raws[0].lane if raws else "live"
        fields = [part for pair in (feed.fields.items() if feed else ()) for part in pair]
        events = [part for event in (feed.events if feed else ()) for part in event.parts]
        # In a thread: packing is a third of what a poll costs, and zlib lets the event loop go on (measured).
        articles = await asyncio.to_thread(_packed, raws)
        try:
            answer: list[bytes] | int = await self._accept(
                keys=[
                    routing.INBOX_BYTES,
                    routing.INBOX_WAITING[lane],
                    # Without a feed a key that it touches anyway: who replays a quarantine may write no feed's state.
                    routing.FEED_STATE + feed.feed_id if feed else routing.INBOX_BYTES,
                    FEED_EVENTS_SEQ,
                    FEED_EVENTS,
                    routing.INBOX_LEDGER,
                    *routing.INBOX_WAITING.values(),
                    routing.INBOX_RETRY,
                    routing.INBOX_CLAIMED,
                ],
                args=[
                    self._max_bytes,
                    milliseconds(at) if at else "",
                    lane,
                    routing.INBOX_ENTRY,
                    FEED_EVENTS_MAX,
                    len(fields),
                    len(events),
                    *fields,
                    *events,
                    *articles,
                ],
            )
        except OutOfMemoryError:
            log.warning("inbox.redis_full")
            return InboxFull(held_bytes=await self.held_bytes())
        if isinstance(answer, int):
            return InboxFull(held_bytes=await self.held_bytes())
        if answer:
            _tell(zip(articles[::_PARTS], raws, strict=True), {raw_id.decode() for raw_id in answer})
            await self.hint()
        return Accepted(new=len(answer))

    async def held_bytes(self) -> int:
        """Bytes of all entries of the inbox."""
        return int(await self._redis.get(routing.INBOX_BYTES) or 0)

    async def missing(self, raw_ids: Sequence[str]) -> list[str]:
        """Those that are not in the inbox: settled, or lost with Redis."""
        pipeline = self._redis.pipeline(transaction=False)
        for raw_id in raw_ids:
            pipeline.exists(routing.INBOX_ENTRY + raw_id)
        return [raw_id for raw_id, there in zip(raw_ids, await pipeline.execute(), strict=True) if not there]

    async def refuse(self, digests: Sequence[str]) -> None:
        """Counts what was refused at the door, each once however often it is handed in."""
        if digests:
            await self._redis.sadd(routing.REFUSED, *digests)

    async def hint(self) -> None:
        """Says that there is work, unless enough hints wait. A hint that cannot be sent is no loss: workers sweep."""
        if await self._redis.llen(routing.WORK_QUEUE_KEY) < routing.HINTS_MAX:
            await asyncio.to_thread(self._send_hint)


def _tell(raws: Iterable[tuple[str | bytes, RawArticle]], new: set[str]) -> None:
    """One line for each raw article that came in; the worker's ``article.settled`` names the same three."""
    if not logging.getLogger(__name__).isEnabledFor(logging.INFO):
        return
    for raw_id, raw in raws:
        if raw_id in new:
            new.remove(raw_id)  # twice in one chunk is one entry
            log.info("article.accepted", raw_id=raw_id, source=raw.source, entry_key=raw.entry_key, lane=raw.lane)


_PARTS = 3
"""Of each raw article in what ``_packed`` makes; the raw id is the first."""


def _packed(raws: Sequence[RawArticle]) -> list[str | bytes]:
    return [part for raw in raws for part in (raw.raw_id, pack_meta(raw), pack_body(raw))]

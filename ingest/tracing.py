"""Where an item is before it is settled: in a feed's memory, in the inbox; or what is known of it as a feed itself."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from redis.asyncio import Redis

from ingest.feedlist.sources import FeedSource
from ingest.polling.link_names import link_digest
from ingest.polling.memory import date_of, key_digest
from ingest.polling.state import FeedState, FeedStates
from shared import routing
from shared.schema import RawArticle, SchemaError, unpack

PAGE: Final = 200
_PLACES: Final = {
    routing.INBOX_WAITING["live"]: "waiting",
    routing.INBOX_WAITING["backfill"]: "waiting",
    routing.INBOX_RETRY: "to be tried again alone",
    routing.INBOX_CLAIMED: "being worked on",
}
_HEX: Final = re.compile(r"[0-9a-f]{4,32}")


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A raw article in the inbox. ``tries``: how often it was tried alone."""

    raw_id: str
    source: str | None
    entry_key: str | None
    url: str | None
    accepted_at: datetime
    place: str
    tries: int


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """A feed that carried the item. ``last_seen`` is the day of the last document that it was in."""

    feed_id: str
    last_seen: datetime
    last_poll_at: datetime | None
    next_poll_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A feed of the very address that was asked for. ``says``: what is wrong with it, None where nothing is."""

    feed_id: str
    last_poll_at: datetime | None
    next_poll_at: datetime | None
    says: str | None
    entries: int
    accepted_total: int
    left: int


@dataclass(frozen=True, kw_only=True)
class FeedTraces:
    """``carrying``: feeds whose memory holds the item; ``asked``: it is a feed's own address; ``cut``: of feeds whose
    last document held more new entries than one poll takes, how many were left, by id: the item may be one of these."""

    carrying: list[Remembered]
    asked: list[Asked]
    cut: dict[str, int]


async def pending_traces(redis: Redis, wanted: str, urls: Collection[str]) -> list[Pending]:
    """The raw articles of the inbox that ``wanted`` names or that have one of ``urls``. Raises RedisError."""
    found = []
    for key, place in _PLACES.items():
        ids: Any = await redis.zrange(key, 0, -1)
        for start in range(0, len(ids), PAGE):
            page = [raw_id.decode() for raw_id in ids[start : start + PAGE]]
            async with redis.pipeline(transaction=False) as pipeline:
                for raw_id in page:
                    pipeline.hmget(routing.INBOX_ENTRY + raw_id, "meta", "accepted", "tries")
                answers = await pipeline.execute()
            entries = (_pending(raw_id, place, answer) for raw_id, answer in zip(page, answers, strict=True))
            found += [entry for entry in entries if entry and _is_meant(entry, wanted, urls)]
    return found


async def feed_traces(redis: Redis, wanted: str, keys: Collection[str]) -> FeedTraces:
    """What all feeds know of an entry named by one of ``keys`` (guid or link), and of ``wanted`` as an address of
    theirs. Raises RedisError."""
    states, own = FeedStates(redis), own_ids(wanted)
    digests = [key_digest(key) for key in keys]
    traces = FeedTraces(carrying=[], asked=[], cut={})
    async for name in redis.scan_iter(match=routing.FEED_STATE + "*", count=PAGE):
        feed_id = name.decode().removeprefix(routing.FEED_STATE)
        state, seen = await states.look(feed_id)
        if days := [seen[digest].day for digest in digests if digest in seen]:
            traces.carrying.append(_remembered(feed_id, state, max(days)))
        if feed_id in own or (state.moved_to and link_digest(state.moved_to) == link_digest(wanted)):
            traces.asked.append(_asked(feed_id, state))
        if state.left:
            traces.cut[feed_id] = state.left
    return traces


def own_ids(address: str) -> set[str]:
    """The ids that a feed of this address has, be it listed or not; none for what no feed can have as its address."""
    if not address.startswith(("http://", "https://")):
        return set()
    spellings = {address, address.rstrip("/"), f"{address.rstrip('/')}/"}
    return {FeedSource(url=each).feed_id for each in spellings}


def _remembered(feed_id: str, state: FeedState, day: int) -> Remembered:
    return Remembered(
        feed_id=feed_id,
        last_seen=date_of(day),
        last_poll_at=state.last_poll_at,
        next_poll_at=state.next_poll_at,
    )


def _asked(feed_id: str, state: FeedState) -> Asked:
    return Asked(
        feed_id=feed_id,
        last_poll_at=state.last_poll_at,
        next_poll_at=state.next_poll_at,
        says=state.disabled or state.last_error or None,
        entries=state.entries,
        accepted_total=state.accepted_total,
        left=state.left,
    )


def _pending(raw_id: str, place: str, answer: list[bytes | None]) -> Pending | None:
    meta, accepted, tries = answer
    if meta is None:
        return None  # settled between the two looks
    try:
        raw: RawArticle | None = unpack(meta, _EMPTY)
    except SchemaError:
        raw = None
    return Pending(
        raw_id=raw_id,
        source=raw.source if raw else None,
        entry_key=raw.entry_key if raw else None,
        url=raw.url if raw else None,
        accepted_at=datetime.fromtimestamp(int(accepted or 0) / 1000, UTC),
        place=place,
        tries=int(tries or 0),
    )


def _is_meant(entry: Pending, wanted: str, urls: Collection[str]) -> bool:
    begins = _HEX.fullmatch(wanted) is not None and entry.raw_id.startswith(wanted)
    return begins or entry.entry_key == wanted or (entry.url is not None and entry.url in urls)


_EMPTY: Final = b"x\x9c\x03\x00\x00\x00\x00\x01"
"""An empty body, compressed: only the meta is looked at."""

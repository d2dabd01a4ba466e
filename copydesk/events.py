"""`copydesk events`: what happened, as JSON lines: of articles and stories from the database, of feeds from Redis.

Articles' events are read from the database and not from their stream, because there nothing is missing: a Redis that
lost its data leaves a gap in the stream alone.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from copydesk.datafolder import DataFolder
from copydesk.embedded import ping
from copydesk.stack import Say, broker, redis_client, silent
from ingest.bootstrap import redis_client as async_redis_client
from ingest.feed_events import FEED_EVENTS
from ingest.webhooks.journal import Event, send_again
from worker.settings import WorkerSettings, load_settings
from worker.storage import outbox
from worker.storage.engine import make_engine
from worker.storage.outbox import OutboxEvent

PAGE: Final = 500
FOLLOW_SECONDS: Final = 0.5
_CURSOR: Final = re.compile(r"(\d{1,18})(?:\.(\d{1,18}))?")

Line = dict[str, Any]


class CursorError(Exception):
    """What was given to go on from names no event; the message says what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The numbers of the last events of articles and of feeds that were read; printed as ``12.3``."""

    articles: int = 0
    feeds: int = 0

    def __str__(self) -> str:
        return f"{self.articles}.{self.feeds}"


def print_events(
    data: Path | None,
    *,
    begin: str | None,
    follow: bool,
    limit: int | None,
    write: Callable[[str], None],
    say: Say = silent,
) -> None:
    """Writes a JSON line an event, oldest first, until there is no more; with ``follow`` as they come, for ever.

    ``begin`` is a cursor or an event's id; what is written follows it, and what was purged in between is said.
    Raises CursorError, StorageError. Following, a Redis that is away is waited for.
    """
    settings = load_settings(data=data)
    engine = make_engine(settings.effective_database_url)
    try:
        cursor, left = _cursor(begin, engine), limit
        _say_what_was_purged(cursor, begin, engine, say)
        while left != 0:
            for cursor, line in _since(cursor, engine, settings, follow=follow):  # noqa: B020 - it goes along
                write(json.dumps({**line, "cursor": str(cursor)}, ensure_ascii=False))
                left = None if left is None else left - 1
                if left == 0:
                    return
            if not follow:
                return
            time.sleep(FOLLOW_SECONDS)
    finally:
        engine.dispose()


def _say_what_was_purged(cursor: Cursor, begin: str | None, engine: Engine, say: Say) -> None:
    first = outbox.first_seq(engine)
    if begin is not None and cursor.articles + 1 < first:
        say(f"Events {cursor.articles + 1} to {first - 1} were purged (COPYDESK_EVENTS_RETENTION_DAYS).")


def redeliver(data: Path | None, *, ids: Sequence[str], begin: str | None, say: Say = silent) -> tuple[int, int]:
    """Has events sent to all webhooks again: those of ``ids``, or all that follow ``begin``. How many, to how many.

    Feeds' events are not among them (they are in no database). Raises CursorError, StorageError, RedisError.
    """
    settings = load_settings(data=data)
    engine = make_engine(settings.effective_database_url)
    try:
        wanted = [_event_of(each, engine) for each in ids]
        if begin is not None:
            cursor = _cursor(begin, engine)
            _say_what_was_purged(cursor, begin, engine, say)
            wanted += _all_after(cursor.articles, engine)
    finally:
        engine.dispose()
    with broker(data) as reached:
        return len(wanted), asyncio.run(_send_again(reached.redis_url, wanted))


async def _send_again(redis_url: str, events: Sequence[OutboxEvent]) -> int:
    packed = [
        Event(id=each.event_id, type=each.type, time=each.created_at.isoformat(), seq=each.seq, data=each.payload)
        for each in events
    ]
    async with aclosing(async_redis_client(redis_url)) as redis:
        return await send_again(redis, packed)


def _event_of(event_id: str, engine: Engine) -> OutboxEvent:
    seq = outbox.seq_of(engine, event_id)
    if seq is None:
        raise CursorError(f"There is no event {event_id!r} (any more): give ids as `copydesk events` prints them")
    return outbox.after(engine, seq - 1, limit=1)[0]


def _all_after(seq: int, engine: Engine) -> list[OutboxEvent]:
    found: list[OutboxEvent] = []
    while page := outbox.after(engine, found[-1].seq if found else seq, limit=PAGE):
        found += page
    return found


def _cursor(begin: str | None, engine: Engine) -> Cursor:
    if begin is None:
        return Cursor()
    if match := _CURSOR.fullmatch(begin):
        return Cursor(articles=int(match[1]), feeds=int(match[2] or 0))
    seq = outbox.seq_of(engine, begin)
    if seq is None:
        raise CursorError(
            f"There is no event {begin!r} to go on from (any more): give a cursor or an event's id as printed"
        )
    return Cursor(articles=seq)


def _since(cursor: Cursor, engine: Engine, settings: WorkerSettings, *, follow: bool) -> Iterator[tuple[Cursor, Line]]:
    while page := outbox.after(engine, cursor.articles, limit=PAGE):
        for event in page:
            cursor = replace(cursor, articles=event.seq)
            yield cursor, _article_line(event)
    with _redis(settings, follow=follow) as redis:
        for seq, line in _feed_events(redis, cursor.feeds) if redis else ():
            cursor = replace(cursor, feeds=seq)
            yield cursor, line


def _article_line(event: OutboxEvent) -> Line:
    return {
        "seq": event.seq,
        "id": event.event_id,
        "type": event.type,
        "time": event.created_at.isoformat(),
        "data": event.payload,
    }


def _feed_events(redis: Redis, after: int) -> list[tuple[int, Line]]:
    """Those after a number. Numbers that are lower than it throughout began again: then it is all of them."""
    try:
        found: Any = redis.xrange(FEED_EVENTS)
    except RedisError:
        return []
    lines = [_feed_line(fields) for _, fields in found]
    if lines and lines[-1]["seq"] < after:
        after = 0
    return [(line["seq"], line) for line in lines if line["seq"] > after]


def _feed_line(fields: Mapping[bytes, bytes]) -> Line:
    return {
        "seq": int(fields[b"seq"]),
        "id": fields[b"id"].decode(),
        "type": fields[b"type"].decode(),
        "time": fields[b"time"].decode(),
        "data": json.loads(fields[b"data"]),
    }


@contextmanager
def _redis(settings: WorkerSettings, *, follow: bool) -> Iterator[Redis | None]:
    """Following, the data folder's broker is only looked at while somebody runs it: else nobody could start it."""
    if settings.redis_url:
        yield redis_client(settings.redis_url)
    elif not follow:
        with broker(settings.data) as reached:
            yield redis_client(reached.redis_url)
    else:
        folder = DataFolder(settings.data)
        yield redis_client(folder.redis_url) if ping(folder) == "ready" else None

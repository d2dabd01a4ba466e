"""Into the inbox, in chunks, together with what the feed's state then says: both are there, or neither is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from ingest.feed_events import FeedEvent
from ingest.feedlist.sources import FeedSource
from ingest.inbox import CHUNK_MAX, Accepted, FeedUpdate, InboxFull
from ingest.polling.entry_articles import raw_article
from ingest.polling.memory import KeyedEntry, Seen, pack_seen, remember
from ingest.polling.pages import NoPage, Page
from ingest.polling.state import FeedState, FeedStates, Fields
from shared.schema import RawArticle

log = structlog.get_logger()

CHUNK_BODY_BYTES_MAX: Final = 4_000_000
FULL_PAUSE_SECONDS: Final = 60.0
"""No feed is asked for so long after a poll has waited in vain for room: it would be asked for nothing."""


class TakesArticles(Protocol):
    """The port to the inbox (ingest.inbox.Inbox)."""

    async def accept(self, raws: Sequence[RawArticle], *, feed: FeedUpdate | None = None) -> Accepted | InboxFull: ...


@dataclass(frozen=True, kw_only=True)
class Taking:
    """What one poll hands in: the new entries, what the document holds, what was seen before, and the state after.

    ``before`` is the state as it was read. ``pages``: what came of asking for their pages, by the entries' digests.
    ``more``: the poll is not over with these, so the state after it is not written yet. ``events`` are told, and the
    fields named in ``told`` written, with the first of what is written: a miss is not seen a second time.
    """

    taken: Sequence[KeyedEntry]
    present: Sequence[KeyedEntry]
    seen: Seen
    done: FeedState
    before: FeedState | None = None
    events: Sequence[FeedEvent] = ()
    told: frozenset[str] = frozenset()
    pages: Mapping[bytes, Page | NoPage] = field(default_factory=dict)
    more: bool = False

    def seen_after(self, count: int, now: datetime) -> Seen:
        """The seen entries once the first ``count`` of the new ones are accepted."""
        return remember(self.seen, accepted=self.taken[:count], present=self.present, now=now)

    def fields(self, count: int, now: datetime) -> Fields:
        """What is written of the feed's state together with the first ``count``."""
        after = self.done.fields if self.before is None else self.done.changes(self.before)
        over = count == len(self.taken) and not self.more
        early = {name: value for name, value in after.items() if over or name in self.told}
        # "seen" is where the first release kept it.
        return {**early, "known": pack_seen(self.seen_after(count, now)), "seen": ""}

    def rest(self, count: int, now: datetime) -> Taking:
        """What is left to hand in once the first ``count`` are accepted and the events told."""
        return replace(self, taken=(), seen=self.seen_after(count, now), events=(), told=frozenset())


class Intake:
    """``patience_seconds``: how long a poll waits for room in a full inbox before it gives up until later."""

    def __init__(self, *, inbox: TakesArticles, states: FeedStates, patience_seconds: float) -> None:
        self._inbox = inbox
        self._states = states
        self._patience_seconds = patience_seconds
        self._waiting = 0
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()
        self._full_until = 0.0

    async def has_room(self) -> bool:
        """Waits while others wait for room. False: they waited in vain, do not fetch anything now."""
        try:
            if not self._nobody_waits.is_set():
                async with asyncio.timeout(self._patience_seconds):
                    await self._nobody_waits.wait()
        except TimeoutError:
            return False
        return time.monotonic() >= self._full_until

    async def take(self, feed: FeedSource, taking: Taking, *, now: datetime) -> int:
        """How many of the new entries the inbox took: all, or those of the chunks before it was full."""
        if not taking.taken:
            await self._states.write(feed.feed_id, taking.fields(0, now), events=taking.events)
            return 0
        accepted = 0
        raws = [raw_article(one, feed=feed, seen_at=now, page=taking.pages.get(one.digest)) for one in taking.taken]
        for chunk in _chunks(raws):
            upto = accepted + len(chunk)
            events = () if accepted else taking.events
            fields = taking.fields(upto, now)
            if not await self._accept(chunk, FeedUpdate(feed_id=feed.feed_id, fields=fields, events=events)):
                break
            accepted = upto
        return accepted

    async def note(self, feed: FeedSource, taking: Taking, *, now: datetime) -> None:
        """Remembers the new entries as seen without accepting them once more: their articles are there already."""
        await self._states.write(feed.feed_id, taking.fields(len(taking.taken), now))

    async def _accept(self, raws: Sequence[RawArticle], update: FeedUpdate) -> bool:
        answer = await self._inbox.accept(raws, feed=update)
        if isinstance(answer, Accepted):
            return True
        log.warning("inbox.full", held_bytes=answer.held_bytes)
        self._waiting += 1
        self._nobody_waits.clear()
        try:
            return await self._accept_later(raws, update)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._nobody_waits.set()

    async def _accept_later(self, raws: Sequence[RawArticle], update: FeedUpdate) -> bool:
        end = time.monotonic() + self._patience_seconds
        wait = 0.05
        while time.monotonic() < end:
            await asyncio.sleep(wait)
            wait = min(wait * 2, 2.0)
            if isinstance(await self._inbox.accept(raws, feed=update), Accepted):
                log.info("inbox.has_room")
                return True
        self._full_until = time.monotonic() + FULL_PAUSE_SECONDS
        return False


def _chunks(raws: Sequence[RawArticle]) -> Iterator[list[RawArticle]]:
    chunk: list[RawArticle] = []
    size = 0
    for raw in raws:
        if chunk and (len(chunk) == CHUNK_MAX or size + len(raw.body) > CHUNK_BODY_BYTES_MAX):
            yield chunk
            chunk, size = [], 0
        chunk.append(raw)
        size += len(raw.body)
    yield chunk

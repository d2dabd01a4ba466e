"""Fakes of our own ports, for the tests of polling."""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis

from ingest.feed_events import FeedEvent
from ingest.inbox import CHUNK_MAX, Accepted, FeedUpdate, InboxFull
from shared import routing
from shared.schema import RawArticle


class FakeInbox:
    """Keeps what it accepts; writes the feed's state in the same step, as the real one's script does.

    ``room`` is how many more calls it accepts (None: all); every call beyond is answered with InboxFull.
    """

    def __init__(self, redis: Redis, *, room: int | None = None) -> None:
        self.accepted: list[RawArticle] = []
        self.calls: list[int] = []
        self.refused = 0
        self.events: list[FeedEvent] = []
        self.room = room
        self._redis = redis
        self._raw_ids: set[str] = set()

    async def accept(self, raws: Sequence[RawArticle], *, feed: FeedUpdate | None = None) -> Accepted | InboxFull:
        if len(raws) > CHUNK_MAX:
            raise ValueError("too many at once")
        if self.room is not None and self.room <= 0:
            self.refused += 1
            return InboxFull(held_bytes=1)
        if self.room is not None:
            self.room -= 1
        self.calls.append(len(raws))
        before = len(self._raw_ids)
        self._raw_ids |= {raw.raw_id for raw in raws}
        self.accepted += raws
        if feed is not None:
            await self._redis.hset(routing.FEED_STATE + feed.feed_id, mapping=dict(feed.fields))  # type: ignore[arg-type]
            self.events += feed.events
        return Accepted(new=len(self._raw_ids) - before)

    @property
    def titles(self) -> list[str | None]:
        return [raw.stated.title for raw in self.accepted]

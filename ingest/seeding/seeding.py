"""Hands seeds in and waits until each one is settled, whatever is killed meanwhile.

    read -> chunk -> accept (full? read receipts until there is room) -> receipts tick ids off -> report
                        ^ what has neither receipt nor inbox entry is read and handed in again

That last rule alone covers a Redis that lost everything, a trimmed stream and a lost accept.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

from redis.asyncio import Redis

from ingest.inbox import CHUNK_BYTES_MAX, CHUNK_MAX, Inbox, InboxFull
from ingest.seeding.items import PassedOver, Refused, Seed, SeedItem
from ingest.seeding.patience import Patience
from ingest.seeding.receipts import Pending, Receipts, SeedReport
from shared import routing
from shared.schema import RawArticle, milliseconds

STALL_SECONDS = 3.0
"""Nothing moved for so long: ask the inbox whether it still knows what we wait for."""

NO_WORKER_SECONDS = 60.0
EXISTS_MAX = 1000
"""Ids asked for in one pipeline."""


class SeedProgress(Protocol):
    """Whoever watches: a progress bar, plain lines, or nobody."""

    def moved(self, *, handed_in: int, settled: int) -> None: ...
    def refused(self, refused: Refused) -> None: ...
    def say(self, sentence: str) -> None: ...


@dataclass
class _Chunk:
    raws: list[RawArticle] = field(default_factory=list)
    size: int = 0

    def takes(self, raw: RawArticle) -> bool:
        same_lane = not self.raws or self.raws[0].lane == raw.lane
        return (
            same_lane and len(self.raws) < CHUNK_MAX and (not self.raws or self.size + len(raw.body) <= CHUNK_BYTES_MAX)
        )

    def add(self, raw: RawArticle) -> None:
        self.raws.append(raw)
        self.size += len(raw.body)


class Seeding:
    """One `seed`, from the first input to the last receipt."""

    def __init__(
        self,
        seeds: AsyncIterable[Seed],
        *,
        inbox: Inbox,
        redis: Redis,
        progress: SeedProgress,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._seeds = seeds
        self._inbox = inbox
        self._redis = redis
        self._receipts = Receipts(redis)
        self._progress = progress
        self._patiently = Patience(progress.say)
        self._clock = clock
        self._pending = Pending()
        self._report = SeedReport()
        self._handed_in = 0
        self._began = datetime.now(UTC)
        self._moved_at = self._asked_at = self._warned_at = clock()

    async def run(self) -> SeedReport:
        """Raises RedisError when Redis cannot be reached at the beginning; one lost later is waited for."""
        began = self._clock()
        await self._receipts.begin()
        await self._hand_in_all()
        while self._pending.waiting:
            await self._wait()
        self._report.seconds = self._clock() - began
        return self._report

    @property
    def standing(self) -> str:
        """A sentence for whoever stops it before its end."""
        return f"{self._handed_in} were handed in, {self._report.settled} of them are settled."

    async def _hand_in_all(self) -> None:
        chunk = _Chunk()
        async for seed in self._seeds:
            if isinstance(seed, Refused):
                await self._refuse(seed)
                continue
            if isinstance(seed, PassedOver):
                self._report.pass_over(seed)
                continue
            if not chunk.takes(seed.raw):
                await self._hand_in(chunk.raws)
                chunk = _Chunk()
            chunk.add(seed.raw)
        await self._hand_in(chunk.raws)

    async def _refuse(self, refused: Refused) -> None:
        self._report.refuse(refused)
        self._progress.refused(refused)
        await self._patiently(lambda: self._inbox.refuse([refused.digest]))

    async def _hand_in(self, raws: list[RawArticle]) -> None:
        if raws:
            self._pending.waiting.update(raw.raw_id for raw in raws)
            await self._accept(raws)
            self._handed_in += len(raws)
            await self._tick(wait_ms=None)

    async def _accept(self, raws: list[RawArticle], *, at: datetime | None = None) -> None:
        said = False
        while isinstance(await self._patiently(lambda: self._inbox.accept(raws, at=at)), InboxFull):
            if not said:
                self._progress.say("The inbox is full; waiting for the workers to make room.")
                said = True
            await self._tick(wait_ms=500)
            await self._warn_without_worker()

    async def _wait(self) -> None:
        if await self._tick(wait_ms=500):
            return
        await self._warn_without_worker()
        if self._clock() - max(self._moved_at, self._asked_at) >= STALL_SECONDS:
            await self._hand_in_lost()
            self._asked_at = self._clock()

    async def _tick(self, *, wait_ms: int | None) -> bool:
        outcomes = await self._patiently(lambda: self._receipts.read(wait_ms=wait_ms))
        settled = self._pending.tick(outcomes, self._report)
        if settled:
            self._moved_at = self._clock()
        self._progress.moved(handed_in=self._handed_in, settled=self._report.settled)
        return bool(outcomes)

    async def _hand_in_lost(self) -> None:
        await self._patiently(self._receipts.find_again)
        ids = list(self._pending.waiting)
        lost: set[str] = set()
        for start in range(0, len(ids), EXISTS_MAX):
            some = ids[start : start + EXISTS_MAX]
            lost.update(await self._patiently(lambda some=some: self._inbox.missing(some)))  # type: ignore[misc]
        # Settling deletes and writes the receipt in one step, so a receipt not read yet explains most of them.
        while lost and await self._tick(wait_ms=None):
            pass
        lost &= set(self._pending.waiting)
        if lost:
            self._progress.say(f"Redis lost {len(lost)} of what was handed in; handing it in again.")
            await self._read_again(lost)

    async def _read_again(self, lost: set[str]) -> None:
        chunk = _Chunk()
        async for seed in self._seeds:
            if not isinstance(seed, SeedItem) or seed.raw.raw_id not in lost:
                continue
            lost.discard(seed.raw.raw_id)
            if not chunk.takes(seed.raw):
                await self._accept(chunk.raws, at=self._began)
                chunk = _Chunk()
            # As of the beginning: another version that was settled meanwhile must not be taken for an older one.
            chunk.add(seed.raw.model_copy(update={"seen_at": min(seed.raw.seen_at, self._began)}))
        if chunk.raws:
            await self._accept(chunk.raws, at=self._began)
        for raw_id in lost:
            del self._pending.waiting[raw_id]
            await self._refuse(Refused(input_id=raw_id, reason="was lost with Redis, and its file has changed since"))

    async def _warn_without_worker(self) -> None:
        now = self._clock()
        if now - max(self._moved_at, self._warned_at) < NO_WORKER_SECONDS:
            return
        self._warned_at = now
        if not await self._patiently(self._worker_lives):
            self._progress.say("No worker has been seen for a minute; still waiting (copydesk work starts one).")

    async def _worker_lives(self) -> bool:
        newest = 0
        async for key in self._redis.scan_iter(match=routing.WORKER_PULSE + "*"):
            newest = max(newest, int(await self._redis.hget(key, "beat_at") or 0))
        return milliseconds(datetime.now(UTC)) - newest < NO_WORKER_SECONDS * 1000

"""A lock whose holder's successor is the one with the lowest rank, not the one who came first."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
from collections.abc import AsyncIterator
from itertools import count


class Turns:
    """One holder at a time. Of those who wait, the lowest rank is next; of equal ranks, who came first."""

    def __init__(self) -> None:
        self._held = False
        self._number = count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    @property
    def awaited(self) -> bool:
        """Whether somebody waits for the turn."""
        return any(not waiting.done() for _, _, waiting in self._waiting)

    @contextlib.asynccontextmanager
    async def turn(self, rank: float) -> AsyncIterator[None]:
        await self.acquire(rank)
        try:
            yield
        finally:
            self.release()

    async def acquire(self, rank: float) -> None:
        """Waits for the turn; ``release`` ends it."""
        if not self._held:
            self._held = True
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._number), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.release()  # it was handed to us in the same moment
            raise

    def release(self) -> None:
        """Hands the turn to who is next."""
        while self._waiting:
            _, _, next_one = heapq.heappop(self._waiting)
            if not next_one.done():
                next_one.set_result(None)  # handed over without being free in between
                return
        self._held = False

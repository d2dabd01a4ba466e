"""Load that does not run out, however fast the workers are or the machine is slow."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Final, Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from copydesk.datafolder import DataFolder
from ingest.inbox import CHUNK_MAX, Inbox
from shared import routing
from shared.schema import RawArticle
from tests.factories import make_raw_article, make_text

AHEAD: Final = 300
PAUSE_SECONDS: Final = 0.05


class Load:
    """Hands live articles in at a data folder's broker from a thread, some hundreds ahead of the workers; a context.

    A broker that goes away is waited for, as a poller does: what it may not have taken is handed in again.
    """

    def __init__(self, data: Path) -> None:
        self._url = DataFolder(data).redis_url
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._hand_in()), daemon=True)
        self.handed_in = 0
        """How many articles the inbox has taken. After the context it changes no more."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    async def _hand_in(self) -> None:
        while not self._over.is_set():
            try:
                async with Redis.from_url(self._url, socket_timeout=5) as redis:
                    await self._hand_in_to(redis)
            except (RedisError, OSError):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _hand_in_to(self, redis: Redis) -> None:
        inbox = Inbox(redis, max_bytes=10**9, send_hint=lambda: None)  # workers sweep
        while not self._over.is_set():
            if await redis.zcard(routing.INBOX_WAITING["live"]) >= AHEAD:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            numbers = range(self.handed_in, self.handed_in + CHUNK_MAX)
            await inbox.accept([_article(number) for number in numbers])
            self.handed_in = numbers.stop


def _article(number: int) -> RawArticle:
    return make_raw_article(
        source_key="feed:https://load.example/",
        entry_key=f"load-{number}",
        body=make_text(number).encode(),
        lane="live",
    )

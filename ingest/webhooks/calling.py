"""Runs the senders of all endpoints beside the poller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog

from ingest.webhooks.sender import Sender

log = structlog.get_logger()

STOP_SECONDS: Final = 3.0
"""What is under way at the end may take so long; then it is broken off, and sent again at the next start."""

DEFECT_SECONDS: Final = 30.0


@asynccontextmanager
async def calling(senders: Sequence[Sender]) -> AsyncIterator[None]:
    """The senders work while this is open."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(_keep_sending(sender, stop)) for sender in senders]
    try:
        yield
    finally:
        stop.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_sending(sender: Sender, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await sender.run(stop)
        except Exception:
            log.exception("webhook.defect", next_try_in_seconds=DEFECT_SECONDS)
            try:
                async with asyncio.timeout(DEFECT_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

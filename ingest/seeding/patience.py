"""Waiting for a Redis that was there when the command began and is away now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis import exceptions

Answer = TypeVar("Answer")

PAUSE_SECONDS = 1.0

AWAY = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.BusyLoadingError,
    exceptions.ReadOnlyError,
)
"""What Redis says while it is down, starting, or failing over."""


class Patience:
    """Repeats a step until Redis answers it. Said once when it goes and once when it is back."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._away = False

    async def __call__(self, step: Callable[[], Awaitable[Answer]]) -> Answer:
        """The step must be safe to run twice. Any other Redis error is raised."""
        while True:
            # A library under us may lose a cancellation that comes together with an answer; the task still knows.
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError
            try:
                answer = await step()
            except AWAY:
                if not self._away:
                    self._say("Redis is away; waiting for it. Nothing handed in is lost.")
                self._away = True
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                if self._away:
                    self._say("Redis is back.")
                self._away = False
                return answer

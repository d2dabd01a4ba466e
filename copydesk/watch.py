"""Tells from outside whether a process that lives also works: its pulse in Redis moves on, or it stands still.

Asking the process itself would not do: workers that answer a ping and consume nothing are the failure to be found
(RELIABILITY.md D13).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from ingest.polling.pulse import POLLER_PULSE
from shared import routing

UNHEALTHY_SECONDS: Final = 45.0
"""A pulse as old as this: a batch takes 30 s at most, a poller looks round every 30 s, and an idle worker is hinted
every 10 s."""

RESTART_SECONDS: Final = 60.0
"""So long may it stand still: a health check that asks every 10 s has told of it before."""

LOOK_SECONDS: Final = 3.0
LOOKS_MAX: Final = round(RESTART_SECONDS / LOOK_SECONDS)

ReadPulse = Callable[[], int]
"""The time of the last sign of work (ms since the epoch), 0 when there was none yet. Raises RedisError."""


class PulseWatch:
    """Counts the looks at which a pulse stood still. Looks, not seconds: a machine that slept, or a clock that was set,
    accuses nobody; and while Redis is away nobody can show that it works.
    """

    def __init__(self, read: ReadPulse) -> None:
        self._read = read
        self._pulse: int | None = None
        self._stood_still = 0
        self._at_last_end = 0

    def begin(self) -> None:
        """A new process has started: it has the whole time before it."""
        self._stood_still = 0

    def stands_still(self) -> bool:
        """One look. True when it has stood still for RESTART_SECONDS."""
        try:
            pulse = self._read()
        except (RedisError, OSError):
            self._stood_still = 0
            return False
        self._stood_still = self._stood_still + 1 if pulse == self._pulse else 0
        self._pulse = pulse
        return self._stood_still >= LOOKS_MAX

    def has_worked(self) -> bool:
        """To be asked when a process has ended: whether it gave a sign of work."""
        try:
            pulse = self._read()
        except (RedisError, OSError):
            return False
        before, self._at_last_end = self._at_last_end, pulse
        return pulse != before


def worker_pulse(redis: Redis, name: str) -> ReadPulse:
    """When a child of this worker last asked the inbox for work."""
    return lambda: int(redis.hget(routing.WORKER_PULSE + name, "claimed_at") or 0)


def poller_pulse(redis: Redis, name: str) -> ReadPulse:
    """When the poller of this name last looked for feeds that are due."""
    return lambda: int(redis.hget(POLLER_PULSE + name, "looked_at") or 0)

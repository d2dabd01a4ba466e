"""The pulse of a worker as others see it: `worker:{name}` in Redis, of which every sweep renews `beat:{boot}`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from redis import Redis

from shared import routing

BEAT_SECONDS: Final = 5.0
"""A worker that has not swept for so long is gone: it sweeps every 2 s (sweep.lua holds the same number)."""

_LOOK_SECONDS: Final = 0.25


def runs_under(redis: Redis, name: str, *, wait: Callable[[float], object] = time.sleep) -> bool:
    """Whether a worker of this name lives: it is seen to sweep. Looks for up to BEAT_SECONDS, because one that was just
    killed left a young beat behind. Raises RedisError.
    """
    before = _beats(redis, name)
    for _ in range(round(BEAT_SECONDS / _LOOK_SECONDS)):
        if not any(_is_young(redis, beat) for beat in before.values()):
            return False
        wait(_LOOK_SECONDS)
        now = _beats(redis, name)
        if any(now.get(boot, beat) != beat for boot, beat in before.items()):
            return True
    return False


def _beats(redis: Redis, name: str) -> dict[str, int]:
    pulse: Any = redis.hgetall(routing.WORKER_PULSE + name)
    return {field.decode(): int(beat) for field, beat in pulse.items() if field.startswith(b"beat:")}


def _is_young(redis: Redis, beat_ms: int) -> bool:
    seconds, microseconds = redis.time()
    return 0 <= seconds * 1000 + microseconds // 1000 - beat_ms < BEAT_SECONDS * 1000

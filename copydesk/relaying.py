"""Runs the relay of events beside a worker, in a thread of its supervisor: never in Celery's own loop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from redis import Redis
from redis.exceptions import RedisError

from copydesk.beside import beside
from worker.relay import BATCH_MAX, Relay
from worker.storage.engine import make_engine
from worker.storage.errors import StorageError

log = structlog.get_logger()

IDLE_SECONDS: Final = 0.5
PAUSE_SECONDS_MAX: Final = 5.0
LAST_ROUNDS_MAX: Final = 20


@contextmanager
def relaying(redis: Redis, database_url: str) -> Iterator[None]:
    """Events go to the stream while this is open, and what is committed by its end has gone."""
    engine = make_engine(database_url)
    relay = Relay(redis=redis, engine=engine)
    try:
        with beside("relay", lambda stop: _keep_relaying(relay, stop)):
            yield
    finally:
        engine.dispose()


def _keep_relaying(relay: Relay, stop: threading.Event) -> None:
    pause = IDLE_SECONDS
    while not stop.is_set():
        try:
            full = relay.relay() == BATCH_MAX
            pause = 0.0 if full else IDLE_SECONDS
        except (RedisError, StorageError) as error:
            pause = min(max(pause, IDLE_SECONDS) * 2, PAUSE_SECONDS_MAX)
            log.warning("events.not_relayed", reason=str(error), next_try_in_seconds=pause)
        stop.wait(pause)
    _finish(relay)


def _finish(relay: Relay) -> None:
    try:
        for _ in range(LAST_ROUNDS_MAX):
            if relay.relay() < BATCH_MAX:
                break
        relay.release()
    except (RedisError, StorageError) as error:
        log.warning("events.not_relayed", reason=str(error))

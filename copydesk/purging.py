"""Purges beside a worker, in a thread of its supervisor: what its retention has run out for goes a little at a time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import structlog

from copydesk.beside import beside
from worker.storage.engine import make_engine
from worker.storage.errors import StorageError
from worker.storage.purging import Purging, Retention

log = structlog.get_logger()

EVERY_SECONDS: Final = 600.0
REST: Final = 4.0
"""After each batch the purge rests so many times as long as that took: it has a fifth of the decision lock at most."""

REST_SECONDS_MIN: Final = 0.02
PAUSE_SECONDS_MIN: Final = 2.0


@contextmanager
def purging(database_url: str, retention: Retention) -> Iterator[None]:
    """A pass at once and then every ten minutes while this is open; at its end the batch under way is finished."""
    engine = make_engine(database_url)
    try:
        with beside("purge", lambda stop: _Keeping(Purging(engine, retention), stop).purging()):
            yield
    finally:
        engine.dispose()


class _Keeping:
    def __init__(self, purging: Purging, stop: threading.Event) -> None:
        self._purging = purging
        self._stop = stop

    def purging(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            try:
                self._pass()
                pause = EVERY_SECONDS
            except StorageError as error:
                pause = min(max(pause * 2, PAUSE_SECONDS_MIN), EVERY_SECONDS)
                log.warning("purge.failed", reason=str(error), next_try_in_seconds=pause)

    def _pass(self) -> None:
        gone = Counter[str]()
        began = time.monotonic()
        for kind, count in self._purging.batches(now=datetime.now(UTC)):
            gone[kind] += count
            if self._stop.wait(max(REST * (time.monotonic() - began), REST_SECONDS_MIN)):
                break
            began = time.monotonic()
        if gone.total():
            log.info("purge.done", **gone)

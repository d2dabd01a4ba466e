"""What the processes of the concurrency tests run: module-level functions, so that a spawned interpreter finds them."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.synchronize import Barrier, Event
from typing import Any

import pytest

from tests.factories import NOON, make_arrival, make_parsed_article, make_text
from worker.storage import engine as engine_module
from worker.storage.arrival import Arrival
from worker.storage.candidates import find_candidates
from worker.storage.engine import make_engine, take_decision_lock, writing
from worker.storage.store import Store

TEXTS = 24
BATCH = 6


def make_copy(text: int, source: str) -> Arrival:
    return make_arrival(
        parsed=make_parsed_article(title=f"Proposal {text}", text=make_text(text)),
        source_key=f"seed:{source}",
        entry_key=str(text),
    )


def race(url: str, source: str, barrier: Barrier, with_lock: bool) -> None:
    """Stores every text once for itself and once for a source that all processes share, in step with the others.

    Without the lock, the barrier stands between looking and writing: the moment at which a race is lost.
    """
    if not with_lock:
        _leave_the_lock_off(barrier)
    engine = make_engine(url)
    store = Store(engine)
    for start in range(0, TEXTS, BATCH):
        batch = [make_copy(text, name) for text in range(start, start + BATCH) for name in (source, "shared")]
        barrier.wait(timeout=30)
        if not with_lock:
            batch = [each for each in batch if each.raw.source_key != "seed:shared"]
        outcomes = store.store(batch, now=NOON)
        assert all(isinstance(outcome, str) for outcome in outcomes.values()), outcomes
    engine.dispose()


def _leave_the_lock_off(barrier: Barrier) -> None:
    def find_and_wait(*arguments: Any, **more: Any) -> Any:
        found = find_candidates(*arguments, **more)
        barrier.wait(timeout=30)
        return found

    patch = pytest.MonkeyPatch()  # for the life of this process
    patch.setattr("worker.storage.store.take_decision_lock", lambda _connection: None)
    patch.setattr("worker.storage.store.find_candidates", find_and_wait)


def hold_the_lock(url: str, holding: Event) -> None:
    """Takes the lock and never lets go by itself. Idle for more than a second, a PostgreSQL session is ended."""
    engine_module._IDLE_TIMEOUT_SECONDS = 1
    engine = make_engine(url)
    with writing(engine).begin() as connection:
        take_decision_lock(connection)
        holding.set()
        time.sleep(60)


def freeze(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)

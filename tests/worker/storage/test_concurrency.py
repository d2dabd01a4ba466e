"""Two workers never both take a copy for new, and no holder of the lock holds the others up for ever."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess

from sqlalchemy import func, select

from tests.bench import racing as copyrace
from tests.factories import NOON
from tests.worker.storage import racing
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store
from worker.storage.tables import articles, outbox, sightings, stories

SPAWN = multiprocessing.get_context("spawn")


def race(url: str, processes: int, *, with_lock: bool) -> tuple[int, ...]:
    """Articles, stories, sightings and events after a race of several processes over the same texts."""
    barrier = SPAWN.Barrier(processes)
    runners = [
        SPAWN.Process(target=racing.race, args=(url, str(number), barrier, with_lock)) for number in range(processes)
    ]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(timeout=60)
    assert [runner.exitcode for runner in runners] == [0] * processes
    engine = make_engine(url)
    with engine.connect() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (articles, stories, sightings)
        ]
        counts.append(connection.execute(select(func.max(outbox.c.seq))).scalar_one())
    engine.dispose()
    return tuple(counts)


def test_four_processes_with_the_same_texts_store_each_once(migrated_url: str) -> None:
    each_once = racing.TEXTS

    made = race(migrated_url, 4, with_lock=True)

    assert made == (each_once, each_once, 5 * each_once, each_once)  # four sources of their own and the shared one


def test_without_the_lock_the_same_race_is_lost(postgres_url: str) -> None:
    """Holds the test above to account: it would see a race. (SQLite cannot leave out its lock.)"""
    engine = make_engine(postgres_url)
    migrate(engine)
    engine.dispose()

    made = race(postgres_url, 2, with_lock=False)

    assert made[0] == 2 * racing.TEXTS


CUT_COPIES = copyrace.Race(texts=3, copies=12, workers=3, batch=4)


def test_workers_at_once_make_one_story_of_each_texts_cut_copies(migrated_url: str) -> None:
    """A third of the paragraphs is cut from each copy at random; ``make bench-races`` is the trial at full size."""
    result = copyrace.run(migrated_url, CUT_COPIES)

    assert result == copyrace.Result(stories=(1, 1, 1), taken_for_new=0)


def test_without_the_lock_copies_are_taken_for_new(postgres_url: str) -> None:
    """Holds the test above to account. One batch each: later ones would join what the first have taken for new."""
    engine = make_engine(postgres_url)
    migrate(engine)
    engine.dispose()

    result = copyrace.run(postgres_url, replace(CUT_COPIES, with_lock=False, batch=100))

    assert result.taken_for_new > 0


@contextmanager
def holder(url: str) -> Iterator[BaseProcess]:
    holding = SPAWN.Event()
    process = SPAWN.Process(target=racing.hold_the_lock, args=(url, holding), daemon=True)
    process.start()
    assert holding.wait(timeout=30)
    yield process
    process.kill()
    process.join()


def store_one(url: str) -> float:
    """Seconds that storing took."""
    engine = make_engine(url)
    began = time.monotonic()
    arrival = racing.make_copy(1, "a")
    assert Store(engine).store([arrival], now=NOON) == {arrival.raw_id: "stored"}
    engine.dispose()
    return time.monotonic() - began


def test_a_killed_holder_frees_the_lock_at_once(migrated_url: str) -> None:
    with holder(migrated_url) as process:
        process.kill()
        process.join()

        assert store_one(migrated_url) < 3


def test_a_frozen_holder_loses_the_lock_on_postgresql(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    migrate(engine)
    engine.dispose()
    with holder(postgres_url) as process:
        assert process.pid is not None
        racing.freeze(process.pid)

        assert store_one(postgres_url) < 6

"""Copies of a few texts, each with a random third of its paragraphs cut, by several workers at once
(``make bench-races``): one story per text, and no copy taken for new because of a race."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from tests.conftest import postgres_database, postgres_running
from tests.factories import make_arrival, make_paragraphs, make_parsed_article
from worker.dedup.fingerprint import reading_of
from worker.dedup.likeness import compare
from worker.storage.arrival import Arrival
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store
from worker.storage.tables import articles
from worker.storage.writing import write

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARAGRAPHS = 12
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, kw_only=True)
class Race:
    """``texts`` × ``copies``, handed in by ``workers`` in batches of ``batch``."""

    texts: int = 20
    copies: int = 100
    workers: int = 4
    batch: int = 25
    with_lock: bool = True


@dataclass(frozen=True, kw_only=True)
class Result:
    """``stories``: of each text. ``taken_for_new``: copies that stand in a story apart from one that they are a
    copy of, although that one was there."""

    stories: tuple[int, ...]
    taken_for_new: int


def make_copies(race: Race) -> list[Arrival]:
    """In random order, the same each time; a copy's entry key is ``text/number``."""
    random = Random(7)
    made = []
    for text in range(race.texts):
        paragraphs = make_paragraphs(f"race {text}", PARAGRAPHS, words=40)
        for number in range(race.copies):
            kept = sorted(random.sample(range(PARAGRAPHS), PARAGRAPHS * 2 // 3))
            parsed = make_parsed_article(
                title=f"Text {text} as told by {number}", text="\n\n".join(paragraphs[each] for each in kept)
            )
            key = f"{text}/{number}"
            made.append(make_arrival(parsed=parsed, source_key=f"feed:{number}", source=key, entry_key=key))
    random.shuffle(made)
    return made


def run(url: str, race: Race) -> Result:
    """Lets the workers loose on an empty database with this release's schema."""
    barrier = SPAWN.Barrier(race.workers)
    workers = [SPAWN.Process(target=work, args=(url, race, number, barrier)) for number in range(race.workers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * race.workers
    return _result(url, race)


def work(url: str, race: Race, number: int, barrier: Barrier) -> None:
    """One worker's share, batch by batch."""
    if not race.with_lock:
        _leave_the_lock_off(barrier)
    engine = make_engine(url)
    store = Store(engine)
    share = make_copies(race)[number :: race.workers]
    barrier.wait(timeout=60)
    for start in range(0, len(share), race.batch):
        outcomes = store.store(share[start : start + race.batch], now=NOON)
        assert all(isinstance(outcome, str) for outcome in outcomes.values()), outcomes
    engine.dispose()


def _leave_the_lock_off(barrier: Barrier) -> None:
    """The first batches have all looked before any is written; later ones run freely."""
    met = list[None]()

    def wait_and_write(*arguments: Any, **more: Any) -> None:
        if not met:
            met.append(None)
            barrier.wait(timeout=60)
        write(*arguments, **more)

    patch = pytest.MonkeyPatch()  # for the life of this process
    patch.setattr("worker.storage.store.take_decision_lock", lambda _connection: None)
    patch.setattr("worker.storage.store.write", wait_and_write)


def _result(url: str, race: Race) -> Result:
    engine = make_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(articles.c.entry_key, articles.c.story_id)).all()
    engine.dispose()
    assert len({row.entry_key for row in rows}) == len(rows)
    by_text: defaultdict[int, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_text[int(row.entry_key.partition("/")[0])][row.story_id].append(row.entry_key)
    stories = tuple(len(by_text[text]) for text in range(race.texts))
    return Result(stories=stories, taken_for_new=_taken_for_new(by_text, race))


def _taken_for_new(by_text: dict[int, Any], race: Race) -> int:
    """Articles that are alike to one of another story of their text: had each seen the other, they were one."""
    readings = {each.raw.entry_key: each for each in make_copies(race)}
    slipped = 0
    for stories in by_text.values():
        groups: Sequence[list[str]] = sorted(stories.values(), key=len, reverse=True)
        others = [key for group in groups[1:] for key in group]
        slipped += sum(
            any(_alike(readings[key], readings[other]) for group in groups if key not in group for other in group)
            for key in others
        )
    return slipped


def _alike(one: Arrival, other: Arrival) -> bool:

    return compare(*(reading_of(each.raw.source_key, each.parsed) for each in (one, other))).alike


def main() -> None:
    """The whole trial on both engines, and on PostgreSQL with the lock left off."""
    sizes = [int(each) for each in sys.argv[1:]] or [20, 100]
    race = Race(texts=sizes[0], copies=sizes[1])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="copydesk-race-")))
        server = stack.enter_context(postgres_running(durable=False))
        trials = [
            ("SQLite", f"sqlite:///{folder / 'race.db'}", race),
            ("PostgreSQL", stack.enter_context(postgres_database(server)), race),
            (
                "PostgreSQL, lock off",
                stack.enter_context(postgres_database(server)),
                replace(race, with_lock=False, batch=race.texts * race.copies),
            ),
        ]
        for name, url, trial in trials:
            engine = make_engine(url)
            migrate(engine)
            engine.dispose()
            result = run(url, trial)
            whole = sum(count == 1 for count in result.stories)
            print(f"{name:22} {whole} of {trial.texts} texts are one story; {result.taken_for_new} taken for new")


if __name__ == "__main__":
    main()

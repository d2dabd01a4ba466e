from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from copydesk import purging as module
from copydesk.purging import purging
from tests.factories import NOON, make_arrival
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.purging import Retention
from worker.storage.reading import articles
from worker.storage.store import Store

RETENTION = Retention(articles=1, raw_articles=1, quarantine=1, events=1)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the thread has come to the end of a pass."""
    done = threading.Event()
    real = module._Keeping._pass

    def watched(self: Any) -> None:
        real(self)
        done.set()

    monkeypatch.setattr(module._Keeping, "_pass", watched)
    return done


def test_what_is_too_old_goes_while_a_worker_runs(database_url: str, engine: Engine, passed: threading.Event) -> None:
    migrate(engine)
    Store(engine).store([make_arrival()], now=NOON)

    with purging(database_url, RETENTION):
        assert passed.wait(20)

    assert list(articles(engine)) == []


def test_a_database_that_is_not_ready_is_tried_again(
    database_url: str, engine: Engine, passed: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS_MIN", 0.05)
    failed = threading.Event()
    monkeypatch.setattr(module.log, "warning", lambda *_, **__: failed.set())

    with purging(database_url, RETENTION):
        assert failed.wait(20)
        migrate(engine)
        assert passed.wait(20)


def test_the_end_does_not_wait_for_the_whole_pass(
    database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(engine)
    Store(engine).store([make_arrival()], now=NOON)
    monkeypatch.setattr(module, "REST_SECONDS_MIN", 3600)  # after its first batch it rests for an hour
    committed = threading.Event()

    def note(_connection: Any) -> None:
        committed.set()

    event.listen(Engine, "commit", note)
    try:
        with purging(database_url, RETENTION):
            assert committed.wait(20)
    finally:
        event.remove(Engine, "commit", note)

    assert list(articles(engine)) == []

"""A database that is full, locked, gone or read-only costs time and nothing else; a row at fault costs itself."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from shared import routing
from tests.factories import make_raw_article, make_text
from tests.worker.test_pipeline import Desk, first_line, raws, settled_in
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store

HOLD = timedelta(seconds=31)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.db"


@pytest.fixture
def desk(valkey_url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("worker.storage.engine.LOCK_TIMEOUT_SECONDS", 0.1)
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    yield Desk(valkey_url, engine)
    engine.dispose()


@contextmanager
def full(desk: Desk, _path: Path) -> Iterator[None]:
    # As little as is there already: SQLite then says what it says when the disk is full.
    with on_each_use(desk, "max_page_count = 1", afterwards="max_page_count = 1000000"):
        yield


@contextmanager
def read_only(desk: Desk, _path: Path) -> Iterator[None]:
    with on_each_use(desk, "query_only = on", afterwards="query_only = off"):
        yield


@contextmanager
def on_each_use(desk: Desk, pragma: str, *, afterwards: str) -> Iterator[None]:
    wanted = [pragma]

    def set_pragma(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {wanted[0]}")

    event.listen(desk.engine, "checkout", set_pragma)
    yield
    wanted[0] = afterwards


@contextmanager
def locked(_desk: Desk, path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def removed(_desk: Desk, path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path)) as one:
        one.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = path.with_suffix(".kept")
    path.rename(kept)
    yield
    for left in path.parent.glob("x.db*"):
        left.unlink()
    kept.rename(path)


@contextmanager
def replaced_by_noise(_desk: Desk, path: Path) -> Iterator[None]:
    with removed(_desk, path):
        path.write_bytes(b"no database at all " * 1000)
        yield


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (full, "database or disk is full"),
        (read_only, "readonly database"),
        (locked, "database is locked"),
        (removed, "copydesk migrate"),
        (replaced_by_noise, "file is not a database"),
    ],
)
async def test_what_is_wrong_with_the_database_is_said_and_waited_for(
    desk: Desk, path: Path, fault: Callable[[Desk, Path], AbstractContextManager[None]], said: str
) -> None:
    pipeline = desk.pipeline(first_line)
    await desk.accept(*raws(2))
    desk.drain(pipeline)
    texts = [make_raw_article(entry_key=f"t{n}", body=(make_text(n) * 20).encode()) for n in range(48)]
    await desk.accept(*texts)
    with fault(desk, path), capture_logs() as logs:
        for _ in range(6):
            assert not pipeline.drain(seconds=5)
            desk.moment += HOLD
        reasons = {line["reason"] for line in logs if line["event"] == "database.away"}
        assert len(reasons) == 1
        assert said in reasons.pop()
    assert desk.redis.zcard(routing.INBOX_RETRY) == 0
    desk.drain(pipeline)
    settled_in(desk, stored=50)


async def test_a_row_that_the_database_always_answers_as_if_it_were_away_is_quarantined(desk: Desk) -> None:
    given = raws(4)
    await desk.accept(*given)

    class Shaken(Store):
        def _transact(self, items: Any, *rest: Any) -> Any:
            for item in items:
                if getattr(item, "arrival", None) and item.arrival.raw.entry_key == "e1":
                    raise OperationalError("INSERT", {}, psycopg.OperationalError("server closed the connection"))
            return super()._transact(items, *rest)

    desk.drain(desk.pipeline(first_line, store=Shaken(desk.engine)))
    settled_in(desk, stored=3, quarantined=1)
    assert desk.reasons() == {given[1].raw_id: ("store_failed", 3)}

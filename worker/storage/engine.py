"""Engines for both databases, set up so that the decision lock holds on either."""

from __future__ import annotations

import os
import sqlite3
import time
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from worker.storage.answers import ANSWER_SECONDS, BoundedConnection
from worker.storage.errors import DatabaseAwayError

__all__ = ["DatabaseAwayError", "make_engine", "take_decision_lock", "writing"]

CONNECT_TIMEOUT_SECONDS: Final = 5
LOCK_TIMEOUT_SECONDS: Final = 10
"""Longer than any batch holds the lock (16-40 ms measured), and shorter than a Celery task may run (30 s)."""

_STATEMENT_TIMEOUT_SECONDS = 20
_IDLE_TIMEOUT_SECONDS = 5
"""A holder of the lock that is frozen (SIGSTOP) holds everyone up for as long, and no longer."""

_WRITE = "copydesk_write"
_DECISION_LOCK = int.from_bytes(b"copydesk", "big")
"""Key of the advisory lock; fits a signed 64-bit integer."""


def make_engine(url: str) -> Engine:
    """``sqlite:///PATH``, ``postgresql://…`` or ``postgres://…``; connects to nothing yet.

    One connection and one spare: a worker process does one thing at a time. Raises ValueError for other URLs.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _make_sqlite(parsed)
    return _make_postgresql(parsed)


def _parse(url: str) -> URL:
    allowed = "a database URL is sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(f"not a URL: {allowed}") from error
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and not parsed.database:
        raise ValueError("a database in memory keeps nothing: sqlite:///PATH names a file")
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise ValueError(f"{parsed.drivername} is not supported: {allowed}")
    return parsed


def _make_sqlite(url: URL) -> Engine:
    engine = create_engine(url, pool_size=1, max_overflow=1, connect_args={"timeout": LOCK_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    _follow_file(engine, str(url.database))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # No transactions of the driver's own: it begins at the first INSERT only, so that look-ups before it run outside.
    # ``_begin_sqlite`` begins them.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    _enter_wal(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _follow_file(engine: Engine, path: str) -> None:
    """Lets go of connections whose file was removed or replaced: SQLite would go on writing to the one that is gone."""

    def identity() -> tuple[int, int] | None:
        try:
            found = os.stat(path)  # noqa: PTH116 - on every checkout, and three times as fast
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def note(_connection: Any, record: Any) -> None:
        record.info["file"] = identity()

    def compare(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != identity():
            raise DisconnectionError("the database file was removed or replaced")

    event.listen(engine, "connect", note)
    event.listen(engine, "checkout", compare)


def _enter_wal(cursor: sqlite3.Cursor) -> None:
    # While two connections make the same new file, SQLite answers "locked" at once to this pragma, whatever the busy
    # time-out is (a worker and a migration start side by side).
    ends = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > ends:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A plain BEGIN that reads first fails at once when it comes to write; IMMEDIATE waits, and is the decision lock.
    immediate = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _make_postgresql(url: URL) -> Engine:
    settings = {
        "timezone": "UTC",
        "lock_timeout": f"{LOCK_TIMEOUT_SECONDS}s",
        "statement_timeout": f"{_STATEMENT_TIMEOUT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{_IDLE_TIMEOUT_SECONDS}s",
    }
    stated = url.query.get("options", "")
    options = [stated] if isinstance(stated, str) else list(stated)
    options += [f"-c {name}={value}" for name, value in settings.items()]
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=1,
        max_overflow=1,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "application_name": "copydesk",
            # A peer that vanished (a fail-over, a dropped NAT entry) is known within half a minute, not two hours.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            "options": " ".join(options).strip(),
        },
    )
    event.listen(engine, "do_connect", _connect_bounded)
    event.listen(engine, "checkin", _bound_again)
    return engine


def _connect_bounded(_dialect: Any, _record: Any, arguments: Any, named: Any) -> BoundedConnection:
    return BoundedConnection.connect(*arguments, **named)


def _bound_again(connection: Any, _record: Any) -> None:
    if connection is not None:
        connection.answer_seconds = ANSWER_SECONDS


def unhurried(connection: Connection) -> None:
    """For what may take as long as it needs (a migration): no time-out of the server's, nor of ours, until the end of
    this transaction and this use of the connection. Nothing to do on SQLite.
    """
    if connection.dialect.name == "sqlite":
        return
    connection.connection.dbapi_connection.answer_seconds = None  # type: ignore[union-attr]
    for name in ("statement_timeout", "lock_timeout"):
        connection.execute(text("SELECT set_config(:name, '0', true)"), {"name": name})


def writing(engine: Engine) -> Engine:
    """The same engine and pool, for transactions that write: on SQLite they begin with the write lock."""
    return engine.execution_options(**{_WRITE: True})


def take_decision_lock(connection: Connection) -> None:
    """Waits until no other transaction decides; held to the end of this one. SQLite: BEGIN IMMEDIATE has it already.

    Raises DatabaseAwayError when the transaction is not READ COMMITTED: with the snapshot of REPEATABLE READ the
    statement that waits for the lock sees the world as it was before (600 of 600 copies slipped through, measured).
    """
    if connection.dialect.name == "sqlite":
        return
    statement = text("SELECT current_setting('transaction_isolation'), pg_advisory_xact_lock(:key)")
    isolation = connection.execute(statement, {"key": _DECISION_LOCK}).one()[0]
    if isolation != "read committed":
        raise DatabaseAwayError(f"the database runs transactions as {isolation}, not as read committed")

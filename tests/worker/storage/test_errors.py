from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from worker.storage.engine import make_engine, writing
from worker.storage.errors import DatabaseAwayError, Fault, SchemaMismatchError, fault_of, sentence, translated


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("08006", Fault.UNSURE),  # connection failure
        ("57P01", Fault.UNSURE),  # admin shutdown
        ("57014", Fault.UNSURE),  # statement timeout
        ("55P03", Fault.UNSURE),  # lock timeout
        ("40P01", Fault.UNSURE),  # deadlock
        ("25P03", Fault.UNSURE),  # idle in transaction
        ("53100", Fault.AWAY),  # disk full
        ("53200", Fault.UNSURE),  # out of memory
        ("XX000", Fault.UNSURE),  # internal error
        ("XX002", Fault.AWAY),  # an index is corrupt
        ("53300", Fault.AWAY),  # too many connections
        ("57P03", Fault.AWAY),  # starting up
        ("28P01", Fault.AWAY),  # wrong password
        ("3D000", Fault.AWAY),  # no such database
        ("25006", Fault.AWAY),  # read only
        ("42P01", Fault.SCHEMA),  # no such table
        ("42703", Fault.SCHEMA),  # no such column
        ("23505", Fault.ROW),  # unique violation
        ("22021", Fault.ROW),  # character not in repertoire
        ("54000", Fault.ROW),  # program limit exceeded
    ],
)
def test_a_sqlstate_tells_whose_fault_it_is(state: str, fault: Fault) -> None:
    origin = psycopg.errors.lookup(state)("refused")

    assert fault_of(DBAPIError.instance("SELECT 1", {}, origin, psycopg.Error)) is fault


def test_an_unanswered_connection_may_be_anybodys_fault() -> None:
    assert fault_of(OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))) is Fault.UNSURE


def test_what_is_not_the_databases_is_the_rows() -> None:
    assert fault_of(ValueError("surrogates not allowed")) is Fault.ROW
    assert fault_of(OverflowError()) is Fault.ROW
    assert fault_of(StatementError("naive", "INSERT", {}, ValueError("naive"))) is Fault.ROW


def sqlite_failure(path: Path, statement: str, *, prepare: str = "") -> OperationalError | DBAPIError:
    engine = make_engine(f"sqlite:///{path}")
    with writing(engine).connect() as connection:
        try:
            with connection.begin():
                for each in filter(None, prepare.split(";")):
                    connection.execute(text(each))
                connection.execute(text(statement))
        except DBAPIError as error:
            return error
        finally:
            engine.dispose()
    raise AssertionError("it did not fail")


def test_sqlite_says_whose_fault_it_is(tmp_path: Path) -> None:
    missing = sqlite_failure(tmp_path / "a.db", "SELECT * FROM articles")
    column = sqlite_failure(tmp_path / "a.db", "SELECT b FROM t", prepare="CREATE TABLE t (a)")
    twice = sqlite_failure(tmp_path / "a.db", "INSERT INTO t VALUES (1), (1)", prepare="CREATE TABLE t (a UNIQUE)")
    full = sqlite_failure(
        tmp_path / "b.db",
        "INSERT INTO t VALUES (zeroblob(1000000))",
        prepare="PRAGMA max_page_count = 9;CREATE TABLE t (a)",
    )

    assert [fault_of(error) for error in (missing, column, twice, full)] == [
        Fault.SCHEMA,
        Fault.SCHEMA,
        Fault.ROW,
        Fault.AWAY,
    ]


def test_a_file_that_is_no_database_and_a_folder_that_is_missing_are_an_away_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"these are not the bytes of a database" * 100)

    for path in (tmp_path / "a.db", tmp_path / "no" / "b.db"):
        engine = make_engine(f"sqlite:///{path}")
        with pytest.raises(DatabaseAwayError), translated(), engine.connect():
            pass
        engine.dispose()


def test_a_locked_database_may_be_anybodys_fault(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    waiter = sqlite3.connect(tmp_path / "a.db", isolation_level=None, timeout=0)
    with pytest.raises(sqlite3.OperationalError) as caught:
        waiter.execute("BEGIN IMMEDIATE")
    holder.close()
    waiter.close()

    assert fault_of(OperationalError("BEGIN", {}, caught.value)) is Fault.UNSURE


def test_a_missing_table_is_told_with_its_remedy(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(SchemaMismatchError, match="copydesk migrate"), translated(), engine.connect() as connection:
        connection.execute(text("SELECT * FROM articles"))
    engine.dispose()


def test_a_sentence_holds_neither_statement_nor_password() -> None:
    error = IntegrityError(
        "INSERT secret", {"a": "secret"}, Exception("cannot reach postgresql://me:hush@db\nDETAIL: x")
    )

    assert sentence(error) == "cannot reach postgresql://me:***@db"

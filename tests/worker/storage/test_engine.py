from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from worker.storage.answers import BoundedConnection
from worker.storage.engine import make_engine, take_decision_lock, unhurried, writing
from worker.storage.errors import DatabaseAwayError, translated


@pytest.mark.parametrize(
    "url", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d?sslmode=require"]
)
def test_every_spelling_of_a_postgresql_url_means_psycopg(url: str) -> None:
    assert make_engine(url).url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://h/d", "mysql is not supported"),
        ("postgresql+psycopg2://h/d", "not supported"),
        ("sqlite://", "keeps nothing"),
        ("news.db", "not a URL"),
    ],
)
def test_another_url_is_refused_in_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make_engine(url)


def test_sqlite_is_set_up_to_keep_what_it_commits(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas}
    engine.dispose()

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_postgresql_is_pinned_to_read_committed_and_waits_for_nothing_endlessly(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    names = ("transaction_isolation", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    with engine.connect() as connection:
        found = [connection.execute(text(f"SHOW {name}")).scalar() for name in (*names, "TimeZone")]
    engine.dispose()

    assert found == ["read committed", "10s", "20s", "5s", "UTC"]


def test_a_database_set_to_another_isolation_is_still_read_committed(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with writing(engine).begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar()
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_isolation TO 'repeatable read'"))
    engine.dispose()
    with writing(engine).begin() as connection:
        take_decision_lock(connection)
    engine.dispose()


def test_the_decision_lock_is_refused_under_another_isolation(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with (
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        pytest.raises(DatabaseAwayError, match="repeatable read"),
    ):
        take_decision_lock(connection)
    engine.dispose()


def test_the_decision_lock_lets_one_transaction_in_at_a_time(empty_engine: Engine) -> None:
    order: list[str] = []

    def second() -> None:
        other = make_engine(empty_engine.url.render_as_string(hide_password=False))
        with writing(other).begin() as connection:
            take_decision_lock(connection)
            order.append("second")
        other.dispose()

    with writing(empty_engine).begin() as connection:
        take_decision_lock(connection)
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_reading_does_not_wait_for_a_writer(empty_engine: Engine) -> None:
    with writing(empty_engine).begin() as writer:
        take_decision_lock(writer)
        with empty_engine.connect() as reader:
            assert reader.execute(text("SELECT 1")).scalar() == 1  # while the writer holds its lock


def test_a_database_that_is_not_there_is_away_within_the_connect_time_out(tmp_path: Path) -> None:
    for url in ("postgresql://nobody@127.0.0.1:9/none", f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"):
        with pytest.raises(DatabaseAwayError, match="does not answer"), translated(), make_engine(url).connect():
            pass


def test_a_postgresql_that_takes_what_is_sent_and_answers_nothing_is_away(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedConnection, "answer_seconds", 0.5)
    engine = make_engine(postgres_url)
    with (
        pytest.raises(DatabaseAwayError, match=r"no answer within 0\.5 s"),
        translated(),
        engine.connect() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(30)"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
        unhurried(connection)
        connection.execute(text("SELECT pg_sleep(0.7)"))
    engine.dispose()

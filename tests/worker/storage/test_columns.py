from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Column, Engine, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from worker.storage.columns import Json, Key, UtcDateTime
from worker.storage.engine import writing

things = Table(
    "things", MetaData(), Column("id", Key, primary_key=True), Column("at", UtcDateTime), Column("json", Json)
)


@pytest.fixture
def things_engine(empty_engine: Engine) -> Engine:
    with writing(empty_engine).begin() as connection:
        things.create(connection)
    return empty_engine


def keep(engine: Engine, column: str, *values: object) -> list[Any]:
    with writing(engine).begin() as connection:
        connection.execute(insert(things), [{column: value} for value in values])
        return list(connection.execute(select(things.c[column]).order_by(things.c.at, things.c.id)).scalars())


def test_an_aware_time_keeps_its_instant_and_comes_back_in_utc(things_engine: Engine) -> None:
    seoul = datetime(2026, 3, 1, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))

    (kept,) = keep(things_engine, "at", seoul)

    assert kept == seoul
    assert kept.utcoffset() == timedelta(0)


def test_times_sort_by_instant_whatever_their_zone(things_engine: Engine) -> None:
    later = datetime(2026, 3, 1, 1, tzinfo=UTC)
    earlier = datetime(2026, 3, 1, 2, tzinfo=timezone(timedelta(hours=2)))

    assert keep(things_engine, "at", later, earlier) == [earlier, later]


def test_a_naive_time_is_refused(things_engine: Engine) -> None:
    with pytest.raises(StatementError, match="aware of its zone"):
        keep(things_engine, "at", datetime(2026, 3, 1))  # noqa: DTZ001


def test_json_none_is_null(things_engine: Engine) -> None:
    keep(things_engine, "json", None, {"b": [1, "ä"], "a": None})

    with things_engine.connect() as connection:
        assert connection.execute(select(things.c.json).where(things.c.json.is_(None))).all() == [(None,)]
        assert connection.execute(select(things.c.json).where(things.c.json.is_not(None))).scalar() == {
            "a": None,
            "b": [1, "ä"],
        }


def test_keys_are_numbered_by_the_database(things_engine: Engine) -> None:
    keep(things_engine, "at", None, None)

    with things_engine.connect() as connection:
        assert connection.execute(select(things.c.id).order_by(things.c.id)).scalars().all() == [1, 2]

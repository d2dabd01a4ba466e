"""What a row at fault, and a database at fault, cost: itself, and nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import OperationalError

from tests.factories import (
    NOON,
    make_arrival,
    make_paragraphs,
    make_parsed_article,
    make_raw_article,
    make_text,
)
from worker.storage.arrival import Arrival
from worker.storage.candidates import find_candidates
from worker.storage.engine import make_engine, take_decision_lock, writing
from worker.storage.errors import DatabaseAwayError, SchemaMismatchError
from worker.storage.migrations import migrate
from worker.storage.plan import Plan
from worker.storage.reading import ArticleDetail, ArticleRow, article, articles
from worker.storage.store import Store, StoreFailed
from worker.storage.tables import metadata


def everything(engine: Engine) -> list[ArticleRow]:
    return list(articles(engine, all_=True))


def detail(engine: Engine, row: ArticleRow) -> ArticleDetail:
    found = article(engine, row.public_id)
    assert isinstance(found, ArticleDetail)
    return found


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()


def make_numbered(number: int, **overrides: Any) -> Arrival:
    parsed = make_parsed_article(title=f"Proposal {number}", text=make_text(number))
    return make_arrival(**{"parsed": parsed, "entry_key": str(number), **overrides})


def test_a_row_at_fault_costs_no_copy_its_story_and_no_story_its_merge(store: Store, engine: Engine) -> None:
    paragraphs = make_paragraphs("story", 9)
    refuse_titles(engine, "Proposal 1000")

    def told(name: str, some: list[str]) -> Arrival:
        return make_arrival(parsed=make_parsed_article(title=name, text="\n\n".join(some)), source_key=f"seed:{name}")

    head, tail, bridge = told("head", paragraphs[:4]), told("tail", paragraphs[5:]), told("bridge", paragraphs)
    bad = make_numbered(1000)

    outcomes = store.store([head, bad, tail, bridge], now=NOON)

    assert isinstance(outcomes.pop(bad.raw_id), StoreFailed)
    assert list(outcomes.values()) == ["stored", "stored", "copied"]
    assert len({row.story_id for row in everything(engine)}) == 1


# --- rows at fault


@pytest.mark.parametrize(
    ("overrides", "why"),
    [
        ({"parsed": make_parsed_article(title="a\0b")}, "title: a text holds a NUL"),
        ({"parsed": make_parsed_article(text="a\ud800b")}, "surrogates not allowed"),
        ({"parsed": make_parsed_article(tags=("a", "b\0"))}, "tags: a text holds a NUL"),
        ({"parsed": make_parsed_article(section="\udfff")}, "section: a text holds a lone surrogate"),
        ({"entry_key": "a\0b"}, "entry_key: a text holds a NUL"),
        ({"url": "https://example.org/\0"}, "seen_url: a text holds a NUL"),
    ],
)
def test_a_character_that_no_database_takes_fails_its_own_article_alone(
    store: Store, engine: Engine, overrides: dict[str, Any], why: str
) -> None:
    raw = make_raw_article(**{name: value for name, value in overrides.items() if name != "parsed"})
    parsed = overrides.get("parsed", make_parsed_article())
    bad = Arrival(raw_id="bad", raw=raw, meta=b"", body=b"", parsed=parsed)

    outcomes = store.store([make_numbered(1), bad, make_numbered(2)], now=NOON)

    failed = outcomes.pop("bad")
    assert isinstance(failed, StoreFailed)
    assert why in failed.detail
    assert set(outcomes.values()) == {"stored"}
    assert len(everything(engine)) == 2


def refuse_titles(engine: Engine, title: str) -> None:
    with writing(engine).begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(
                text(
                    f"CREATE TRIGGER refuse BEFORE INSERT ON articles WHEN NEW.title = '{title}' "
                    "BEGIN SELECT RAISE(ABORT, 'no such thing'); END"
                )
            )
        else:
            connection.execute(text(f"ALTER TABLE articles ADD CONSTRAINT refuse CHECK (title <> '{title}')"))


@pytest.mark.parametrize("place", [0, 24, 49])
def test_a_row_that_the_database_refuses_never_loses_the_other_49(store: Store, engine: Engine, place: int) -> None:
    refuse_titles(engine, "Proposal 1000")
    batch = [make_numbered(n) for n in range(49)]
    bad = make_numbered(1000)
    batch.insert(place, bad)

    outcomes = store.store(batch, now=NOON)

    assert isinstance(outcomes.pop(bad.raw_id), StoreFailed)
    assert list(outcomes.values()) == ["stored"] * 49
    assert count(engine, "articles") == count(engine, "stories") == count(engine, "sightings") == 49


def test_after_rolled_back_attempts_the_events_are_numbered_without_a_gap(store: Store, engine: Engine) -> None:
    refuse_titles(engine, "Proposal 1000")
    store.store([make_numbered(1), make_numbered(1000), make_numbered(2)], now=NOON)
    store.store([make_numbered(3)], now=NOON)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT seq FROM outbox ORDER BY seq")).scalars().all() == [1, 2, 3]


# --- the database at fault


def test_a_database_that_is_not_there_is_away_and_nothing_is_blamed() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:9/none")

    for act in (lambda: Store(engine).store([make_arrival()], now=NOON), lambda: Store(engine).settled(["a"])):
        with pytest.raises(DatabaseAwayError, match="does not answer"):
            act()


def test_a_lock_that_stays_taken_is_an_away_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.storage.engine.LOCK_TIMEOUT_SECONDS", 0.3)
    holder, waiter = make_engine(database_url), make_engine(database_url)
    metadata.create_all(holder)
    with writing(holder).begin() as connection:
        take_decision_lock(connection)
        with pytest.raises(DatabaseAwayError):
            Store(waiter).store([make_arrival()], now=NOON)
    holder.dispose()
    waiter.dispose()


def test_a_database_without_tables_is_told_with_the_remedy(empty_engine: Engine) -> None:
    with pytest.raises(SchemaMismatchError, match="copydesk migrate"):
        Store(empty_engine).store([make_arrival()], now=NOON)


def test_a_connection_that_breaks_in_the_middle_costs_nothing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(postgres_url)
    migrate(engine)
    calls, broken = list[None](), list[int]()

    def break_once(connection: Any, *rest: Any, **more: Any) -> Any:
        calls.append(None)
        if len(calls) == 2:  # the first is the rehearsal
            broken.append(connection.execute(text("SELECT pg_backend_pid()")).scalar())
            with engine.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({broken[0]})"))
        return find_candidates(connection, *rest, **more)

    monkeypatch.setattr("worker.storage.store.find_candidates", break_once)
    batch = [make_numbered(n) for n in range(4)]

    assert list(Store(engine).store(batch, now=NOON).values()) == ["stored"] * 4
    assert count(engine, "sightings") == 4
    engine.dispose()


def test_a_commit_whose_answer_is_lost_is_not_stored_twice(
    store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, lost = store._transact, list[bool]()

    def lose_answer_once(*arguments: Any) -> Any:
        outcomes = real(*arguments)
        if not lost:
            lost.append(True)
            raise OperationalError("COMMIT", {}, Exception("server closed the connection"))
        return outcomes

    monkeypatch.setattr(store, "_transact", lose_answer_once)
    batch = [make_numbered(1), make_numbered(2)]

    assert list(store.store(batch, now=NOON).values()) == ["stored", "stored"]
    assert count(engine, "sightings") == count(engine, "articles") == 2


def test_a_mistake_of_our_own_is_not_taken_for_a_bad_row(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistake(self: Plan, prepared: Any) -> None:
        raise KeyError("mistake")

    monkeypatch.setattr(Plan, "settle", mistake)
    with pytest.raises(KeyError):
        store.store([make_arrival()], now=NOON)


def test_probing_writes_nothing(store: Store, engine: Engine) -> None:
    store.probe()

    with engine.connect() as connection:
        assert connection.execute(text("SELECT seq FROM outbox_counter")).scalar() == 0

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, insert, inspect, text, update

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article
from worker.dedup.fingerprint import public_id_of
from worker.storage.arrival import Arrival
from worker.storage.engine import make_engine, writing
from worker.storage.errors import DatabaseAwayError, SchemaMismatchError
from worker.storage.migrations import VERSION_TABLE, check_schema, current_schema, migrate
from worker.storage.plan import prepare
from worker.storage.store import Store
from worker.storage.tables import SCHEMA_HISTORY, articles, metadata, sightings, stories


def script_directory() -> ScriptDirectory:
    return ScriptDirectory(str(resources.files("worker.storage") / "migrations"))


def test_the_schema_history_is_that_of_the_migrations() -> None:
    assert tuple(script.revision for script in script_directory().walk_revisions())[::-1] == SCHEMA_HISTORY


def test_migrating_makes_exactly_the_tables_of_the_metadata(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})

        assert compare_metadata(context, metadata) == []


def constraints(connection: Connection) -> dict[str, object]:
    """What autogenerate does not compare."""
    inspector = inspect(connection)
    return {
        table: (
            {(each["name"], each["sqltext"]) for each in inspector.get_check_constraints(table)},
            {(each["name"], *each["constrained_columns"]) for each in inspector.get_foreign_keys(table)},
            inspector.get_pk_constraint(table)["name"],
            {(each["name"], str(_plain(each["dialect_options"]))) for each in inspector.get_indexes(table)},
        )
        for table in metadata.tables
    }


def _plain(options: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in options.items()}


def _copy(original: MetaData) -> MetaData:
    """Tables that no other engine has made: for PostgreSQL SQLAlchemy marks a cycle's constraint for good as one that
    is altered in later, and SQLite, which cannot do that, would then get none."""
    copy = MetaData(naming_convention=original.naming_convention)
    for table in original.tables.values():
        table.to_metadata(copy)
    return copy


def test_migrating_makes_the_constraints_and_indexes_of_the_metadata(engine: Engine) -> None:
    with engine.connect() as connection:
        migrated = constraints(connection)
    with writing(engine).begin() as connection:
        metadata.drop_all(connection)
        _copy(metadata).create_all(connection)
        created = constraints(connection)

    assert migrated == created


def test_sqlite_never_uses_an_articles_id_twice(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(engine)
    with engine.connect() as connection:
        made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'articles'")).scalar_one()
    engine.dispose()

    assert "AUTOINCREMENT" in made


def test_a_database_tells_its_schema(empty_engine: Engine) -> None:
    assert current_schema(empty_engine) is None
    with pytest.raises(SchemaMismatchError, match=r"no tables of Copydesk yet: run `copydesk migrate`"):
        check_schema(empty_engine)

    migrate(empty_engine)

    assert current_schema(empty_engine) == SCHEMA_HISTORY[-1]
    check_schema(empty_engine)


def set_schema(engine: Engine, version: str) -> None:
    with writing(engine).begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{version}'"))


def test_an_older_schema_is_refused_with_the_remedy(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.storage.migrations.SCHEMA_HISTORY", ("0000", "0001"))
    set_schema(engine, "0000")

    with pytest.raises(SchemaMismatchError, match=r"has schema 0000, .* needs 0001: run `copydesk migrate`"):
        check_schema(engine)


def test_a_newer_releases_schema_is_refused_and_left_alone(engine: Engine) -> None:
    set_schema(engine, "9999")

    for act in (check_schema, migrate):
        with pytest.raises(SchemaMismatchError, match="9999, which this release does not know"):
            act(engine)
    assert current_schema(engine) == "9999"


def test_migrating_twice_keeps_what_is_there(engine: Engine) -> None:
    arrival = make_arrival()
    Store(engine).store([arrival], now=NOON)

    migrate(engine)

    assert Store(engine).settled([arrival.raw_id])[arrival.raw_id].settled == "stored"


def migrate_to(engine: Engine, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, _head: real(config, version))
        migrate(engine)


def put_as_the_first_release_did(engine: Engine, arrivals: list[Arrival]) -> None:
    since = {"chain_key", "leads_from", "spoken_by", "address_key"}
    with writing(engine).begin() as connection:
        for number, arrival in enumerate(arrivals, 1):
            prepared = prepare(arrival)
            public_id = public_id_of(prepared.fingerprint.identity)
            connection.execute(insert(stories), {"public_id": public_id, "created_at": NOW})
            article = {
                **{name: value for name, value in prepared.columns.items() if name not in since},
                "public_id": public_id,
                "identity": prepared.fingerprint.identity,
                "story_id": number,
                "source_key": arrival.raw.source_key,
                "entry_key": arrival.raw.entry_key,
                "revision": 1,
                **dict.fromkeys(("first_seen_at", "updated_at", "listed_at"), NOW),
            }
            connection.execute(insert(articles), article)
            connection.execute(update(stories).where(stories.c.id == number).values(lead_article_id=number))
            connection.execute(
                insert(sightings),
                {
                    **{name: getattr(arrival.raw, name) for name in ("source_key", "source", "entry_key", "seen_at")},
                    "raw_id": arrival.raw_id,
                    "article_id": number,
                    "settled": "stored",
                    "settled_at": NOW,
                    "reason": "nothing_alike",
                },
            )


NOW = datetime.now(UTC)
"""Migration 0002 looks at what was stored in the last thirty days."""


def make_told(name: str, paragraphs: list[str], title: str, url: str | None = None) -> Arrival:
    parsed = make_parsed_article(title=title, text="\n\n".join(paragraphs), url=url)
    return make_arrival(parsed=parsed, source_key=f"feed:{name}", source=name, entry_key=title)


def test_what_the_first_release_stored_is_found_by_near_copies_and_chains_after_the_upgrade(
    empty_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, other = make_paragraphs("whole", 8), make_paragraphs("other", 8)
    migrate_to(empty_engine, "0001", monkeypatch)
    put_as_the_first_release_did(
        empty_engine, [make_told("agency", whole, "Ferry runs aground"), make_told("paper", other, "Another matter")]
    )

    migrate(empty_engine)

    check_schema(empty_engine)
    cut, next_ = make_told("paper", whole[:5], "Ferry"), make_told("paper", other[:7], "(LEAD) Another matter")
    assert list(Store(empty_engine).store([cut, next_], now=NOW).values()) == ["copied", "revised"]
    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM articles WHERE leads_from IS NULL")).scalar() == 0
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_what_was_stored_before_is_found_by_its_address_after_the_upgrade(
    empty_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://paper.example/ferry"
    migrate_to(empty_engine, "0001", monkeypatch)
    put_as_the_first_release_did(empty_engine, [make_told("paper", make_paragraphs("whole", 8), "Ferry", url)])

    migrate(empty_engine)

    hostile = make_told("hostile", make_paragraphs("other", 8), "Other", f"{url}/?utm_source=hostile")
    Store(empty_engine).store([hostile], now=NOW)
    with empty_engine.connect() as connection:
        flagged = {row.source: row.flags for row in connection.execute(articles.select())}
    assert flagged == {"paper": [], "hostile": ["url_elsewhere"]}


def test_several_may_migrate_at_once(empty_engine: Engine) -> None:
    failures: list[Exception] = []
    url = empty_engine.url.render_as_string(hide_password=False)

    def run() -> None:
        engine = make_engine(url)
        try:
            migrate(engine)
        except Exception as error:  # noqa: BLE001 - carried over to the test's own thread
            failures.append(error)
        engine.dispose()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    check_schema(empty_engine)


def test_a_migration_that_fails_leaves_nothing_behind(empty_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = command.upgrade

    def fail_after(config: Config, revision: str) -> None:
        real(config, revision)
        raise ValueError("no")

    monkeypatch.setattr(command, "upgrade", fail_after)
    with pytest.raises(ValueError, match="no"):
        migrate(empty_engine)

    with empty_engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_a_migration_on_sqlite_may_remake_a_table_without_losing_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with writing(engine).begin() as connection:
        connection.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        connection.execute(
            text("CREATE TABLE children (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parents ON DELETE CASCADE)")
        )
        connection.execute(text("INSERT INTO parents VALUES (1)"))
        connection.execute(text("INSERT INTO children VALUES (1, 1), (2, 1)"))

    def remake(config: Config, _revision: str) -> None:
        connection: Connection = config.attributes["connection"]
        connection.execute(text("CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT)"))
        connection.execute(text("INSERT INTO parents_new (id) SELECT id FROM parents"))
        connection.execute(text("DROP TABLE parents"))
        connection.execute(text("ALTER TABLE parents_new RENAME TO parents"))

    monkeypatch.setattr(command, "upgrade", remake)
    migrate(engine)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_migration_on_sqlite_that_orphans_rows_is_rolled_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(engine)
    Store(engine).store([make_arrival()], now=NOON)

    def orphan(config: Config, _revision: str) -> None:
        config.attributes["connection"].execute(text("DELETE FROM articles"))

    monkeypatch.setattr(command, "upgrade", orphan)
    with pytest.raises(RuntimeError, match="nothing was changed"):
        migrate(engine)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM articles")).scalar() == 1
    engine.dispose()


def test_migrating_needs_no_particular_folder(tmp_path: Path) -> None:
    script = (
        "from worker.storage.engine import make_engine; from worker.storage.migrations import migrate;"
        f"migrate(make_engine('sqlite:///{tmp_path / 'a.db'}'))"
    )

    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=30)


def test_a_database_that_is_not_there_is_away(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'no' / 'a.db'}")

    for act in (migrate, check_schema):
        with pytest.raises(DatabaseAwayError):
            act(engine)
    engine.dispose()

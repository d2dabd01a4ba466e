"""Brings a database to this release's schema, and tells which schema one has.

Alembic finds its scripts as package resources, so nothing depends on the folder a command runs in.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

from worker.storage.engine import unhurried, writing
from worker.storage.errors import REMEDY, SchemaMismatchError, placed, translated
from worker.storage.tables import SCHEMA_HISTORY

__all__ = ["VERSION_TABLE", "SchemaMismatchError", "check_schema", "current_schema", "migrate"]

VERSION_TABLE = "copydesk_schema"
"""Not Alembic's own name: a shared database may hold another application's."""

_MIGRATION_LOCK = int.from_bytes(b"migrate", "big")


def current_schema(engine: Engine) -> str | None:
    """The schema the database has; None for an empty one. Raises DatabaseAwayError."""
    with placed(engine.url), translated(), engine.connect() as connection:
        return _schema_of(connection)


def check_schema(engine: Engine) -> None:
    """Raises SchemaMismatchError, with the remedy, unless the database has this release's schema."""
    found = current_schema(engine)
    if found == SCHEMA_HISTORY[-1]:
        return
    if found is None:
        raise SchemaMismatchError(f"the database holds no tables of Copydesk yet: {REMEDY}")
    _refuse_unknown(found)
    raise SchemaMismatchError(f"the database has schema {found}, this release needs {SCHEMA_HISTORY[-1]}: {REMEDY}")


def migrate(engine: Engine) -> None:
    """Brings the database to this release's schema, all steps in one transaction; nothing to do is no error.

    Several at once wait for each other. Raises DatabaseAwayError, or SchemaMismatchError for a schema that a newer
    release has made.
    """
    with placed(engine.url), translated(), writing(engine).connect() as connection:
        if connection.dialect.name == "sqlite":
            _migrate_sqlite(connection)
        else:
            _migrate_postgresql(connection)


def _migrate_postgresql(connection: Connection) -> None:
    with connection.begin():
        # A migration may take as long as it needs; it is waited for as long.
        unhurried(connection)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        _upgrade(connection)


def _migrate_sqlite(connection: Connection) -> None:
    # Alembic changes a table by making it anew; with foreign keys on, dropping the old one would delete its children
    # without an error (measured). The pragma does nothing inside a transaction, hence around it.
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("a connection without its driver's")
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            _upgrade(connection)
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if orphans:
                raise RuntimeError(
                    f"a migration left {len(orphans)} rows without the row they name; nothing was changed"
                )
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - 0.1 s that only a migration needs
    from alembic.config import Config  # noqa: PLC0415

    found = _schema_of(connection)
    if found is not None:
        _refuse_unknown(found)
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "worker.storage:migrations")
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")


def _refuse_unknown(found: str) -> None:
    if found not in SCHEMA_HISTORY:
        raise SchemaMismatchError(
            f"the database has schema {found}, which this release does not know (it needs {SCHEMA_HISTORY[-1]}): "
            "a newer release has migrated it, use that one"
        )


def _schema_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    return version

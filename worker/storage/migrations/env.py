"""Alembic's entry: runs the scripts on the connection, and in the transaction, that ``migrate`` has opened."""

from __future__ import annotations

from alembic import context

from worker.storage.migrations import VERSION_TABLE
from worker.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # On SQLite too: with BEGIN IMMEDIATE from the engine's own events a failing migration leaves nothing behind.
    transactional_ddl=True,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()

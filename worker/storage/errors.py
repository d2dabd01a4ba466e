"""What can go wrong with a database, as three kinds: it is away, it has another schema, or the row is at fault.

Foreign exceptions are told apart here and nowhere else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from sqlalchemy import URL, exc

from shared.logs import redact

REMEDY = "run `copydesk migrate`"


class StorageError(Exception):
    """Root of what storage raises; the message is one sentence for people."""


class DatabaseAwayError(StorageError):
    """The database cannot be reached, broke off, is locked, full or broken: not the fault of any article."""


class SchemaMismatchError(StorageError):
    """The database has another schema than this release."""


class Fault(Enum):
    """Whose fault a database error is. ``UNSURE``: it may be either; an empty write transaction tells."""

    ROW = auto()
    AWAY = auto()
    SCHEMA = auto()
    UNSURE = auto()


# PostgreSQL, appendix A. 53: out of disk, memory, connections. 58: I/O. XX: corruption. F0: configuration file.
_AWAY_CLASSES = ("28", "3D", "53", "58", "F0", "XX")
# Out of memory, a limit of the configuration, an internal error ("invalid memory alloc request size"): one row can make
# them every time, and would otherwise hold up everything for ever.
_UNSURE_STATES = {"53200", "53400", "55P03", "XX000"}
_AWAY_STATES = {"25006", "42501", "57P03", "57P04"}  # read only, no privilege, starting up, database dropped
# 08: connection. 25: transaction broken off (25P03: idle too long). 40: deadlock, serialization. 57: cancelled or ended
# by an operator or a time limit (also by this row's own size). 55P03: lock not available.
_UNSURE_CLASSES = ("08", "25", "40", "57")
_SCHEMA_STATES = {"42P01", "42703", "3F000"}  # no such table, column, schema

_SQLITE_AWAY = ("CANTOPEN", "CORRUPT", "FULL", "IOERR", "NOLFS", "NOTADB", "PERM", "READONLY", "AUTH")
_SQLITE_UNSURE = ("BUSY", "LOCKED", "NOMEM", "PROTOCOL", "INTERRUPT", "SCHEMA", "ABORT")


def fault_of(error: Exception) -> Fault:
    """Whose fault an exception out of SQLAlchemy, a driver, or the making of a row is."""
    if isinstance(error, exc.TimeoutError):
        return Fault.AWAY  # no connection became free in the pool
    if not isinstance(error, exc.DBAPIError):
        return Fault.ROW
    origin = error.orig
    if isinstance(origin, sqlite3.Error):
        return _fault_of_sqlite(origin)
    state = getattr(origin, "sqlstate", None)
    if state is None:  # the server never answered
        return Fault.UNSURE if isinstance(error, exc.OperationalError | exc.InterfaceError) else Fault.ROW
    return _fault_of_postgresql(state)


def _fault_of_postgresql(state: str) -> Fault:
    if state in _SCHEMA_STATES:
        return Fault.SCHEMA
    if state in _UNSURE_STATES:
        return Fault.UNSURE
    if state in _AWAY_STATES or state.startswith(_AWAY_CLASSES):
        return Fault.AWAY
    if state.startswith(_UNSURE_CLASSES):
        return Fault.UNSURE
    return Fault.ROW


def _fault_of_sqlite(origin: sqlite3.Error) -> Fault:
    name = (getattr(origin, "sqlite_errorname", None) or "").removeprefix("SQLITE_")
    if name.startswith(_SQLITE_AWAY):
        return Fault.AWAY
    if name.startswith(_SQLITE_UNSURE):
        return Fault.UNSURE
    if name == "ERROR" and str(origin).startswith(("no such table", "no such column", "table ")):
        return Fault.SCHEMA
    return Fault.ROW


def sentence(error: Exception) -> str:
    """The first line of what the driver says, without statement, parameters or passwords."""
    origin = getattr(error, "orig", None) or error
    first_line = (str(origin).strip() or type(origin).__name__).splitlines()[0]
    return redact(first_line)[:500].encode("utf-8", "replace").decode()


@contextmanager
def translated() -> Iterator[None]:
    """Around whatever is not about one row: turns database errors into DatabaseAwayError or SchemaMismatchError."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        match fault_of(error):
            case Fault.AWAY | Fault.UNSURE:
                raise DatabaseAwayError(f"the database does not answer: {sentence(error)}") from error
            case Fault.SCHEMA:
                raise SchemaMismatchError(
                    f"the database has another schema than this release ({sentence(error)}): {REMEDY}"
                ) from error
            case Fault.ROW:
                raise


@contextmanager
def placed(url: URL) -> Iterator[None]:
    """Around the first use of a database by a command: a DatabaseAwayError then says where it is and what to do."""
    try:
        yield
    except DatabaseAwayError as error:
        reason = str(error).removeprefix("the database does not answer: ")
        what = "make it usable" if url.get_backend_name() == "sqlite" else "start it"
        where = url.render_as_string(hide_password=True)
        raise DatabaseAwayError(
            f"the database {where} cannot be used ({reason}): {what}, or correct COPYDESK_DATABASE_URL or --data"
        ) from error

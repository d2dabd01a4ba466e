"""The outbox as the relay and `copydesk events` read it. Rows come in by storing (writing.py), ordered by ``seq``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from worker.storage.engine import writing
from worker.storage.errors import translated
from worker.storage.tables import outbox, outbox_counter


@dataclass(frozen=True, kw_only=True)
class OutboxEvent:
    """``seq`` counts from 1 without a gap; ``event_id`` is the same however often the event is told."""

    seq: int
    event_id: str
    type: str
    payload: dict[str, Any]
    created_at: datetime


def waiting(engine: Engine, *, limit: int) -> list[OutboxEvent]:
    """The oldest events that are not relayed yet. Raises StorageError."""
    with translated(), engine.connect() as connection:
        return _read(connection, select(outbox).where(outbox.c.relayed_at.is_(None)), limit)


def after(engine: Engine, seq: int, *, limit: int) -> list[OutboxEvent]:
    """The events that follow ``seq``, relayed or not, as far as they are kept. Raises StorageError."""
    with translated(), engine.connect() as connection:
        return _read(connection, select(outbox).where(outbox.c.seq > seq), limit)


def mark_relayed(engine: Engine, seqs: Sequence[int], *, now: datetime) -> None:
    """Raises StorageError."""
    if not seqs:
        return
    between = outbox.c.seq.between(min(seqs), max(seqs)) & outbox.c.relayed_at.is_(None)
    with translated(), writing(engine).begin() as connection:
        connection.execute(update(outbox).where(between).values(relayed_at=now))


def last_seq(engine: Engine) -> int:
    """The number of the youngest event there has been, 0 before the first. Raises StorageError."""
    with translated(), engine.connect() as connection:
        return connection.execute(select(outbox_counter.c.seq)).scalar_one_or_none() or 0


def first_seq(engine: Engine) -> int:
    """The number of the oldest event that is kept; that of the next one to come when none is. Raises StorageError."""
    with translated(), engine.connect() as connection:
        first = connection.execute(select(func.min(outbox.c.seq))).scalar_one()
        return first or (connection.execute(select(outbox_counter.c.seq)).scalar_one_or_none() or 0) + 1


def seq_of(engine: Engine, event_id: str) -> int | None:
    """The number of an event, None when there is none of that id (any more). Raises StorageError."""
    with translated(), engine.connect() as connection:
        return connection.execute(select(outbox.c.seq).where(outbox.c.event_id == event_id)).scalar_one_or_none()


def _read(connection: Connection, statement: Any, limit: int) -> list[OutboxEvent]:
    rows = connection.execute(statement.order_by(outbox.c.seq).limit(limit))
    return [
        OutboxEvent(seq=row.seq, event_id=row.event_id, type=row.type, payload=row.payload, created_at=row.created_at)
        for row in rows
    ]

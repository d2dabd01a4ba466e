"""What could not be processed: looked at, taken out for another try, dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select

from worker.dedup.fingerprint import identity_of
from worker.storage.arrival import Reason
from worker.storage.engine import writing
from worker.storage.errors import translated
from worker.storage.tables import quarantine, tombstones
from worker.storage.tombstones import tombstone

PAGE_ROWS: Final = 500

_SHOWN = [column for column in quarantine.columns if column.name not in {"meta", "body"}]


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """One raw article in quarantine, without its bytes. Source, entry key and URL are None where meta is unreadable."""

    raw_id: str
    source_key: str | None
    source: str | None
    entry_key: str | None
    url: str | None
    reason: Reason
    detail: str
    tries: int
    quarantined_at: datetime


@dataclass(frozen=True, kw_only=True)
class RawBytes:
    """``meta`` and ``body`` (compressed) as they lay in the inbox."""

    raw_id: str
    meta: bytes
    body: bytes


def quarantined(
    engine: Engine, *, reason: Reason | None = None, source: str | None = None, limit: int | None = None
) -> Iterator[Quarantined]:
    """Newest first. ``source``: the name or the key. Raises DatabaseAwayError, also half-way."""
    statement = select(*_SHOWN).order_by(quarantine.c.id.desc())
    if reason is not None:
        statement = statement.where(quarantine.c.reason == reason.value)
    if source is not None:
        statement = statement.where((quarantine.c.source == source) | (quarantine.c.source_key == source))
    left, last_id = limit, None
    while left is None or left > 0:
        page = PAGE_ROWS if left is None else min(left, PAGE_ROWS)
        rest = statement if last_id is None else statement.where(quarantine.c.id < last_id)
        with translated(), engine.connect() as connection:
            rows = connection.execute(rest.limit(page)).all()
        yield from map(_quarantined, rows)
        if len(rows) < page:
            return
        last_id = rows[-1].id
        left = None if left is None else left - len(rows)


def find(engine: Engine, prefix: str) -> list[Quarantined]:
    """Those whose raw id begins with ``prefix``, at most five; exactly one when the prefix is unique."""
    begins_so = quarantine.c.raw_id.startswith(prefix, autoescape=True)
    statement = select(*_SHOWN).where(begins_so).order_by(quarantine.c.raw_id).limit(5)
    with translated(), engine.connect() as connection:
        return [_quarantined(row) for row in connection.execute(statement)]


def raw_bytes(engine: Engine, raw_ids: Sequence[str]) -> Iterator[RawBytes]:
    """The bytes to hand in again, in the order asked for; what is not in quarantine is missing."""
    for raw_id in raw_ids:  # one at a time: a body may be five megabytes
        one = select(quarantine.c.raw_id, quarantine.c.meta, quarantine.c.body).where(quarantine.c.raw_id == raw_id)
        with translated(), engine.connect() as connection:
            row = connection.execute(one).one_or_none()
        if row is not None:
            yield RawBytes(raw_id=row.raw_id, meta=row.meta, body=row.body)


def drop(engine: Engine, raw_ids: Sequence[str], *, now: datetime) -> int:
    """Forgets them, bytes and all; handed in again they are tried again. Returns how many there were."""
    dropped = 0
    with translated(), writing(engine).begin() as connection:
        for start in range(0, len(raw_ids), PAGE_ROWS):
            dropped += forget(connection, raw_ids[start : start + PAGE_ROWS], now=now)
    return dropped


def forget(connection: Connection, raw_ids: Collection[str], *, now: datetime) -> int:
    """Takes raw articles out of quarantine, bytes and all; they stay in the ledger. Answers how many there were."""
    columns = [quarantine.c[name] for name in ("raw_id", "source_key", "entry_key", "url", "quarantined_at")]
    # What a worker stores at the same moment (a replay) is deleted there, and leaves no tombstone here.
    rows = connection.execute(delete(quarantine).where(quarantine.c.raw_id.in_(raw_ids)).returning(*columns)).all()
    if not rows:
        return 0
    stones = [
        tombstone(
            raw_id=row.raw_id,
            identity=identity_of(row.source_key, row.entry_key) if row.source_key and row.entry_key else None,
            content=None,
            article=None,
            entry_key=row.entry_key,
            url=row.url,
            settled="quarantined",
            settled_at=row.quarantined_at,
            purged_at=now,
        )
        for row in rows
    ]
    connection.execute(insert(tombstones), stones)
    return len(rows)


def counts(engine: Engine) -> dict[Reason, int]:
    """How many are there, by reason."""
    statement = select(quarantine.c.reason, func.count()).group_by(quarantine.c.reason)
    with translated(), engine.connect() as connection:
        return {Reason(reason): count for reason, count in connection.execute(statement)}


def _quarantined(row: Row[Any]) -> Quarantined:
    return Quarantined(
        raw_id=row.raw_id,
        source_key=row.source_key,
        source=row.source,
        entry_key=row.entry_key,
        url=row.url,
        reason=Reason(row.reason),
        detail=row.detail,
        tries=row.tries,
        quarantined_at=row.quarantined_at,
    )

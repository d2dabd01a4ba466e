"""What became of raw articles that are settled already: sightings, quarantine and tombstones together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, literal, null, select, union_all

from worker.storage.arrival import SettledRow
from worker.storage.errors import translated
from worker.storage.tables import articles, quarantine, sightings, tombstones


def settled_rows(connection: Connection, raw_ids: Collection[str]) -> dict[str, SettledRow]:
    """Two round trips. What is both seen and in quarantine counts as seen."""
    if not raw_ids:
        return {}
    condemned = select(
        quarantine.c.raw_id, literal("quarantined").label("settled"), quarantine.c.quarantined_at.label("at")
    ).where(quarantine.c.raw_id.in_(raw_ids))
    seen = select(sightings.c.raw_id, sightings.c.settled, sightings.c.settled_at).where(
        sightings.c.raw_id.in_(raw_ids)
    )
    purged = select(tombstones.c.raw_id, tombstones.c.settled, tombstones.c.settled_at.label("at")).where(
        tombstones.c.raw_id.in_(raw_ids)
    )
    rows = connection.execute(union_all(condemned, seen)).all()
    return {
        row.raw_id: SettledRow(settled=row.settled, at=row.at, purged=True) for row in connection.execute(purged)
    } | {
        row.raw_id: SettledRow(settled=row.settled, at=row.at)
        for row in sorted(rows, key=lambda row: row.settled != "quarantined")
    }


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a settled raw article is: in an article (its public id), or in quarantine (None); and why."""

    article_id: str | None
    reason: str


def places(engine: Engine, raw_ids: Collection[str]) -> dict[str, Place]:
    """Of those that are neither unknown nor purged. What is both seen and in quarantine counts as seen.

    Raises StorageError.
    """
    condemned = select(quarantine.c.raw_id, null().label("article"), quarantine.c.reason).where(
        quarantine.c.raw_id.in_(raw_ids)
    )
    seen = (
        select(sightings.c.raw_id, articles.c.public_id.label("article"), sightings.c.reason)
        .join(articles)
        .where(sightings.c.raw_id.in_(raw_ids))
    )
    with translated(), engine.connect() as connection:
        rows = connection.execute(union_all(condemned, seen)).all()
    first_quarantine = sorted(rows, key=lambda row: row.article is not None)
    return {row.raw_id: Place(article_id=row.article, reason=row.reason) for row in first_quarantine}


def unrecorded(engine: Engine, raw_ids: Collection[str]) -> int:
    """How many of these raw articles have no place in the ledger, although they were settled. Raises StorageError."""
    if not raw_ids:
        return 0
    found = union_all(
        *(select(table.c.raw_id).where(table.c.raw_id.in_(raw_ids)) for table in (sightings, quarantine, tombstones))
    )
    with translated(), engine.connect() as connection:
        return len(set(raw_ids) - set(connection.execute(found).scalars()))

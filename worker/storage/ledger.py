"""What became of raw articles that are settled already: sightings and quarantine together."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, literal, select, union_all

from worker.storage.arrival import SettledRow
from worker.storage.tables import quarantine, sightings


def settled_rows(connection: Connection, raw_ids: Collection[str]) -> dict[str, SettledRow]:
    """One round trip. What is both seen and in quarantine counts as seen."""
    if not raw_ids:
        return {}
    condemned = select(
        quarantine.c.raw_id, literal("quarantined").label("settled"), quarantine.c.quarantined_at.label("at")
    ).where(quarantine.c.raw_id.in_(raw_ids))
    seen = select(sightings.c.raw_id, sightings.c.settled, sightings.c.settled_at).where(
        sightings.c.raw_id.in_(raw_ids)
    )
    rows = connection.execute(union_all(condemned, seen)).all()
    return {
        row.raw_id: SettledRow(settled=row.settled, at=row.at)
        for row in sorted(rows, key=lambda row: row.settled != "quarantined")
    }

"""What became of an item, by whatever it is known: its raw id, its article's id, its entry key, its URL. Of what was
purged its tombstone tells.

Looks through the whole ledger: sightings have no index by key or URL, which only this question would use (1 s at a
million sightings).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Table, or_, select

from worker.dedup.tombstone import mark_of, text_mark
from worker.storage.errors import translated
from worker.storage.tables import articles, quarantine, sightings, stories, tombstones

TRACES_MAX: Final = 200
_HEX: Final = re.compile(r"[0-9a-f]{4,32}")
_ID_DIGITS: Final = 16


@dataclass(frozen=True, kw_only=True)
class Settled:
    """One raw article and what it came to. ``article_id`` and ``story_id`` are None in quarantine, ``detail`` else.

    Of a purged one (``purged_at``) there is neither source, entry key, URL, story nor reason left.
    """

    raw_id: str
    source: str | None
    entry_key: str | None
    url: str | None
    seen_at: datetime | None
    settled: str
    settled_at: datetime
    reason: str | None
    article_id: str | None = None
    story_id: str | None = None
    copy_of: str | None = None
    hidden: bool = False
    detail: str | None = None
    purged_at: datetime | None = None


def settled_traces(engine: Engine, wanted: str, urls: Collection[str]) -> list[Settled]:
    """The raw articles, oldest first, that ``wanted`` names or that have one of ``urls``. Raises StorageError."""
    lead = articles.alias("lead")
    seen = (
        select(sightings, articles.c.public_id, articles.c.hidden, stories.c.public_id, lead.c.public_id)
        .join_from(sightings, articles, sightings.c.article_id == articles.c.id)
        .join(stories, articles.c.story_id == stories.c.id)
        .outerjoin(lead, articles.c.copy_of == lead.c.id)
        .where(_named(sightings, wanted, urls) | _begins(articles.c.public_id, wanted))
        .order_by(sightings.c.id)
        .limit(TRACES_MAX)
    )
    condemned = select(quarantine).where(_named(quarantine, wanted, urls)).order_by(quarantine.c.id).limit(TRACES_MAX)
    purged = select(tombstones).where(_purged(wanted, urls)).order_by(tombstones.c.settled_at).limit(TRACES_MAX)
    with translated(), engine.connect() as connection:
        found = [_of_sighting(row) for row in connection.execute(seen)]
        found += [_of_quarantine(row) for row in connection.execute(condemned)]
        found += [_of_tombstone(row) for row in connection.execute(purged)]
    return sorted(found, key=lambda each: each.settled_at)


def _named(table: Table, wanted: str, urls: Collection[str]) -> ColumnElement[bool]:
    return or_(table.c.entry_key == wanted, table.c.url.in_(urls), _begins(table.c.raw_id, wanted))


def _begins(column: Any, wanted: str) -> ColumnElement[bool]:
    # "g" follows every hex digit
    between: ColumnElement[bool] = column.between(wanted, wanted + "g")
    return between if _HEX.fullmatch(wanted) else column.is_(None)


def _purged(wanted: str, urls: Collection[str]) -> ColumnElement[bool]:
    stone = tombstones.c
    named = or_(
        stone.entry_key == text_mark(wanted), stone.url.in_(map(text_mark, urls)), _begins(stone.raw_id, wanted)
    )
    if not _HEX.fullmatch(wanted) or len(wanted) > _ID_DIGITS:
        return named
    # One first digit, one sign: ids that begin alike are neighbours as numbers too.
    first, last = (mark_of(bytes.fromhex(wanted.ljust(_ID_DIGITS, digit))) for digit in "0f")
    return named | stone.article.between(first, last)


def _of_tombstone(row: Any) -> Settled:
    return Settled(
        raw_id=row.raw_id,
        source=None,
        entry_key=None,
        url=None,
        seen_at=None,
        settled=row.settled,
        settled_at=row.settled_at,
        reason=None,
        article_id=None if row.article is None else row.article.to_bytes(8, "big", signed=True).hex(),
        purged_at=row.purged_at,
    )


def _of_sighting(row: Any) -> Settled:
    *sighting, article_id, hidden, story_id, copy_of = row
    fields = dict(zip(sightings.columns.keys(), sighting, strict=True))
    return Settled(
        raw_id=fields["raw_id"],
        source=fields["source"],
        entry_key=fields["entry_key"],
        url=fields["url"],
        seen_at=fields["seen_at"],
        settled=fields["settled"],
        settled_at=fields["settled_at"],
        reason=fields["reason"],
        article_id=article_id,
        story_id=story_id,
        copy_of=copy_of,
        hidden=hidden,
    )


def _of_quarantine(row: Any) -> Settled:
    return Settled(
        raw_id=row.raw_id,
        source=row.source,
        entry_key=row.entry_key,
        url=row.url,
        seen_at=None,
        settled="quarantined",
        settled_at=row.quarantined_at,
        reason=row.reason,
        detail=row.detail,
    )

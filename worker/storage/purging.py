"""Purges what its retention has run out for, a bounded batch a transaction, and leaves tombstones.

Only what is settled can be met here; an event that is not relayed yet stays, and all that follow it. Articles go under
the decision lock, with their revisions, sightings, raw articles and items of update chains; a story whose lead goes is
led by the next. Near-duplicate detection passes entries of purged articles over until its sweep has come by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine, Row, Select, case, delete, func, insert, select, text, update

from worker.dedup.content import EVIDENCE_BYTES_MIN, normalise
from worker.dedup.fingerprint import identity_of, normalise_title
from worker.dedup.tombstone import content_mark, mark_of
from worker.storage import index
from worker.storage.engine import take_decision_lock, writing
from worker.storage.errors import placed, translated
from worker.storage.events import Event, purge_event
from worker.storage.quarantine import forget
from worker.storage.stories import lead_anew
from worker.storage.tables import (
    articles,
    chain_items,
    outbox,
    quarantine,
    raw_articles,
    revisions,
    sightings,
    stories,
    tombstones,
)
from worker.storage.tombstones import tombstone
from worker.storage.writing import write_events

ARTICLES_BATCH: Final = 50
"""As many as a worker stores in one transaction."""

ROWS_BATCH: Final = 200
"""Raw articles, quarantined ones, events: rows that nothing names."""

KINDS: Final = ("articles", "raw_articles", "quarantine", "events")
"""What has a retention, in the order in which it is purged: with articles their raw articles go."""

_PURGE_LOCK = int.from_bytes(b"purge", "big")


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Days after which each kind is purged; 0: never. Articles: after the last time that one was stored, revised or
    seen in another form; the others: after they were stored, quarantined, or happened."""

    articles: float
    raw_articles: float
    quarantine: float
    events: float

    def cutoffs(self, now: datetime) -> dict[str, datetime]:
        """By kind, what is older than this moment goes; kinds that are kept for ever are missing."""
        days = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: now - timedelta(days=count) for kind, count in days.items() if count}


def due(engine: Engine, retention: Retention, *, now: datetime) -> dict[str, int]:
    """How many of each kind would be purged. Raises StorageError."""
    with placed(engine.url), translated(), engine.connect() as connection:
        counts = {}
        for kind, cutoff in retention.cutoffs(now).items():
            wanted = _due_articles(connection, cutoff) if kind == "articles" else _DUE[kind](cutoff)
            counts[kind] = connection.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
        return counts


class Purging:
    """One of possibly many: a pass ends where it finds another at it."""

    def __init__(self, engine: Engine, retention: Retention) -> None:
        self._engine = engine
        self._writing = writing(engine)
        self._retention = retention

    def batches(self, *, now: datetime) -> Iterator[tuple[str, int]]:
        """Purges batch after batch; yields the kind and how many went after each commit. Between two yields the caller
        may wait as long as it likes: no transaction is open. Raises StorageError."""
        for kind, cutoff in self._retention.cutoffs(now).items():
            steps = self._articles(cutoff, now) if kind == "articles" else self._rows(kind, cutoff, now)
            for count in steps:
                yield kind, count

    def _rows(self, kind: str, cutoff: datetime, now: datetime) -> Iterator[int]:
        while count := self._transact(partial(_PURGE[kind], cutoff=cutoff, now=now)):
            yield count

    def _articles(self, cutoff: datetime, now: datetime) -> Iterator[int]:
        for ids in self._old_articles(cutoff):
            count = self._transact(partial(purge_articles, ids=ids, cutoff=cutoff, now=now))
            if count is None:
                return
            yield count

    def _old_articles(self, cutoff: datetime) -> Iterator[Collection[int]]:
        """Ids of articles to be purged, some at a time. They rise in the order of storing: those below one are looked
        at, by the primary key alone (a query for the next fifty due reads all sightings: 80 ms at 200,000)."""
        with translated(), self._engine.connect() as connection:
            before = index.oldest_since(connection, cutoff)
        last = 0
        while True:
            page = select(articles.c.id).where(articles.c.id > last, articles.c.id < before)
            with translated(), self._engine.connect() as connection:
                ids = connection.execute(page.order_by(articles.c.id).limit(ARTICLES_BATCH)).scalars().all()
                going = _untouched(connection, ids, cutoff)
            if going:
                yield going
            if len(ids) < ARTICLES_BATCH:
                return
            last = ids[-1]

    def _transact(self, purge: Callable[[Connection], int]) -> int | None:
        """How many went; None while another process purges."""
        with translated(), self._writing.begin() as connection:
            return purge(connection) if _take_purge_lock(connection) else None


def _take_purge_lock(connection: Connection) -> bool:
    # SQLite: nobody else writes while this transaction is open.
    if connection.dialect.name == "sqlite":
        return True
    taken = connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _PURGE_LOCK})
    return bool(taken.scalar_one())


def _due_articles(connection: Connection, cutoff: datetime) -> Select[Any]:
    touched = select(sightings.c.id).where(sightings.c.article_id == articles.c.id, sightings.c.settled_at >= cutoff)
    before = index.oldest_since(connection, cutoff)
    return select(articles.c.id).where(articles.c.id < before, ~touched.exists())


def _due_raw(cutoff: datetime) -> Select[Any]:
    return select(raw_articles.c.raw_id).where(raw_articles.c.stored_at < cutoff)


def _due_quarantine(cutoff: datetime) -> Select[Any]:
    return select(quarantine.c.raw_id).where(quarantine.c.quarantined_at < cutoff)


def _due_events(cutoff: datetime) -> Select[Any]:
    """Those before the first that stays: too young, or not relayed. So what is kept has no gap."""
    stays = (outbox.c.created_at >= cutoff) | outbox.c.relayed_at.is_(None)
    first = select(func.min(outbox.c.seq)).where(stays).scalar_subquery()
    return select(outbox.c.seq).where(func.coalesce(outbox.c.seq < first, True))


_DUE: Final[Mapping[str, Callable[[datetime], Select[Any]]]] = {
    "raw_articles": _due_raw,
    "quarantine": _due_quarantine,
    "events": _due_events,
}


def _purge_raw(connection: Connection, *, cutoff: datetime, now: datetime) -> int:
    oldest = _due_raw(cutoff).order_by(raw_articles.c.stored_at).limit(ROWS_BATCH)
    ids = connection.execute(oldest).scalars().all()
    connection.execute(delete(raw_articles).where(raw_articles.c.raw_id.in_(ids)))
    return len(ids)


def _purge_quarantine(connection: Connection, *, cutoff: datetime, now: datetime) -> int:
    oldest = _due_quarantine(cutoff).order_by(quarantine.c.quarantined_at).limit(ROWS_BATCH)
    ids = connection.execute(oldest).scalars().all()
    return forget(connection, ids, now=now)


def _purge_events(connection: Connection, *, cutoff: datetime, now: datetime) -> int:
    first = connection.execute(
        select(outbox.c.seq, outbox.c.created_at, outbox.c.relayed_at).order_by(outbox.c.seq).limit(ROWS_BATCH)
    ).all()
    going = []
    for row in first:
        if row.created_at >= cutoff or row.relayed_at is None:
            break
        going.append(row.seq)
    if going:
        connection.execute(delete(outbox).where(outbox.c.seq <= going[-1]))
    return len(going)


class _Purge(Protocol):
    def __call__(self, connection: Connection, /, *, cutoff: datetime, now: datetime) -> int: ...


_PURGE: Final[Mapping[str, _Purge]] = {
    "raw_articles": _purge_raw,
    "quarantine": _purge_quarantine,
    "events": _purge_events,
}


def _untouched(connection: Connection, ids: Collection[int], cutoff: datetime) -> set[int]:
    """Those of the articles that nothing was settled for since ``cutoff``."""
    if not ids:
        return set()
    touched = select(sightings.c.article_id).where(sightings.c.article_id.in_(ids), sightings.c.settled_at >= cutoff)
    return set(ids) - set(connection.execute(touched).scalars())


def purge_articles(connection: Connection, *, ids: Collection[int], cutoff: datetime, now: datetime) -> int:
    """Purges those of the articles that nothing came in for since ``cutoff``; answers how many. Takes the decision
    lock."""
    take_decision_lock(connection)
    going = _untouched(connection, ids, cutoff)
    rows = connection.execute(_said(articles, articles.c.id, going)).all() if going else []
    if not rows:
        return 0
    connection.execute(insert(tombstones), _tombstones(connection, rows, now))
    events = _farewells(connection, rows)
    ids_of_rows = [row.article_id for row in rows]
    former = _take_off_leads(connection, rows)
    for table in (chain_items, revisions, raw_articles, sightings):
        connection.execute(delete(table).where(table.c.article_id.in_(ids_of_rows)))
    connection.execute(delete(articles).where(articles.c.id.in_(ids_of_rows)))
    events += lead_anew(connection, former)
    _delete_empty_stories(connection, former)
    write_events(connection, events, now)
    return len(rows)


def _farewells(connection: Connection, rows: Sequence[Row[Any]]) -> list[Event]:
    """What is told of articles that go; of the stories they were in, as long as these are there."""
    story_ids = {row.story_id for row in rows}
    named = select(stories.c.id, stories.c.public_id).where(stories.c.id.in_(story_ids))
    names = {row.id: row.public_id for row in connection.execute(named)}
    return [purge_event(row.raw_id, article_id=row.public_id, story_id=names[row.story_id]) for row in rows]


def _said(table: Any, key: Any, ids: Collection[int]) -> Select[Any]:
    """What articles or revisions say, as far as tombstones need it; texts only where there is no headline."""
    text_ = case((table.c.title.is_(None), table.c.text), else_="").label("text")
    columns = [key.label("article_id"), table.c.raw_id, table.c.title, table.c.content_hash, text_]
    if table is articles:
        columns += [articles.c.public_id, articles.c.story_id, articles.c.hidden]
    return select(*columns).where(key.in_(ids))


def _tombstones(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> list[dict[str, Any]]:
    """One for each raw article that was settled as a sighting of these articles."""
    by_id = {row.article_id: row for row in rows}
    earlier = connection.execute(_said(revisions, revisions.c.article_id, by_id)).all()
    contents = {each.raw_id: _content(each, by_id[each.article_id].hidden) for each in (*earlier, *rows)}
    seen = connection.execute(select(sightings).where(sightings.c.article_id.in_(by_id)))
    return [
        tombstone(
            raw_id=row.raw_id,
            identity=identity_of(row.source_key, row.entry_key),
            content=contents.get(row.raw_id),
            article=mark_of(bytes.fromhex(by_id[row.article_id].public_id)),
            entry_key=row.entry_key,
            url=row.url,
            settled=row.settled,
            settled_at=row.settled_at,
            purged_at=now,
        )
        for row in seen
    ]


def _content(said: Row[Any], hidden: bool) -> int | None:
    evidence = len(normalise(said.text).encode()) >= EVIDENCE_BYTES_MIN
    return content_mark(normalise_title(said.title), said.content_hash, evidence=evidence, hidden=hidden)


def _take_off_leads(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Nothing names these articles any more; answers, by story, the public id of those that led one."""
    names = {row.article_id: row.public_id for row in rows}
    led = select(stories.c.id, stories.c.lead_article_id).where(stories.c.lead_article_id.in_(names))
    former = {row.id: names[row.lead_article_id] for row in connection.execute(led)}
    connection.execute(update(stories).where(stories.c.id.in_(former)).values(lead_article_id=None))
    connection.execute(update(articles).where(articles.c.copy_of.in_(names)).values(copy_of=None))
    return former


def _delete_empty_stories(connection: Connection, story_ids: Collection[int]) -> None:
    """Those without an article, with the stories that went into them. A story that went into one that is still there
    stays, for those who hold its id."""
    members = select(articles.c.id).where(articles.c.story_id == stories.c.id)
    without = select(stories.c.id).where(
        stories.c.id.in_(story_ids), stories.c.merged_into.is_(None), ~members.exists()
    )
    empty = left = set(connection.execute(without).scalars())
    while left:
        left = set(connection.execute(select(stories.c.id).where(stories.c.merged_into.in_(left))).scalars())
        empty = empty | left
    if empty:
        connection.execute(update(stories).where(stories.c.id.in_(empty)).values(merged_into=None))
        connection.execute(delete(stories).where(stories.c.id.in_(empty)))

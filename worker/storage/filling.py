"""Fills what an older schema did not have, from the texts that are stored. For a migration: it names the columns
that it reads one by one, because those that later schemas add are not there yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from worker.dedup.entries import Entries
from worker.dedup.fingerprint import address_key_of, chain_key_of
from worker.dedup.lead import leads_from
from worker.dedup.likeness import Reading
from worker.storage import index
from worker.storage.rows import stated_time
from worker.storage.tables import articles

PAGE_ROWS: Final = 500


def fill_stories(connection: Connection) -> None:
    """``leads_from`` and ``chain_key`` of every article. The leads stay as they are until their stories change."""
    columns = (articles.c.id, articles.c.source_key, articles.c.title, articles.c.first_seen_at, *_PUBLISHED)
    leads = bindparam("leads", type_=articles.c.leads_from.type)
    change = (
        update(articles).where(articles.c.id == bindparam("key")).values(leads_from=leads, chain_key=bindparam("chain"))
    )
    for rows in _pages(connection, columns):
        connection.execute(
            change,
            [
                {
                    "key": row.id,
                    "chain": chain_key_of(row.source_key, row.title),
                    "leads": leads_from(stated_time(row._asdict(), "published"), row.first_seen_at, row.source_key),
                }
                for row in rows
            ],
        )


_PUBLISHED = tuple(articles.c[f"published_{part}"] for part in ("local", "offset", "precision"))


def fill_addresses(connection: Connection) -> None:
    """``address_key`` of every article that has a URL."""
    change = update(articles).where(articles.c.id == bindparam("key")).values(address_key=bindparam("address"))
    for rows in _pages(connection, (articles.c.id, articles.c.url)):
        keys = [{"key": row.id, "address": key} for row in rows if (key := address_key_of(row.url)) is not None]
        if keys:
            connection.execute(change, keys)


def fill_index(connection: Connection, *, since: datetime) -> None:
    """Enters every article that was stored at ``since`` or later under its word windows."""
    columns = (
        *(articles.c[name] for name in ("id", "story_id", "source_key", "title", "text", "captions")),
        articles.c.content_hash,
        articles.c.hidden,
    )
    for rows in _pages(connection, columns, index.oldest_since(connection, since)):
        samples = {row.id: _sampled(row) for row in rows}
        stop = index.stopped(connection)
        windows = {window for sampled in samples.values() for window in sampled} - stop
        held = index.held(connection, windows, 0)
        story_of = index.stories_of(connection, {article for _, article in held})
        story_of |= {row.id: row.story_id for row in rows}
        entries = Entries(held, stop=stop, story_of=story_of.__getitem__)
        for article, sampled in samples.items():
            entries.add(article, sampled)
        index.enter(connection, [entry for entry in entries.added if entry[0] not in entries.filled])
        index.stop(connection, entries.filled)


def _sampled(row: Row[Any]) -> tuple[int, ...]:
    if row.hidden or row.content_hash is None:
        return ()
    reading = Reading(title=row.title, text=row.text, source_key=row.source_key, captions=tuple(row.captions))
    return reading.windows.sampled


def _pages(connection: Connection, columns: tuple[Any, ...], first: int = 0) -> Iterator[Sequence[Row[Any]]]:
    """Rows of articles by id, some hundreds at a time."""
    last = first - 1
    while rows := connection.execute(
        select(*columns).where(articles.c.id > last).order_by(articles.c.id).limit(PAGE_ROWS)
    ).all():
        yield rows
        last = rows[-1].id

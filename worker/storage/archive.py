"""The archive of raw articles, read beside the articles whose current text came from them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Row, func, or_, select

from worker.parsing.article import ParsedArticle
from worker.storage.errors import translated
from worker.storage.rows import parsed_article
from worker.storage.tables import articles, raw_articles

PAGE_ROWS: Final = 50
"""Also how many are written back in one transaction: as many as a worker stores in one."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which articles, all by default; ``since`` (aware) looks at what listings sort by: published, else first seen."""

    public_ids: Collection[str] = ()
    source: str | None = None
    since: datetime | None = None
    limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class Archived:
    """An article and what it was parsed from; ``meta`` and ``body`` are None where the archive no longer has it."""

    article_id: int
    public_id: str
    raw_id: str
    stored: ParsedArticle
    meta: bytes | None
    body: bytes | None


def count(engine: Engine, selection: Selection) -> int:
    """How many articles the selection holds."""
    with translated(), engine.connect() as connection:
        held = connection.execute(select(func.count()).select_from(articles).where(*_wanted(selection))).scalar_one()
    return held if selection.limit is None else min(held, selection.limit)


def archived(engine: Engine, selection: Selection) -> Iterator[list[Archived]]:
    """Pages in the order of storing, each read in a transaction of its own. Raises DatabaseAwayError, also half-way."""
    statement = (
        select(articles, raw_articles.c.meta, raw_articles.c.body)
        .select_from(articles.outerjoin(raw_articles, raw_articles.c.raw_id == articles.c.raw_id))
        .where(*_wanted(selection))
        .order_by(articles.c.id)
    )
    last, left = 0, selection.limit
    while left is None or left > 0:
        page = PAGE_ROWS if left is None else min(PAGE_ROWS, left)
        with translated(), engine.connect() as connection:
            rows = connection.execute(statement.where(articles.c.id > last).limit(page)).all()
        if rows:
            yield [_archived(row) for row in rows]
            last = rows[-1].id
        if len(rows) < page:
            return
        left = None if left is None else left - len(rows)


def _wanted(selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.public_ids:
        yield articles.c.public_id.in_(selection.public_ids)
    if selection.source is not None:
        yield or_(articles.c.source == selection.source, articles.c.source_key == selection.source)
    if selection.since is not None:
        yield articles.c.listed_at >= selection.since


def _archived(row: Row[Any]) -> Archived:
    columns = row._asdict()
    return Archived(
        article_id=row.id,
        public_id=row.public_id,
        raw_id=row.raw_id,
        stored=parsed_article(columns),
        meta=row.meta,
        body=row.body,
    )

"""Reads articles back. Nothing here writes, and no query holds a transaction open while its reader is slow."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, Select, and_, func, literal, or_, select, union_all

from worker.parsing.article import Author, ParsedArticle
from worker.storage import tables
from worker.storage.errors import translated
from worker.storage.rows import parsed_article, stated_time
from worker.storage.search import matches, may_match, words_of

PAGE_ROWS: Final = 200


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Where an article was seen; several from one source and entry key count as one, with the earliest time.

    ``reason``: of the first verdict on that entry (VerdictReason), why it is of this article at all.
    """

    source_key: str
    source: str
    entry_key: str
    url: str | None
    seen_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class ArticleRow:
    """An article as it is now. Ids are public ones; ``revision`` counts its texts from 1."""

    public_id: str
    source_key: str
    source: str
    entry_key: str
    parsed: ParsedArticle
    sightings: tuple[Sighting, ...]
    story_id: str
    copy_of: str | None
    hidden: bool
    revision: int
    first_seen_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class RevisionRow:
    """What an article said before ``replaced_at``. ``change``: what kind of change replaced it (ChangeClass); None in
    what the first release stored."""

    number: int
    parsed: ParsedArticle
    replaced_at: datetime
    change: str | None


@dataclass(frozen=True, kw_only=True)
class ArticleDetail:
    """``revisions`` oldest first; ``copies``: the story's other articles, oldest first, whether lead or copy."""

    row: ArticleRow
    revisions: tuple[RevisionRow, ...]
    copies: tuple[ArticleRow, ...]


@dataclass(frozen=True, kw_only=True)
class NoArticle:
    prefix: str


@dataclass(frozen=True, kw_only=True)
class SeveralArticles:
    """The first few ids that begin so."""

    prefix: str
    public_ids: tuple[str, ...]


def articles(
    engine: Engine,
    *,
    since: datetime | None = None,
    search: str | None = None,
    source: str | None = None,
    limit: int | None = None,
    all_: bool = False,
) -> Iterator[ArticleRow]:
    """Newest first by publication, else by when it was first seen; ``since`` (aware) looks at the same time.

    ``search``: all words, any case, in title or text. ``source``: the name or the key. Copies and hidden articles
    only with ``all_``. Raises DatabaseAwayError, also half-way.
    """
    words = words_of(search or "")
    statement = _listing(since=since, words=words, source=source, all_=all_)
    pages = _pages(engine, statement, words)
    return islice(pages, limit)


def _listing(*, since: datetime | None, words: Sequence[str], source: str | None, all_: bool) -> Select[Any]:
    statement = _whole_rows().order_by(tables.articles.c.listed_at.desc(), tables.articles.c.id.desc())
    if not all_:
        statement = statement.where(tables.articles.c.copy_of.is_(None), ~tables.articles.c.hidden)
    if since is not None:
        statement = statement.where(tables.articles.c.listed_at >= since)
    if source is not None:
        statement = statement.where(or_(tables.articles.c.source == source, tables.articles.c.source_key == source))
    return statement.where(may_match(words)) if words else statement


def _pages(engine: Engine, statement: Select[Any], words: Sequence[str]) -> Iterator[ArticleRow]:
    """Page after page, each in a transaction of its own: a pager left open must not hold back vacuum or checkpoint."""
    page = statement.limit(PAGE_ROWS)
    while True:
        with translated(), engine.connect() as connection:
            rows = connection.execute(page).all()
            found = [row for row in rows if not words or matches(words, row.title, row.text)]
            listed = _article_rows(connection, found)
        yield from listed
        if len(rows) < PAGE_ROWS:
            return
        last = rows[-1]
        page = statement.where(
            or_(
                tables.articles.c.listed_at < last.listed_at,
                and_(tables.articles.c.listed_at == last.listed_at, tables.articles.c.id < last.id),
            )
        ).limit(PAGE_ROWS)


def article(engine: Engine, prefix: str) -> ArticleDetail | NoArticle | SeveralArticles:
    """By public id or the beginning of one."""
    if not re.fullmatch(r"[0-9a-f]{1,16}", prefix):
        return NoArticle(prefix=prefix)
    with translated(), engine.connect() as connection:
        begins_so = tables.articles.c.public_id.between(prefix, prefix + "g")  # "g" follows every hex digit
        rows = connection.execute(_whole_rows().where(begins_so).order_by(tables.articles.c.public_id).limit(5)).all()
        if not rows:
            return NoArticle(prefix=prefix)
        if len(rows) > 1:
            return SeveralArticles(prefix=prefix, public_ids=tuple(row.public_id for row in rows))
        return _detail(connection, rows[0])


def _detail(connection: Connection, row: Row[Any]) -> ArticleDetail:
    earlier = connection.execute(
        select(tables.revisions).where(tables.revisions.c.article_id == row.id).order_by(tables.revisions.c.number)
    ).all()
    story = _whole_rows().where(tables.articles.c.story_id == row.story_key, tables.articles.c.id != row.id)
    copies = connection.execute(story.order_by(tables.articles.c.id)).all()
    this, *others = _article_rows(connection, [row, *copies])
    return ArticleDetail(
        row=this,
        revisions=tuple(_revision(each) for each in earlier),
        copies=tuple(others),
    )


def totals(engine: Engine) -> dict[str, int]:
    """How many raw articles became what, each counted once, those included that were purged since."""
    counts = dict.fromkeys(("stored", "revised", "copies", "duplicates", "quarantined"), 0)
    names = {"copied": "copies", "duplicate": "duplicates"}
    ledgers = [
        select(table.c.settled, func.count()).group_by(table.c.settled)
        for table in (tables.sightings, tables.tombstones)
    ]
    quarantined = select(literal("quarantined"), func.count()).select_from(tables.quarantine)
    with translated(), engine.connect() as connection:
        for settled, count in connection.execute(union_all(*ledgers, quarantined)):
            counts[names.get(settled, settled)] += count
    return counts


def store_counts(engine: Engine) -> dict[str, int]:
    """What the store holds: ``articles`` (copies and hidden ones included), ``stories``, ``revisions``, and the events
    that wait to be relayed."""
    held = {
        "articles": select(func.count()).select_from(tables.articles),
        "stories": select(func.count()).where(tables.stories.c.merged_into.is_(None)),
        "revisions": select(func.count()).select_from(tables.revisions),
        "events_waiting": select(func.count()).where(tables.outbox.c.relayed_at.is_(None)),
    }
    columns = [statement.scalar_subquery().label(name) for name, statement in held.items()]
    with translated(), engine.connect() as connection:
        return connection.execute(select(*columns)).one()._asdict()


_original = tables.articles.alias("original")


def _whole_rows() -> Select[Any]:
    joined = tables.articles.join(tables.stories, tables.articles.c.story_id == tables.stories.c.id)
    return select(
        *(column for column in tables.articles.columns if column.name not in {"story_id", "copy_of"}),
        tables.articles.c.story_id.label("story_key"),
        tables.stories.c.public_id.label("story_id"),
        _original.c.public_id.label("copy_of"),
    ).select_from(joined.outerjoin(_original, tables.articles.c.copy_of == _original.c.id))


def _article_rows(connection: Connection, rows: Sequence[Row[Any]]) -> list[ArticleRow]:
    seen = _sightings(connection, [row.id for row in rows])
    return [
        ArticleRow(
            public_id=row.public_id,
            source_key=row.source_key,
            source=row.source,
            entry_key=row.entry_key,
            parsed=parsed_article(row._asdict()),
            sightings=tuple(seen.get(row.id, ())),
            story_id=row.story_id,
            copy_of=row.copy_of,
            hidden=row.hidden,
            revision=row.revision,
            first_seen_at=row.first_seen_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]


def _sightings(connection: Connection, article_ids: Collection[int]) -> Mapping[int, list[Sighting]]:
    """By article, earliest first, one per source and entry key."""
    if not article_ids:
        return {}
    found: defaultdict[int, dict[tuple[str, str], Sighting]] = defaultdict(dict)
    statement = select(tables.sightings).where(tables.sightings.c.article_id.in_(article_ids))
    for row in connection.execute(statement.order_by(tables.sightings.c.id)):
        entries = found[row.article_id]
        first = entries.get((row.source_key, row.entry_key))
        if first is None or row.seen_at < first.seen_at:
            entries[row.source_key, row.entry_key] = Sighting(
                source_key=row.source_key,
                source=row.source,
                entry_key=row.entry_key,
                url=row.url,
                seen_at=row.seen_at,
                reason=first.reason if first else row.reason,
            )
    return {article: sorted(entries.values(), key=_seen_at) for article, entries in found.items()}


def _seen_at(sighting: Sighting) -> datetime:
    return sighting.seen_at


def _revision(row: Row[Any]) -> RevisionRow:
    columns = row._asdict()
    return RevisionRow(
        number=row.number,
        parsed=ParsedArticle(
            title=row.title,
            subtitle=row.subtitle,
            authors=tuple(Author(**each) for each in row.authors),
            published=stated_time(columns, "published"),
            modified=stated_time(columns, "modified"),
            text=row.text,
        ),
        replaced_at=row.replaced_at,
        change=row.change,
    )

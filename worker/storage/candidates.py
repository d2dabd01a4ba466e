"""Which stored articles the arrivals of a batch may be, in three queries for the whole batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, func, select

from worker.dedup.fingerprint import Fingerprint, normalise_title, public_id_of
from worker.dedup.verdict import Candidate
from worker.parsing import flags
from worker.storage.rows import parsed_article
from worker.storage.tables import articles, revisions, stories

CANDIDATES_PER_TEXT_MAX: Final = 20
"""Leads first, then the oldest. A text carried under more titles than that is a frame, and one copy more is no loss."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """``own``: the whole rows of the batch's own identities, by id. The others: public ids by id."""

    candidates: tuple[Candidate, ...]
    own: dict[int, dict[str, Any]]
    article_ids: dict[int, str]
    story_ids: dict[int, str]


def find_candidates(connection: Connection, batch: Sequence[Fingerprint]) -> Found:
    """Everything that ``decide`` may need to know of the store; runs under the decision lock."""
    own = _own(connection, {f.identity for f in batch})
    hashes = {f.content_hash for f in batch if f.content_hash and not flags.HIDDEN.intersection(f.article.flags)}
    others = [*_alike(connection, hashes), *_earlier(connection, hashes)] if hashes else []
    rows = [*own, *others]
    return Found(
        candidates=(*(_candidate(row, whole=True) for row in own), *(_candidate(row) for row in others)),
        own={row.id: _article_columns(row) for row in own},
        article_ids={row.id: public_id_of(row.identity) for row in rows}
        | {row.copy_of: row.lead_public_id for row in rows if row.copy_of is not None},
        story_ids={row.story_id: row.story_public_id for row in rows},
    )


_lead = articles.alias("lead")
_OF_OTHERS = (
    articles.c.id,
    articles.c.identity,
    articles.c.source,
    articles.c.story_id,
    articles.c.copy_of,
    articles.c.flags,
    articles.c.first_seen_at,
    stories.c.public_id.label("story_public_id"),
    _lead.c.public_id.label("lead_public_id"),
)


def _in_its_story() -> FromClause:
    return articles.join(stories, articles.c.story_id == stories.c.id).outerjoin(
        _lead, articles.c.copy_of == _lead.c.id
    )


def _own(connection: Connection, identities: Iterable[bytes]) -> Sequence[Row[Any]]:
    statement = (
        select(
            articles,
            stories.c.public_id.label("story_public_id"),
            _lead.c.public_id.label("lead_public_id"),
        )
        .select_from(_in_its_story())
        .where(articles.c.identity.in_(identities))
    )
    return connection.execute(statement).all()


def _alike(connection: Connection, hashes: Iterable[bytes]) -> Sequence[Row[Any]]:
    found = select(
        *_OF_OTHERS,
        articles.c.title,
        articles.c.content_hash,
        articles.c.seen_at,
        func.row_number().over(partition_by=articles.c.content_hash, order_by=_seniority()).label("place"),
    ).select_from(_in_its_story())
    return _firsts(connection, found.where(articles.c.content_hash.in_(hashes), ~articles.c.hidden))


def _earlier(connection: Connection, hashes: Iterable[bytes]) -> Sequence[Row[Any]]:
    found = select(
        *_OF_OTHERS,
        revisions.c.title,
        revisions.c.content_hash,
        revisions.c.seen_at,
        revisions.c.number,
        func.row_number().over(partition_by=revisions.c.content_hash, order_by=_seniority()).label("place"),
    ).select_from(_in_its_story().join(revisions, revisions.c.article_id == articles.c.id))
    return _firsts(connection, found.where(revisions.c.content_hash.in_(hashes), ~articles.c.hidden))


def _seniority() -> tuple[ColumnElement[Any], ...]:
    return (articles.c.copy_of.is_not(None), articles.c.id)


def _firsts(connection: Connection, found: Select[Any]) -> Sequence[Row[Any]]:
    ranked = found.subquery("found")
    return connection.execute(select(ranked).where(ranked.c.place <= CANDIDATES_PER_TEXT_MAX)).all()


def _candidate(row: Row[Any], *, whole: bool = False) -> Candidate:
    return Candidate(
        article_id=row.id,
        identity=row.identity,
        story_id=row.story_id,
        lead_id=row.copy_of or row.id,
        title=normalise_title(row.title),
        content_hash=row.content_hash,
        flags=tuple(row.flags),
        first_seen_at=row.first_seen_at,
        seen_at=row.seen_at,
        source=row.source,
        article=parsed_article(row._asdict()) if whole else None,
        earlier=hasattr(row, "number"),
    )


def _article_columns(row: Row[Any]) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in articles.columns}

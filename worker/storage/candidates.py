"""Which stored articles the arrivals of a batch may be, in a few queries for the whole batch.

content hashes, headlines, addresses, windows ► ids ► what decides of each ► texts of those that are to be compared
identities, update chains ───────────────► whole rows: these may be changed
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, func, select, union_all

from worker.dedup.entries import Entries, may_be_alike
from worker.dedup.fingerprint import Fingerprint, normalise_title, public_id_of, reading_of
from worker.dedup.likeness import Reading
from worker.dedup.updates import same_chain
from worker.dedup.verdict import Candidate
from worker.parsing import flags
from worker.parsing.article import ParsedArticle
from worker.storage import index
from worker.storage.memory import Memory
from worker.storage.rows import parsed_article, stated_time
from worker.storage.tables import articles, chain_items, revisions, stories
from worker.storage.tombstones import Buried, find_buried

CANDIDATES_PER_TEXT_MAX: Final = 20
"""Leads first, then the oldest. A text carried under more titles than that is a frame, and one copy more is no loss.
The same for articles under one headline of a source, or at one address."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the store holds that a batch may touch.

    ``own``: the whole rows of articles that the batch may change, by id; ``article_ids``, ``story_ids``: public ids.
    ``rows``: the index's entries for the batch's windows; ``stories``: of the articles in them; ``stop``: boilerplate.
    ``buried``: what of the batch was purged.
    """

    candidates: tuple[Candidate, ...]
    own: dict[int, dict[str, Any]]
    article_ids: dict[int, str]
    story_ids: dict[int, str]
    rows: Sequence[tuple[int, int]] = ()
    stories: Mapping[int, int]
    stop: frozenset[int] = frozenset()
    buried: Buried = field(default_factory=Buried)


def find_candidates(connection: Connection, batch: Sequence[Fingerprint], memory: Memory, *, now: datetime) -> Found:
    """Everything that ``decide`` may need to know of the store; runs under the decision lock, and before it without."""
    memory.refresh(connection, now)
    rows, story_of, nearest = _near(connection, batch, memory)
    near = {article for shared in nearest.values() for article in shared}
    plain = [f for f in batch if not flags.HIDDEN.intersection(f.article.flags)]
    hashes = {f.content_hash for f in plain if f.content_hash}
    ids = near | _alike(connection, hashes, {f.chain_key for f in plain}, {f.address_key for f in plain})
    others = _others(connection, ids)
    own = _whole(connection, {f.identity for f in batch}, _of_a_chain(others, plain, nearest))
    others = [row for row in others if row.id not in {each.id for each in own}]
    earlier = _earlier(connection, hashes)
    every = [*own, *others, *earlier]
    alone = _alone(connection, {row.story_id for row in every})
    readings = _readings(connection, _worth_reading(others, batch, nearest), memory)
    items, before = _items(connection, [row.id for row in own]), _before(connection, own)
    found = [
        *(_own_candidate(row, alone, items.get(row.id, frozenset()), before.get(row.id)) for row in own),
        *(_candidate(row, alone, reading=readings.get(row.id)) for row in others),
        *(replace(_candidate(row, alone), earlier=True) for row in earlier),
    ]
    return Found(
        candidates=tuple(found),
        own={row.id: _article_columns(row) for row in own},
        article_ids={row.id: public_id_of(row.identity) for row in every},
        story_ids={row.story_id: row.story_public_id for row in every},
        rows=rows,
        stories=story_of,
        stop=memory.stop,
        buried=find_buried(connection, batch),
    )


def _near(
    connection: Connection, batch: Iterable[Fingerprint], memory: Memory
) -> tuple[list[tuple[int, int]], dict[int, int], dict[bytes, dict[int, int]]]:
    """The index's entries for the batch, the stories of the articles in them, and the articles that may be near to each
    arrival, by its identity, with the number of windows that they share."""
    samples = {f.identity: f.sampled for f in batch}
    windows = {window for sampled in samples.values() for window in sampled} - memory.stop
    rows = index.held(connection, windows, memory.oldest)
    story_of = index.stories_of(connection, {article for _, article in rows})
    rows = [row for row in rows if row[1] in story_of]  # a purged article's lie there until the sweep comes by
    entries = Entries(rows, stop=memory.stop, story_of=story_of.__getitem__)
    return rows, story_of, {identity: entries.nearest(sampled) for identity, sampled in samples.items()}


def _worth_reading(
    rows: Iterable[Row[Any]], batch: Iterable[Fingerprint], nearest: Mapping[bytes, Mapping[int, int]]
) -> list[Row[Any]]:
    by_id = {row.id: row for row in rows}
    worth = {
        article
        for arrival in batch
        for article, shared in nearest[arrival.identity].items()
        if article in by_id and may_be_alike(shared, arrival.article.word_count, by_id[article].word_count)
    }
    return [by_id[article] for article in sorted(worth)]


_OF_OTHERS = (
    articles.c.id,
    articles.c.identity,
    articles.c.spoken_by,
    articles.c.source_key,
    articles.c.source,
    articles.c.story_id,
    articles.c.copy_of,
    articles.c.address_key,
    articles.c.word_count,
    articles.c.flags,
    articles.c.published_local,
    articles.c.published_offset,
    articles.c.published_precision,
    articles.c.first_seen_at,
    stories.c.public_id.label("story_public_id"),
)


def _in_its_story() -> FromClause:
    return articles.join(stories, articles.c.story_id == stories.c.id)


def _whole(connection: Connection, identities: Collection[bytes], ids: Collection[int]) -> Sequence[Row[Any]]:
    """The articles of these identities, be they items of an update chain, and those of these ids."""
    # One list of ids first: "in this list or in that" makes PostgreSQL read the whole table (measured).
    known = select(articles.c.id).where(articles.c.identity.in_(identities))
    followed = select(chain_items.c.article_id).where(chain_items.c.identity.in_(identities))
    wanted = {*ids, *connection.execute(union_all(known, followed)).scalars()}
    if not wanted:
        return []
    statement = (
        select(articles, stories.c.public_id.label("story_public_id"))
        .select_from(_in_its_story())
        .where(articles.c.id.in_(wanted))
    )
    return connection.execute(statement).all()


def _of_a_chain(
    rows: Iterable[Row[Any]], batch: Iterable[Fingerprint], nearest: Mapping[bytes, Mapping[int, int]]
) -> set[int]:
    """Articles that may be another version of one of the batch: by the same source, under one headline but for its
    marks, or near it by its text. They may be revised."""
    titles: dict[int | None, list[str | None]] = {}
    sources: dict[int, set[str]] = {}
    for each in batch:
        titles.setdefault(each.chain_key, []).append(each.article.title)
        for article in nearest[each.identity]:
            sources.setdefault(article, set()).add(each.source_key)
    return {
        row.id
        for row in rows
        if row.source_key in sources.get(row.id, ())
        or (row.chain_key is not None and any(same_chain(row.title, each) for each in titles.get(row.chain_key, ())))
    }


def _items(connection: Connection, article_ids: Collection[int]) -> dict[int, frozenset[bytes]]:
    """The further items of the update chains that these articles are."""
    if not article_ids:
        return {}
    found: dict[int, set[bytes]] = {}
    statement = select(chain_items).where(chain_items.c.article_id.in_(article_ids))
    for row in connection.execute(statement):
        found.setdefault(row.article_id, set()).add(row.identity)
    return {article: frozenset(identities) for article, identities in found.items()}


def _alike(
    connection: Connection, hashes: Collection[bytes], chains: Iterable[int | None], addresses: Iterable[int | None]
) -> set[int]:
    """Articles that share the whole text, the headline within their source, or the address with one of the batch."""
    wanted: list[tuple[ColumnElement[Any], Collection[Any]]] = [
        (articles.c.content_hash, hashes),
        (articles.c.chain_key, [each for each in chains if each is not None]),
        (articles.c.address_key, [each for each in addresses if each is not None]),
    ]
    found = [
        select(articles.c.id, func.row_number().over(partition_by=column, order_by=_seniority()).label("place")).where(
            column.in_(values), ~articles.c.hidden
        )
        for column, values in wanted
        if values
    ]
    if not found:
        return set()
    ranked = union_all(*found).subquery("found")
    return set(connection.execute(select(ranked.c.id).where(ranked.c.place <= CANDIDATES_PER_TEXT_MAX)).scalars())


def _others(connection: Connection, ids: Collection[int]) -> Sequence[Row[Any]]:
    if not ids:
        return []
    columns = (articles.c.title, articles.c.content_hash, articles.c.chain_key, articles.c.seen_at)
    statement: Select[Any] = select(*_OF_OTHERS, *columns).select_from(_in_its_story())
    return connection.execute(statement.where(articles.c.id.in_(ids))).all()


def _earlier(connection: Connection, hashes: Collection[bytes]) -> Sequence[Row[Any]]:
    if not hashes:
        return []
    place = func.row_number().over(partition_by=revisions.c.content_hash, order_by=_seniority()).label("place")
    columns = (revisions.c.title, revisions.c.content_hash, revisions.c.seen_at, place)
    found = (
        select(*_OF_OTHERS, *columns)
        .select_from(_in_its_story().join(revisions, revisions.c.article_id == articles.c.id))
        .where(revisions.c.content_hash.in_(hashes), ~articles.c.hidden)
    )
    return _firsts(connection, found)


def _seniority() -> tuple[ColumnElement[Any], ...]:
    return (articles.c.copy_of.is_not(None), articles.c.id)


def _firsts(connection: Connection, found: Select[Any]) -> Sequence[Row[Any]]:
    ranked = found.subquery("found")
    return connection.execute(select(ranked).where(ranked.c.place <= CANDIDATES_PER_TEXT_MAX)).all()


def _alone(connection: Connection, story_ids: Collection[int]) -> set[int]:
    """Those of the stories that have one article."""
    if not story_ids:
        return set()
    counted = (
        select(articles.c.story_id)
        .where(articles.c.story_id.in_(story_ids))
        .group_by(articles.c.story_id)
        .having(func.count() == 1)
    )
    return set(connection.execute(counted).scalars())


def _readings(connection: Connection, rows: Sequence[Row[Any]], memory: Memory) -> dict[int, Reading]:
    """The texts of these articles; read from the database as far as they are not remembered."""
    known = {row.id: memory.reading(row.id, row.content_hash, row.title) for row in rows}
    missing = [article for article, reading in known.items() if reading is None]
    readings = {article: reading for article, reading in known.items() if reading is not None}
    if missing:
        texts = select(articles.c.id, articles.c.text, articles.c.captions).where(articles.c.id.in_(missing))
        text_of = {row.id: row for row in connection.execute(texts)}
        for row in rows:
            if row.id in text_of:
                reading = _reading(row, text_of[row.id])
                memory.keep(row.id, row.content_hash, row.title, reading)
                readings[row.id] = reading
    return readings


def _reading(row: Row[Any], text: Any) -> Reading:
    published = stated_time(row._asdict(), "published")
    return Reading(
        title=row.title,
        text=text.text,
        source_key=row.source_key,
        published=published.utc if published else None,
        captions=tuple(text.captions),
    )


def _own_candidate(
    row: Row[Any], alone: Collection[int], items: frozenset[bytes], before: Row[Any] | None
) -> Candidate:
    """One that the batch may change: the whole of it, with what stood before."""
    article = _as_said(parsed_article(row._asdict()))
    return replace(
        _candidate(row, alone, reading=reading_of(row.source_key, article)),
        article=article,
        items=items,
        before=before and Reading(title=before.title, text=before.text, source_key=row.source_key),
        revised_at=before and before.replaced_at,
    )


def _before(connection: Connection, own: Iterable[Row[Any]]) -> dict[int, Row[Any]]:
    """The last revision of each of these articles."""
    revised = [row.id for row in own if row.revision > 1]
    if not revised:
        return {}
    last = (
        select(revisions.c.article_id, func.max(revisions.c.number).label("number"))
        .where(revisions.c.article_id.in_(revised))
        .group_by(revisions.c.article_id)
        .subquery("last")
    )
    statement: Select[Any] = select(
        revisions.c.article_id, revisions.c.title, revisions.c.text, revisions.c.replaced_at
    ).join_from(revisions, last, (revisions.c.article_id == last.c.article_id) & (revisions.c.number == last.c.number))
    return {row.article_id: row for row in connection.execute(statement)}


def _candidate(row: Row[Any], alone: Collection[int], *, reading: Reading | None = None) -> Candidate:
    return Candidate(
        article_id=row.id,
        identity=row.identity,
        spoken_by=row.spoken_by or row.identity,
        story_id=row.story_id,
        lead_id=row.copy_of or row.id,
        title=normalise_title(row.title),
        content_hash=row.content_hash,
        flags=tuple(row.flags),
        first_seen_at=row.first_seen_at,
        seen_at=row.seen_at,
        source=row.source,
        source_key=row.source_key,
        published=stated_time(row._asdict(), "published"),
        address_key=row.address_key,
        reading=reading,
        chain_key=row._asdict().get("chain_key"),
        alone=row.story_id in alone,
    )


def _as_said(article: ParsedArticle) -> ParsedArticle:
    """Without the flag that the store adds: it is no difference to what the source says next."""
    return replace(article, flags=tuple(flag for flag in article.flags if flag != flags.URL_ELSEWHERE))


def _article_columns(row: Row[Any]) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in articles.columns}

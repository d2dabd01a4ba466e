"""The index of word windows in SQL: which stored articles hold the windows of a batch, and what a batch adds.

``story_fingerprints`` holds (window, article), the article standing for its story: stories merge without touching the
index. Ids of articles rise in the order of storing, so the lowest id of the last days is the edge of what counts, and
neither a time nor a second index is needed per row.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from worker.dedup.windows import SAMPLED_ONE_IN
from worker.storage.tables import articles, fingerprint_stop, sightings, story_fingerprints

SWEEP_ARTICLES: Final = 50_000
"""While so many articles are stored, the sweep goes once over the whole index: about 5,000 entries looked at per batch
of 50 with a month of 5,000 a day. What has left the window lies there for so long, and is not found any more."""

_HASHES = 2**64


def held(connection: Connection, windows: Collection[int], oldest: int) -> list[tuple[int, int]]:
    """(window, article) for those of these windows that the index holds, from the article ``oldest`` on."""
    if not windows:
        return []
    if connection.dialect.name == "postgresql":
        # A binary array: half the time of text (measured), and a plan that does not depend on how many there are.
        found = connection.exec_driver_sql(_HELD_POSTGRESQL, (list(windows), oldest))
    else:
        found = connection.exec_driver_sql(_HELD_SQLITE, (json.dumps(list(windows)), oldest))
    return [(window, article) for window, article in found]


_HELD_POSTGRESQL = (
    "SELECT hash, article_id FROM story_fingerprints WHERE hash = ANY(%b::bigint[]) AND article_id >= %b::bigint"
)
# CROSS JOIN: SQLite then keeps the order of the tables and looks every window up, however little it knows of them.
_HELD_SQLITE = (
    "SELECT f.hash, f.article_id FROM json_each(?) AS j CROSS JOIN story_fingerprints AS f "
    "ON f.hash = j.value AND f.article_id >= ?"
)


def stories_of(connection: Connection, article_ids: Collection[int]) -> dict[int, int]:
    """The story of each article."""
    if not article_ids:
        return {}
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(
            "SELECT id, story_id FROM articles WHERE id = ANY(%b::bigint[])", (list(article_ids),)
        )
    else:
        found = connection.exec_driver_sql(
            "SELECT a.id, a.story_id FROM json_each(?) AS j CROSS JOIN articles AS a ON a.id = j.value",
            (json.dumps(list(article_ids)),),
        )
    return {article: story for article, story in found}  # noqa: C416 - rows are no pairs to mypy


def enter(connection: Connection, rows: Sequence[tuple[int, int]]) -> None:
    """Adds (window, article) to the index."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        windows, article_ids = zip(*rows, strict=True)
        connection.exec_driver_sql(_ENTER_POSTGRESQL, (list(windows), list(article_ids)))
    else:
        connection.exec_driver_sql(_ENTER_SQLITE, sorted(rows))


_ENTER_POSTGRESQL = (
    "INSERT INTO story_fingerprints (hash, article_id) SELECT * FROM unnest(%b::bigint[], %b::bigint[]) "
    "ON CONFLICT DO NOTHING"
)
_ENTER_SQLITE = "INSERT INTO story_fingerprints (hash, article_id) VALUES (?, ?) ON CONFLICT DO NOTHING"


def stop(connection: Connection, windows: Collection[int]) -> None:
    """Takes windows that have become boilerplate out of the index and remembers them."""
    if not windows:
        return
    known = set(
        connection.execute(select(fingerprint_stop.c.hash).where(fingerprint_stop.c.hash.in_(windows))).scalars()
    )
    new = [{"hash": window} for window in windows if window not in known]
    if new:
        connection.execute(insert(fingerprint_stop), new)
    connection.execute(delete(story_fingerprints).where(story_fingerprints.c.hash.in_(windows)))


def stopped(connection: Connection) -> frozenset[int]:
    """Every window that was ever boilerplate."""
    return frozenset(connection.execute(select(fingerprint_stop.c.hash)).scalars())


def sweep(connection: Connection, first: int, last: int, oldest: int) -> None:
    """Takes what lies before the article ``oldest`` out of a slice of the index: the slice that belongs to the articles
    ``first`` to ``last``, which were just stored. So the sweep needs no memory, no clock and no long lock."""
    if oldest <= 1:
        return
    for low, high in _slices(first, last + 1):
        connection.execute(
            delete(story_fingerprints).where(
                story_fingerprints.c.hash >= low,
                story_fingerprints.c.hash < high,
                story_fingerprints.c.article_id < oldest,
            )
        )


def _slices(first: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges of signed hashes: a share of the index as large as the articles' share of SWEEP_ARTICLES."""
    if end - first >= SWEEP_ARTICLES:
        yield -_HASHES // 2, _HASHES // 2 - 1
        return
    first, end = first % SWEEP_ARTICLES, end % SWEEP_ARTICLES
    if first < end:
        yield from _ranges(_rank(first), _rank(end))
    else:
        yield from _ranges(_rank(first), _HASHES)
        yield from _ranges(0, _rank(end))


def _rank(place: int) -> int:
    """How far the sweep has come after so many articles, as an unsigned hash. What is sampled of longer texts lies in
    the first part of the hashes, and gets most of the time."""
    dense = _HASHES // SAMPLED_ONE_IN
    turn = SWEEP_ARTICLES * 9 // 10
    if place < turn:
        return place * dense // turn
    return dense + (place - turn) * (_HASHES - dense) // (SWEEP_ARTICLES - turn)


def _ranges(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Unsigned bounds as signed ones."""
    half = _HASHES // 2
    if low < min(high, half):
        yield low, min(high, half) - (high >= half)
    if high > half:
        yield max(low, half) - _HASHES, high - _HASHES


def oldest_since(connection: Connection, moment: datetime) -> int:
    """The lowest id of an article stored at ``moment`` or later; one more than the highest when there is none.

    Halves the ids (some twenty look-ups of one row): an index over the time of storing would cost every article.
    """
    low = connection.execute(select(func.min(articles.c.id))).scalar() or 1
    high = (connection.execute(select(func.max(articles.c.id))).scalar() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        stored_at = _stored_at(connection, middle)
        if stored_at is None or stored_at >= moment:
            high = middle
        else:
            low = middle + 1
    return low


def _stored_at(connection: Connection, article_id: int) -> datetime | None:
    """When this article, or the next one that there is, was stored."""
    following = select(func.min(articles.c.id)).where(articles.c.id >= article_id).scalar_subquery()
    moment: datetime | None = connection.execute(
        select(func.min(sightings.c.settled_at)).where(sightings.c.article_id == following)
    ).scalar()
    return moment

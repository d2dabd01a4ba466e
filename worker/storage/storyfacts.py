"""What the store knows of how an article came into its story: for `copydesk dedupe --explain`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from worker.storage.errors import translated
from worker.storage.tables import articles, fingerprint_stop, sightings, stories, story_fingerprints


@dataclass(frozen=True, kw_only=True)
class StoryFacts:
    """``settled``, ``reason``, ``settled_at``: the verdict that made the article. ``windows``: those of the asked ones
    under which it stands in the index. ``merged``: public ids of the stories that have gone into its story."""

    settled: str
    reason: str
    settled_at: datetime
    windows: frozenset[int]
    merged: tuple[str, ...]


def story_facts(engine: Engine, public_id: str, windows: Collection[int]) -> StoryFacts:
    """Of a stored article. Raises DatabaseAwayError."""
    with translated(), engine.connect() as connection:
        article = connection.execute(
            select(articles.c.id, articles.c.story_id).where(articles.c.public_id == public_id)
        ).one()
        made = connection.execute(
            select(sightings.c.settled, sightings.c.reason, sightings.c.settled_at)
            .where(sightings.c.article_id == article.id)
            .order_by(sightings.c.id)
            .limit(1)
        ).one()
        held = connection.execute(
            select(story_fingerprints.c.hash).where(
                story_fingerprints.c.hash.in_(windows), story_fingerprints.c.article_id == article.id
            )
        ).scalars()
        return StoryFacts(
            settled=made.settled,
            reason=made.reason,
            settled_at=made.settled_at,
            windows=frozenset(held),
            merged=tuple(_merged_into(connection, article.story_id)),
        )


def _merged_into(connection: Connection, story: int) -> list[str]:
    """The stories that went into this one, also by way of others; oldest first."""
    found: dict[int, str] = {}
    left = [story]
    while left:
        rows = connection.execute(
            select(stories.c.id, stories.c.public_id).where(stories.c.merged_into.in_(left))
        ).all()
        left = [row.id for row in rows]
        found |= {row.id: row.public_id for row in rows}
    return [found[key] for key in sorted(found)]


def boilerplate_of(engine: Engine, windows: Collection[int]) -> frozenset[int]:
    """Those of the windows that are known as boilerplate."""
    with translated(), engine.connect() as connection:
        known = select(fingerprint_stop.c.hash).where(fingerprint_stop.c.hash.in_(windows))
        return frozenset(connection.execute(known).scalars())

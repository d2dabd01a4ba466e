"""Events as they lie in the outbox, written with the article and relayed after commit.

A payload names the article and what lists of news show of it; who wants the text reads the article.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from worker.record import print_time
from worker.storage.record import print_instant
from worker.storage.rows import stated_time

TYPES: Final = (
    "article.stored",
    "article.revised",
    "article.copied",
    "article.reparsed",
    "article.quarantined",
    "article.purged",
    "story.merged",
    "story.lead_changed",
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """``event_id``: 64 hex digits, the same for the same happening however often it is tried; None where one raw
    article may come to it more than once, then the sequence number tells the times apart."""

    event_id: str | None
    type: str
    raw_id: str
    article_public_id: str | None
    payload: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ArticleEvent:
    """An event about an article whose story and lead are only known when the whole batch is written. ``article``: its
    key in the plan. ``columns``: its row as it is after the event."""

    type: str
    raw_id: str
    article: int
    columns: Mapping[str, Any]
    more: Mapping[str, Any]


def article_event(said: ArticleEvent, *, story_id: str, copy_of: str | None) -> Event:
    """Story and original are given by their public ids."""
    columns = said.columns
    published = stated_time(columns, "published")
    payload = {
        "id": columns["public_id"],
        "url": columns["url"],
        "source": columns["source"],
        "title": columns["title"],
        "published_at": published and print_time(published),
        "published_precision": published and published.precision,
        "language": columns["language"],
        "flags": columns["flags"],
        "story_id": story_id,
        "copy_of": copy_of,
        "revision": columns["revision"],
        "first_seen_at": print_instant(columns["first_seen_at"]),
        "updated_at": print_instant(columns["updated_at"]),
        **said.more,
    }
    return Event(
        event_id=None if said.type == "article.reparsed" else event_id(said.type, said.raw_id),
        type=said.type,
        raw_id=said.raw_id,
        article_public_id=columns["public_id"],
        payload=payload,
    )


def merge_event(raw_id: str, *, story_id: str, merged: str, lead_id: str) -> Event:
    """The story ``merged`` has gone into ``story_id``: its articles are copies of ``lead_id`` now. ``raw_id``: of the
    raw article that is a copy of members of both. A story is merged once, so its id tells the event."""
    return Event(
        event_id=event_id("story.merged", merged),
        type="story.merged",
        raw_id=raw_id,
        article_public_id=lead_id,
        payload={"story_id": story_id, "merged_story_id": merged, "lead_id": lead_id},
    )


def lead_event(story_id: str, *, lead_id: str, former_lead_id: str) -> Event:
    """Another article leads the story now: the others are copies of it. May happen to a story again and again."""
    return Event(
        event_id=None,
        type="story.lead_changed",
        raw_id=story_id,
        article_public_id=lead_id,
        payload={"story_id": story_id, "lead_id": lead_id, "former_lead_id": former_lead_id},
    )


def quarantine_event(row: Mapping[str, Any]) -> Event:
    """A raw article may come into quarantine again (after ``drop``, or a replay that failed): each time is an event."""
    return Event(
        event_id=None,
        type="article.quarantined",
        raw_id=row["raw_id"],
        article_public_id=None,
        payload={name: row[name] for name in ("raw_id", "source", "entry_key", "url", "reason", "detail")},
    )


def purge_event(raw_id: str, *, article_id: str, story_id: str) -> Event:
    """The article is gone. Its ids alone tell so: what it said is not to be told once more. Its tombstones keep it from
    coming again, so its id tells the event."""
    return Event(
        event_id=event_id("article.purged", article_id),
        type="article.purged",
        raw_id=raw_id,
        article_public_id=article_id,
        payload={"id": article_id, "story_id": story_id},
    )


def event_id(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()

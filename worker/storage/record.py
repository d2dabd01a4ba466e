"""The record as users see it (docs/records.md), from what the store holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from worker.record import parsed_fields

if TYPE_CHECKING:
    from worker.storage.reading import ArticleRow, Sighting

RECORD_FIELDS: Final = (
    "id",
    "url",
    "canonical_url",
    "source",
    "sightings",
    "publisher",
    "title",
    "subtitle",
    "authors",
    "agency",
    "dateline",
    "published_at",
    "published_precision",
    "modified_at",
    "language",
    "text",
    "summary",
    "captions",
    "images",
    "tags",
    "section",
    "word_count",
    "flags",
    "story_id",
    "copy_of",
    "revision",
    "first_seen_at",
    "updated_at",
)
"""The names of a record, in the order in which they are printed."""


def record(row: ArticleRow) -> dict[str, Any]:
    """One article as JSON: exactly RECORD_FIELDS, in that order."""
    values = parsed_fields(row.parsed) | {
        "id": row.public_id,
        "source": row.source,
        "sightings": [_sighting(each) for each in row.sightings],
        "story_id": row.story_id,
        "copy_of": row.copy_of,
        "revision": row.revision,
        "first_seen_at": print_instant(row.first_seen_at),
        "updated_at": print_instant(row.updated_at),
    }
    return {name: values[name] for name in RECORD_FIELDS}


def _sighting(sighting: Sighting) -> dict[str, Any]:
    return {
        "source": sighting.source,
        "entry_key": sighting.entry_key,
        "url": sighting.url,
        "seen_at": print_instant(sighting.seen_at),
    }


def print_instant(moment: datetime) -> str:
    """A system time, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")

"""The record as users see it (docs/records.md), from what the store holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from worker.parsing.article import ParsedArticle, StatedTime

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


def parsed_fields(article: ParsedArticle) -> dict[str, Any]:
    """The names of a record that parsing fills."""
    published, modified = article.published, article.modified
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "publisher": article.publisher,
        "title": article.title,
        "subtitle": article.subtitle,
        "authors": [{"name": each.name, "email": each.email, "url": each.url} for each in article.authors],
        "agency": article.agency,
        "dateline": article.dateline,
        "published_at": published and print_time(published),
        "published_precision": published and published.precision,
        "modified_at": modified and print_time(modified),
        "language": article.language,
        "text": article.text,
        "summary": article.summary,
        "captions": list(article.captions),
        "images": list(article.images),
        "tags": list(article.tags),
        "section": article.section,
        "word_count": article.word_count,
        "flags": list(article.flags),
    }


def print_time(time: StatedTime) -> str:
    """As stated: with its offset, without one where the zone is unknown, a bare date where only the day is known."""
    if time.precision == "day":
        return time.local.date().isoformat()
    zone = None if time.offset_minutes is None else timezone(timedelta(minutes=time.offset_minutes))
    return time.local.replace(tzinfo=zone).isoformat(timespec="seconds")


def print_instant(moment: datetime) -> str:
    """A system time, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")

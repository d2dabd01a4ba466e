"""A parsed article under the names that users read (DESIGN.md 5): the part of the record that comes from parsing."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from worker.parsing.article import Author, ParsedArticle, Provenance, StatedTime


def parsed_fields(parsed: ParsedArticle) -> dict[str, Any]:
    """JSON values only. What is not known is None or empty."""
    return {
        "url": parsed.url,
        "canonical_url": parsed.canonical_url,
        "publisher": parsed.publisher,
        "title": parsed.title,
        "subtitle": parsed.subtitle,
        "authors": [author_fields(author) for author in parsed.authors],
        "agency": parsed.agency,
        "dateline": parsed.dateline,
        "published_at": print_time(parsed.published) if parsed.published else None,
        "published_precision": parsed.published.precision if parsed.published else None,
        "modified_at": print_time(parsed.modified) if parsed.modified else None,
        "language": parsed.language,
        "text": parsed.text,
        "summary": parsed.summary,
        "captions": list(parsed.captions),
        "images": list(parsed.images),
        "tags": list(parsed.tags),
        "section": parsed.section,
        "word_count": parsed.word_count,
        "flags": list(parsed.flags),
    }


def author_fields(author: Author) -> dict[str, str | None]:
    return {"name": author.name or None, "email": author.email, "url": author.url}


def provenance_fields(provenance: Provenance) -> dict[str, Any]:
    """``origin``, and ``disagree`` (what others said, by origin) only where somebody did."""
    said = {"disagree": dict(provenance.disagree)} if provenance.disagree else {}
    return {"origin": provenance.origin, **said}


def print_time(time: StatedTime) -> str:
    """ISO 8601 as stated: with the stated offset, without one when it is unknown, ``YYYY-MM-DD`` for a day."""
    if time.precision == "day":
        return time.local.date().isoformat()
    if time.offset_minutes is None:
        return time.local.isoformat(timespec="seconds")
    zone = timezone(timedelta(minutes=time.offset_minutes))
    return time.local.replace(tzinfo=zone).isoformat(timespec="seconds")

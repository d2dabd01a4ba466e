"""A parsed article as columns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from worker.parsing import flags
from worker.parsing.article import Author, ParsedArticle, Provenance, StatedTime
from worker.record import provenance_fields

_PLAIN: Final = (
    "url",
    "canonical_url",
    "publisher",
    "title",
    "subtitle",
    "agency",
    "dateline",
    "language",
    "text",
    "summary",
    "section",
)
_LISTS: Final = ("captions", "images", "tags", "flags")
_TIMES: Final = ("published", "modified")


def parsed_columns(article: ParsedArticle) -> dict[str, Any]:
    """Every column of ``articles`` that parsing fills. Raises OverflowError for a time that has no instant in UTC."""
    columns: dict[str, Any] = {name: getattr(article, name) for name in _PLAIN}
    columns |= {name: list(getattr(article, name)) for name in _LISTS}
    columns["authors"] = [asdict(author) for author in article.authors]
    columns["provenance"] = {name: provenance_fields(each) for name, each in article.provenance.items()}
    columns["word_count"] = article.word_count
    columns["hidden"] = bool(flags.HIDDEN.intersection(article.flags))
    for name in _TIMES:
        columns |= _time_columns(name, getattr(article, name))
    return columns


def _time_columns(name: str, time: StatedTime | None) -> dict[str, Any]:
    return {
        f"{name}_local": time.local if time else None,
        f"{name}_offset": time.offset_minutes if time else None,
        f"{name}_sort": time.utc.astimezone(UTC) if time else None,
        f"{name}_precision": time.precision if time else None,
    }


def parsed_article(row: Mapping[str, Any]) -> ParsedArticle:
    """The parsed article that a row of ``articles`` was made from; equal to it in every field."""
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    lists: dict[str, Any] = {name: tuple(row[name]) for name in _LISTS}
    return ParsedArticle(
        **plain,
        **lists,
        authors=tuple(Author(**author) for author in row["authors"]),
        provenance={name: _provenance(each) for name, each in row["provenance"].items()},
        published=stated_time(row, "published"),
        modified=stated_time(row, "modified"),
    )


def _provenance(stored: Mapping[str, Any] | str) -> Provenance:
    """Releases before told the origin alone, as a string."""
    return Provenance(origin=stored) if isinstance(stored, str) else Provenance(**stored)  # type: ignore[arg-type]


def stated_time(row: Mapping[str, Any], name: str) -> StatedTime | None:
    local = row[f"{name}_local"]
    if local is None:
        return None
    return StatedTime(local=local, offset_minutes=row[f"{name}_offset"], precision=row[f"{name}_precision"])


def listed_at(columns: Mapping[str, Any], first_seen_at: datetime) -> datetime:
    """When an article stands in a listing: when it was published, else when it was first seen."""
    published: datetime | None = columns["published_sort"]
    return published or first_seen_at


REVISED: Final = (
    "title",
    "subtitle",
    "authors",
    "text",
    "content_hash",
    "raw_id",
    "seen_at",
    *(f"{name}_{part}" for name in _TIMES for part in ("local", "offset", "sort", "precision")),
)
"""The columns that a revision keeps of the article's earlier state."""


def unstorable(value: object) -> str | None:
    """Why no database takes this value, however deep it is nested; None when it can be stored.

    SQLite would store a NUL that PostgreSQL refuses, and the drivers fail differently on a lone surrogate.
    """
    if isinstance(value, str):
        if "\0" in value:
            return "a text holds a NUL character"
        try:
            value.encode()
        except UnicodeEncodeError:
            return "a text holds a lone surrogate"
        return None
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple):
        return next((why for why in map(unstorable, value) if why), None)
    return None

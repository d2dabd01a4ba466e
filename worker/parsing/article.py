"""The parsed article: what parsing hands to deduplication and storage. Values only, no behaviour beyond counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal

Precision = Literal["second", "minute", "day"]

Origin = Literal["seed", "feed", "json_ld", "microdata", "meta", "page", "url", "text", "setting"]
"""Where a field was taken from: closed, docs/records.md says what each means."""


@dataclass(frozen=True, kw_only=True)
class Author:
    """A person. Desks and agencies are not people. ``name`` is empty where only an address signs the text."""

    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class StatedTime:
    """A time as its publisher states it: local (naive) time, and the zone's offset in minutes where it is known."""

    local: datetime
    offset_minutes: int | None
    precision: Precision

    def __post_init__(self) -> None:
        if self.local.tzinfo is not None:
            raise ValueError("local is the naive local time; the zone goes into offset_minutes")

    @property
    def utc(self) -> datetime:
        """The instant, aware; an unknown zone is taken as UTC (good enough to sort by, never printed)."""
        return self.local.replace(tzinfo=timezone(timedelta(minutes=self.offset_minutes or 0)))


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """``origin`` decided; ``disagree`` holds what others said instead (cut), and is empty where nobody did."""

    origin: Origin
    disagree: Mapping[Origin, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ParsedArticle:
    """A field that is not known is None or empty, never guessed; a doubtful one is flagged.

    ``text`` holds paragraphs separated by a blank line, without captions, byline or dates. ``flags`` are sorted and
    from the closed set in docs/records.md. ``provenance`` tells by the record's field name where the value came from,
    and who said something else. No string holds NUL or a lone surrogate.
    """

    url: str | None = None
    canonical_url: str | None = None
    publisher: str | None = None
    title: str | None = None
    subtitle: str | None = None
    authors: tuple[Author, ...] = ()
    agency: str | None = None
    dateline: str | None = None
    published: StatedTime | None = None
    modified: StatedTime | None = None
    language: str | None = None
    text: str = ""
    summary: str | None = None
    captions: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str | None = None
    flags: tuple[str, ...] = ()
    provenance: Mapping[str, Provenance] = field(default_factory=dict)

    @property
    def word_count(self) -> int:
        """Words between white space in the body; for scripts without spaces it is a lower bound."""
        return len(self.text.split())

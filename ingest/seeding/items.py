"""What reading seeds gives: raw articles under the names that reports use, what is refused, and what is passed over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingest.seeding.seedfiles import Form
from shared.schema import RawArticle


@dataclass(frozen=True, kw_only=True)
class SeedSource:
    """What the command line says of everything that is handed in. ``form`` overrides what a name or a look tells."""

    name: str = "seed"
    timezone: str | None = None
    language: str | None = None
    form: Form | None = None

    @property
    def key(self) -> str:
        """A seed can never pass for a feed."""
        return f"seed:{self.name}"

    def raw_article(self, **fields: Any) -> RawArticle:
        """A raw article of this source; seen now, unless ``fields`` say when."""
        stated = {"timezone": self.timezone, "seen_at": datetime.now(UTC), **fields}
        return RawArticle(source_key=self.key, source=self.name, language=self.language, **stated)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Something that was handed in and cannot be an article; nothing else is lost for it."""

    input_id: str
    reason: str

    @property
    def digest(self) -> str:
        """Counts the same refusal once however often it is handed in."""
        return hashlib.sha256(f"{self.input_id}\0{self.reason}".encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """A part of an archive that by its own statement is no article's page (a picture), or a folder's other file.

    No failure, so that a crawl's archive without any ends well; ``reason`` is one of a few, for counting.
    """

    input_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SeedItem:
    """A raw article, and how reports call its input (its `id`, else the file's name)."""

    input_id: str
    raw: RawArticle


Seed = SeedItem | Refused | PassedOver


def content_key(body: bytes) -> str:
    """The entry key of what has no name of its own."""
    return "sha256:" + hashlib.sha256(body).hexdigest()[:32]

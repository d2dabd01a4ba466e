"""Makes values for tests: plain functions with overrides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.schema import RawArticle

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_raw_article(**overrides: Any) -> RawArticle:
    """A raw text of a seed, handed in at noon."""
    fields: dict[str, Any] = {
        "source_key": "seed:desk",
        "source": "desk",
        "entry_key": "one.txt",
        "kind": "text",
        "body": "The ferry to Ostholm sails again.".encode(),
        "seen_at": NOON,
    }
    return RawArticle(**{**fields, **overrides})

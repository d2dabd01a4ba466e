"""Makes values for tests: plain functions with overrides."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

from shared.schema import RawArticle, pack_body, pack_meta
from worker.parsing.article import Author, ParsedArticle, Provenance, StatedTime
from worker.storage.arrival import Arrival, Condemned, Reason

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_raw_article(**overrides: Any) -> RawArticle:
    """A raw text of a seed, handed in at noon."""
    fields: dict[str, Any] = {
        "source_key": "seed:desk",
        "source": "desk",
        "entry_key": "one.txt",
        "kind": "text",
        "body": b"The ferry to Ostholm sails again.",
        "seen_at": NOON,
    }
    return RawArticle(**{**fields, **overrides})


PARAGRAPHS = (
    "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years without one.",
    "Tickets will be sold from the first of May, and the islanders will pay half of what visitors pay.",
    "“We have been waiting for this since the bridge closed,” said Marit Olsen, who runs the bakery at the pier.",
)


_SYLLABLES = (
    "bar",
    "del",
    "fen",
    "gol",
    "har",
    "kim",
    "lun",
    "mor",
    "nes",
    "ost",
    "pir",
    "ran",
    "sil",
    "tov",
    "ul",
    "vik",
)


def make_paragraphs(number: int | str, count: int = 3, *, words: int = 30) -> list[str]:
    """Paragraphs of invented words: the same for the same number, unlike those of every other."""
    random = Random(number)
    return [
        " ".join("".join(random.choices(_SYLLABLES, k=3)) for _ in range(words)).capitalize() + "."
        for _ in range(count)
    ]


def make_text(number: int | str, count: int = 3, *, words: int = 30) -> str:
    return "\n\n".join(make_paragraphs(number, count, words=words))


def make_parsed_article(**overrides: Any) -> ParsedArticle:
    """An article of three invented paragraphs, published in the morning."""
    fields: dict[str, Any] = {
        "title": "Night ferry returns to Ostholm",
        "authors": (Author(name="Ragna Lind", email="lind@example.org"),),
        "published": StatedTime(local=datetime(2026, 3, 1, 9, 30), offset_minutes=60, precision="minute"),  # noqa: DTZ001
        "language": "en",
        "text": "\n\n".join(PARAGRAPHS),
        "tags": ("ferries",),
        "provenance": {
            "title": Provenance(origin="feed", disagree={"page": "Ferry returns"}),
            "text": Provenance(origin="page"),
        },
    }
    return ParsedArticle(**{**fields, **overrides})


def make_arrival(*, parsed: ParsedArticle | None = None, replay: bool = False, **overrides: Any) -> Arrival:
    """A raw article (``overrides`` are its fields) and what parsing made of it; the raw id follows from both."""
    parsed = parsed or make_parsed_article()
    body = overrides.pop("body", f"{parsed!r}".encode("utf-8", "replace"))
    raw = make_raw_article(body=body, replay=replay, **overrides)
    return Arrival(raw_id=raw.raw_id, raw=raw, meta=pack_meta(raw), body=pack_body(raw), parsed=parsed)


def make_condemned(**overrides: Any) -> Condemned:
    """A raw article that could not be parsed three times; ``raw`` may be given as None."""
    raw = overrides.pop("raw", make_raw_article(entry_key="broken.txt"))
    fields: dict[str, Any] = {
        "raw_id": raw.raw_id if raw else "f" * 32,
        "raw": raw,
        "meta": pack_meta(raw) if raw else b"\xff",
        "body": pack_body(raw) if raw else b"\x00",
        "reason": Reason.PARSE_FAILED,
        "detail": "ValueError: no body",
        "tries": 3,
    }
    return Condemned(**{**fields, **overrides})

"""The line that ends a raw article's way in the log, by the same ids with which `ingest` began it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence

import structlog

from shared.schema import Outcome
from worker.inbox import ClaimedArticle
from worker.storage.errors import StorageError
from worker.storage.ledger import Place

log = structlog.get_logger()

FindPlaces = Callable[[Collection[str]], Mapping[str, Place]]


def tell_settled(outcomes: Mapping[str, Outcome], claimed: Sequence[ClaimedArticle], places: FindPlaces) -> None:
    """One ``article.settled`` for each outcome; ``verdict`` is what the metrics count it as.

    After settling: a process that dies before it has left no line, and the next one tells. A database that goes away at
    this moment costs the lines their article's id and reason.
    """
    if not outcomes or not logging.getLogger(__name__).isEnabledFor(logging.INFO):
        return
    try:
        found = places(list(outcomes))
    except StorageError as error:
        log.warning("database.away", reason=str(error))
        found = {}
    for article in claimed:
        if outcome := outcomes.get(article.raw_id):
            place = found.get(article.raw_id)
            source, entry_key = _named(article.meta)
            log.info(
                "article.settled",
                raw_id=article.raw_id,
                source=source,
                entry_key=entry_key,
                verdict=verdict_of(outcome),
                article_id=place and place.article_id,
                reason=place and place.reason,
            )


def verdict_of(outcome: Outcome) -> str:
    """As settle.lua counts it: what was settled before it was handed in this time is known."""
    return "duplicate" if outcome.again and outcome.settled != "quarantined" else outcome.settled


def _named(meta: bytes) -> tuple[str | None, str | None]:
    """Source and entry key, as far as a meta says them that nobody has checked."""
    try:
        fields = json.loads(meta)
    except (ValueError, RecursionError):
        fields = None
    named = fields if isinstance(fields, dict) else {}
    source, entry_key = (named.get(name) for name in ("source", "entry_key"))
    return source if isinstance(source, str) else None, entry_key if isinstance(entry_key, str) else None

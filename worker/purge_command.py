"""`copydesk purge`: what its retention has run out for goes now, or is only counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Engine

from worker.settings import WorkerSettings
from worker.storage.purging import KINDS, Purging, Retention, due

_NAMES: Final = {"raw_articles": "raw articles"}
_REUSED: Final = "The file keeps its size: what comes next is written into the space (docs/operating.md, Retention)."


def retention_of(settings: WorkerSettings) -> Retention:
    return Retention(
        articles=settings.articles_retention_days,
        raw_articles=settings.raw_retention_days,
        quarantine=settings.quarantine_retention_days,
        events=settings.events_retention_days,
    )


def run_purge(
    engine: Engine, settings: WorkerSettings, *, dry_run: bool, as_json: bool, write: Callable[[str], None]
) -> None:
    """One pass to its end, or with ``dry_run`` none; writes how many of each kind. Raises StorageError."""
    retention, now = retention_of(settings), datetime.now(UTC)
    counts: Mapping[str, int]
    if dry_run:
        counts = due(engine, retention, now=now)
    else:
        counts = gone = Counter[str]()
        for kind, count in Purging(engine, retention).batches(now=now):
            gone[kind] += count
    if as_json:
        write(json.dumps(_report(retention, counts, dry_run=dry_run)))
        return
    for line in _lines(retention, counts, now, dry_run=dry_run):
        write(line)
    if not dry_run and any(counts.values()) and engine.dialect.name == "sqlite":
        write(_REUSED)


def _report(retention: Retention, counts: Mapping[str, int], *, dry_run: bool) -> dict[str, Any]:
    word = "due" if dry_run else "purged"
    return {kind: {"retention_days": getattr(retention, kind), word: counts.get(kind, 0)} for kind in KINDS}


def _lines(retention: Retention, counts: Mapping[str, int], now: datetime, *, dry_run: bool) -> Iterator[str]:
    cutoffs, word = retention.cutoffs(now), "would go" if dry_run else "purged"
    for kind in KINDS:
        name = _NAMES.get(kind, kind)
        if kind in cutoffs:
            days = f"{getattr(retention, kind):g} days"
            yield f"{name:13} {counts.get(kind, 0)} {word}: older than {days} (before {cutoffs[kind]:%Y-%m-%d %H:%M}Z)"
        else:
            yield f"{name:13} kept for ever"

"""Tombstones: what is left of purged raw articles, so that what a feed still carries does not come back as new."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from worker.dedup.fingerprint import Fingerprint
from worker.dedup.tombstone import content_mark, mark_of, text_mark
from worker.dedup.verdict import Duplicate, Revision, Verdict
from worker.parsing import flags


@dataclass(frozen=True, kw_only=True)
class Buried:
    """Of a batch, what was purged: the article's mark by that of an entry, and by that of a content."""

    entries: Mapping[int, int | None] = field(default_factory=dict)
    contents: Mapping[int, int | None] = field(default_factory=dict)

    def holds(self, arrival: Fingerprint, verdict: Verdict) -> bool:
        """Whether the arrival is purged already and must not come back. What the verdict makes a sighting of an
        article that is still there, or the next text of the entry's own article, is not touched."""
        entry = mark_of(arrival.identity) in self.entries
        if isinstance(verdict, Duplicate):
            return False
        if isinstance(verdict, Revision):
            return entry and arrival.identity not in {verdict.of.identity, *verdict.of.items}
        return entry or content_of(arrival) in self.contents

    def article(self, arrival: Fingerprint) -> int | None:
        by_entry = self.entries.get(mark_of(arrival.identity))
        return by_entry if by_entry is not None else self.contents.get(content_of(arrival) or 0)


def content_of(arrival: Fingerprint) -> int | None:
    return content_mark(
        arrival.title,
        arrival.content_hash,
        evidence=arrival.evidence,
        hidden=bool(flags.HIDDEN.intersection(arrival.article.flags)),
    )


def find_buried(connection: Connection, batch: Sequence[Fingerprint]) -> Buried:
    """One round trip for the whole batch."""
    if not batch:
        return Buried()
    entries = {mark_of(each.identity) for each in batch}
    contents = {mark for mark in map(content_of, batch) if mark is not None}
    # Arrays in place of a hundred parameters: a third of the time (measured).
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(_FIND_POSTGRESQL, (list(entries), list(contents))).all()
    else:
        found = connection.exec_driver_sql(_FIND_SQLITE, (json.dumps(list(entries)), json.dumps(list(contents)))).all()
    return Buried(
        entries={mark: article for mark, article, is_entry in found if is_entry},
        contents={mark: article for mark, article, is_entry in found if not is_entry},
    )


_FIND_POSTGRESQL: Final = (
    "SELECT entry, article, true FROM tombstones WHERE entry = ANY(%b::bigint[]) AND settled <> 'quarantined' "
    "UNION ALL SELECT content, article, false FROM tombstones WHERE content = ANY(%b::bigint[])"
)
_FIND_SQLITE: Final = (
    "SELECT t.entry, t.article, 1 FROM json_each(?) AS j CROSS JOIN tombstones AS t ON t.entry = j.value "
    "WHERE t.settled <> 'quarantined' "
    "UNION ALL SELECT t.content, t.article, 0 FROM json_each(?) AS j CROSS JOIN tombstones AS t ON t.content = j.value"
)


def tombstone(
    *,
    raw_id: str,
    identity: bytes | None,
    content: int | None,
    article: int | None,
    entry_key: str | None,
    url: str | None,
    settled: str,
    settled_at: datetime,
    purged_at: datetime,
) -> dict[str, Any]:
    """A row of ``tombstones``."""
    return {
        "raw_id": raw_id,
        "entry": None if identity is None else mark_of(identity),
        "content": content,
        "article": article,
        "entry_key": None if entry_key is None else text_mark(entry_key),
        "url": None if url is None else text_mark(url),
        "settled": settled,
        "settled_at": settled_at,
        "purged_at": purged_at,
    }

"""Which entries want their page, when a page is asked for again, and how that is remembered. Pure.

What is remembered of an entry is 8 bytes that stand for its content (ingest.polling.identity). Two things more are
folded into them for entries that live by their page: when the feed says it was updated, and how often the page could
not be had for a reason that passes. So an entry is "new" again until its page came or three polls have tried.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ingest.documents.teasers import has_page, is_teaser
from ingest.feedlist.sources import FullText
from ingest.polling.memory import KeyedEntry, Seen

TRIES_MAX: Final = 3
"""Polls that ask for a page; then the article stays as the feed has it."""

UPDATED_WITHIN: Final = timedelta(hours=48)
"""An update that only the feed's time tells of is followed to the page for so long after publication (PEERS.md 6)."""

_STAMPING_MIN: Final = 3


def wants_page(keyed: KeyedEntry, rule: FullText) -> bool:
    """``never``: no entry; ``always``: each that links to anything like a page; ``auto``: of these the teasers."""
    if rule == "never" or not has_page(keyed.entry):
        return False
    return rule == "always" or is_teaser(keyed.entry)


def stamped(entries: Sequence[KeyedEntry], rule: FullText) -> tuple[KeyedEntry, ...]:
    """The entries, those that want their page with the time of their update as a part of their content.

    A feed that gives half of its entries one time of update stamps the document, and says nothing of the articles.
    """
    if rule == "never":
        return tuple(entries)
    times = Counter(keyed.entry.modified for keyed in entries if keyed.entry.modified)
    stamping = {time for time, count in times.items() if count >= max(_STAMPING_MIN, len(entries) / 2)}
    return tuple(
        _with_digest(keyed, _mixed(keyed.entry.content_digest, time))
        if (time := _update_of(keyed)) and time not in stamping and wants_page(keyed, rule)
        else keyed
        for keyed in entries
    )


def tries_of(keyed: KeyedEntry, seen: Seen) -> int:
    """How many polls have asked for this entry's page in vain, its content being the same since."""
    known = seen.get(keyed.record)
    if known is None:
        return 0
    content = keyed.entry.content_digest
    return next((tries for tries in range(1, TRIES_MAX) if known.content == _owing(content, tries)), 0)


def owing(keyed: KeyedEntry, *, tries: int) -> KeyedEntry:
    """The entry as it is remembered while its page is owed: after the last try, as one that has all it can get."""
    return keyed if tries >= TRIES_MAX else _with_digest(keyed, _owing(keyed.entry.content_digest, tries))


def _update_of(keyed: KeyedEntry) -> str | None:
    entry = keyed.entry
    if entry.modified is None or entry.published is None or entry.modified == entry.published:
        return None
    try:
        age = datetime.fromisoformat(entry.modified) - datetime.fromisoformat(entry.published)
    except (ValueError, TypeError):  # not understood, or one with a zone and one without
        return None
    return entry.modified if timedelta(0) < age <= UPDATED_WITHIN else None


def _owing(content: bytes, tries: int) -> bytes:
    return _mixed(content, f"page owed {tries}")


def _mixed(content: bytes, more: str) -> bytes:
    return hashlib.blake2b(content + more.encode("utf-8", "replace"), digest_size=8).digest()


def _with_digest(keyed: KeyedEntry, digest: bytes) -> KeyedEntry:
    return replace(keyed, entry=replace(keyed.entry, content_digest=digest))

"""What a feed is known to have carried, and so what of a document is new. Pure.

One packed string in Redis, 23 bytes an entry, beside the validators: as a sorted set it would cost ten times that
(measured). Digests stand for keys, places and contents.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final

from ingest.documents.content_digest import CONTENT_BYTES
from ingest.documents.entry import Entry
from ingest.polling.link_names import link_digest

REMEMBERED_DAYS: Final = 180
REMEMBERED_MIN: Final = 200
NOISE_CHANGES_MAX: Final = 24
"""Changes of numbers alone that are believed of one entry (PEERS.md 6)."""

CHANGES_MAX: Final = 50
"""Changes that are believed of one entry (RELIABILITY.md, I100)."""

KEY_BYTES: Final = 6
_RECORD: Final = struct.Struct(">6s5s8sHBB")
_VERSION: Final = b"\x01"
_OLD_RECORD: Final = struct.Struct(">8s8sH")
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=8_192)
def key_digest(key: str) -> bytes:
    """6 bytes: among 10,000 entries of a feed two collide once in 5 million feeds."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()[:KEY_BYTES]


def date_of(day: int) -> datetime:
    """Midnight (UTC) of the day that a SeenEntry names."""
    return _EPOCH + timedelta(days=day)


@dataclass(frozen=True, kw_only=True)
class SeenEntry:
    """``content`` is the digest of what was accepted last, empty when it is not known (a state of an old release).

    ``changes`` counts how often another content was accepted, ``noise`` how many of those were numbers alone.
    """

    content: bytes
    day: int
    link: bytes = b""
    changes: int = 0
    noise: int = 0

    def is_of(self, place: bytes, content: bytes) -> bool:
        """Whether this is the entry at ``place``, or, where its place is unknown or another, one that says the same."""
        return not self.link or self.link == place or self.says_much_the_same(content)

    def says_the_same(self, content: bytes) -> bool:
        return not self.content or self.content[:CONTENT_BYTES] == content[:CONTENT_BYTES]

    def says_much_the_same(self, content: bytes) -> bool:
        """The same, or the same words with other numbers."""
        return self.says_the_same(content) or self.content[CONTENT_BYTES:] == content[CONTENT_BYTES:]

    def believes(self, content: bytes) -> bool:
        """Whether ``content`` is a change to be accepted: no noise, and not one too many."""
        if self.says_the_same(content) or self.changes >= CHANGES_MAX:
            return False
        return not self.says_much_the_same(content) or self.noise < NOISE_CHANGES_MAX

    def changed(self, content: bytes) -> SeenEntry:
        noise = self.noise + self.says_much_the_same(content)
        return replace(self, content=content, changes=min(self.changes + 1, 255), noise=min(noise, 255))


@dataclass(frozen=True, kw_only=True)
class KeyedEntry:
    """An entry with the key that it is known by within its feed, and the digest of the record that it is seen under."""

    key: str
    entry: Entry
    flags: tuple[str, ...] = ()
    renamed_from: bytes | None = None

    @property
    def digest(self) -> bytes:
        """Stands for the key in the feed's memory."""
        return key_digest(self.key)

    @property
    def record(self) -> bytes:
        """Under what the feed's memory may hold it: its own key, or the one it had before."""
        return self.renamed_from or self.digest


class Seen(Mapping[bytes, SeenEntry]):
    """Key digest to entry, those of the last document first and in its order, then the most recently seen."""

    def __init__(self, entries: Mapping[bytes, SeenEntry]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, digest: bytes) -> SeenEntry:
        return self._entries[digest]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def at(self, place: bytes) -> bytes | None:
        """The key digest of the one entry at this place; None when there is none, or more than one."""
        return self._places.get(place)

    def saying(self, content: bytes) -> bytes | None:
        """The key digest of the one entry with this content; None when there is none, or more than one."""
        return self._contents.get(content[:CONTENT_BYTES])

    @cached_property
    def _places(self) -> Mapping[bytes, bytes]:
        return _unique((entry.link, digest) for digest, entry in self._entries.items())

    @cached_property
    def _contents(self) -> Mapping[bytes, bytes]:
        return _unique((entry.content[:CONTENT_BYTES], digest) for digest, entry in self._entries.items())


NOTHING_SEEN: Final = Seen({})


def _unique(pairs: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    known = [(value, digest) for value, digest in pairs if value]
    counted = Counter(value for value, _ in known)
    return {value: digest for value, digest in known if counted[value] == 1}


def fresh(entries: Sequence[KeyedEntry], seen: Seen) -> tuple[KeyedEntry, ...]:
    """Those never seen, or seen with other content, oldest first (feeds are written newest first)."""
    return tuple(reversed([one for one in entries if _is_fresh(one, seen)]))


def _is_fresh(one: KeyedEntry, seen: Seen) -> bool:
    known = seen.get(one.record)
    return known is None or known.believes(one.entry.content_digest)


def remember(seen: Seen, *, accepted: Iterable[KeyedEntry], present: Sequence[KeyedEntry], now: datetime) -> Seen:
    """The seen entries after this poll: what is in the document now, then the most recent of what was there before.

    An entry that left the feed is kept for 180 days if it is among the 200 (or twice what the feed holds) most recent:
    feeds bring old entries back, and then they are not news.
    """
    today = _day(now)
    taken = {one.digest: one.entry.content_digest for one in accepted}
    kept: dict[bytes, SeenEntry] = {}
    for one in present:
        before, content = seen.get(one.record), taken.get(one.digest)
        if before is not None or content is not None:
            kept[one.digest] = _remembered(one, before, content, today)
    room = max(REMEMBERED_MIN, 2 * len(present))
    renamed = {one.renamed_from for one in present}
    for digest, entry in seen.items():
        if room and digest not in kept and digest not in renamed and today - entry.day <= REMEMBERED_DAYS:
            kept[digest] = entry
            room -= 1
    return Seen(kept)


def _remembered(one: KeyedEntry, before: SeenEntry | None, accepted: bytes | None, today: int) -> SeenEntry:
    link = link_digest(one.entry.link)
    if before is None:
        return SeenEntry(content=accepted or b"", day=today, link=link)
    if accepted is not None and not before.says_the_same(accepted):
        before = before.changed(accepted)
    return replace(before, content=before.content or one.entry.content_digest, day=today, link=link)


OVERLAP_MIN: Final = 6
"""Entries of a document below which nothing can be told from it."""

PINNED_MAX: Final = 3


def overlap_lost(last: Sequence[bytes], present: Sequence[KeyedEntry]) -> bool:
    """Whether two documents in a row share no entry, so that some between them were missed.

    ``last`` are the key digests of the document before, in its order. What stands at the top of both (up to three
    entries) is pinned there and proves nothing. Documents of fewer than 6 entries prove nothing either: a feed that
    carries its latest entry alone never overlaps.
    """
    now = [one.record for one in present]
    if min(len(last), len(now)) < OVERLAP_MIN:
        return False
    pinned = next((at for at, (before, after) in enumerate(zip(last, now, strict=False)) if before != after), len(now))
    if pinned > PINNED_MAX:
        return False
    return set(last[pinned:]).isdisjoint(now)


def pack_seen(seen: Seen) -> bytes:
    """A version byte, then 23 bytes an entry."""
    return _VERSION + b"".join(
        _RECORD.pack(digest, entry.link, entry.content, entry.day, entry.changes, entry.noise)
        for digest, entry in seen.items()
    )


def unpack_seen(packed: bytes) -> Seen:
    """Empty for a string of another version or length: what is not ours counts as never seen."""
    if packed[:1] != _VERSION or (len(packed) - 1) % _RECORD.size:
        return NOTHING_SEEN
    return Seen(
        {
            digest: SeenEntry(
                content=content.rstrip(b"\0") and content,
                day=day,
                link=link.rstrip(b"\0") and link,
                changes=changes,
                noise=noise,
            )
            for digest, link, content, day, changes, noise in _RECORD.iter_unpack(packed[1:])
        }
    )


def unpack_old_seen(packed: bytes) -> Seen:
    """What the first release wrote: digests of the keys, and of contents in another measure: those are unknown."""
    if len(packed) % _OLD_RECORD.size:
        return NOTHING_SEEN
    return Seen({key[:KEY_BYTES]: SeenEntry(content=b"", day=day) for key, _, day in _OLD_RECORD.iter_unpack(packed)})


def _day(now: datetime) -> int:
    return max(0, min(65_535, (now - _EPOCH).days))

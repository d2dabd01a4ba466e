"""Which entry is which, and what of a feed is new. Key sets, never dates: publishers' clocks lie, their keys less.

The seen entries of a feed are one packed string of 18 bytes an entry (key digest, content digest, day), in Redis
beside the validators: as a sorted set they would cost ten times that (measured).
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ingest.documents.entry import Entry
from ingest.feedlist.sources import IdentityRule

KEY_LENGTH_MAX: Final = 1_024
REMEMBERED_DAYS: Final = 180
REMEMBERED_MIN: Final = 200

_RECORD: Final = struct.Struct(">8s8sH")
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class KeyedEntry:
    """An entry with the key that it is known by within its feed."""

    key: str
    entry: Entry
    flags: tuple[str, ...] = ()

    @property
    def digest(self) -> bytes:
        """8 bytes standing for the key in the feed's state."""
        return hashlib.blake2b(self.key.encode("utf-8", "replace"), digest_size=8).digest()


@dataclass(frozen=True, kw_only=True)
class SeenEntry:
    content: bytes
    day: int


Seen = Mapping[bytes, SeenEntry]
"""Key digest to what was accepted under it last, the most recently seen first."""


def keyed(entries: Iterable[Entry], *, rule: IdentityRule = "auto") -> tuple[KeyedEntry, ...]:
    """Every entry under a key of its own, in the document's order; an entry that is there twice, word for word, once.

    The key is the guid as given, else the link, else the content. Where several different entries share a guid, each
    gets link and, if need be, content added: all of them, the first too, so that the next poll finds the same keys.
    """
    known = [(_given_key(entry, rule), entry) for entry in entries]
    distinct = list(dict.fromkeys((key, entry.link, entry.content_digest) for key, entry in known))
    sharing = Counter(key for key, _, _ in distinct)
    sharing_link = Counter((key, link) for key, link, _ in distinct)
    found: dict[str, KeyedEntry] = {}
    for key, entry in known:
        flags: tuple[str, ...] = ()
        full = key
        if sharing[key] > 1:
            flags = ("guid_collision",)
            full = f"{key} {entry.link or ''}".rstrip()
            if sharing_link[key, entry.link] > 1:
                full = f"{full} {entry.content_digest.hex()}"
        bounded = _bounded(full)
        found.setdefault(bounded, KeyedEntry(key=bounded, entry=entry, flags=flags))
    return tuple(found.values())


def fresh(entries: Sequence[KeyedEntry], seen: Seen) -> tuple[KeyedEntry, ...]:
    """Those never seen, or seen with other content, oldest first (feeds are written newest first)."""
    unknown = [keyed for keyed in entries if not _is_known(keyed, seen)]
    return tuple(reversed(unknown))


def remember(seen: Seen, *, accepted: Iterable[KeyedEntry], present: Sequence[KeyedEntry], now: datetime) -> Seen:
    """The seen entries after this poll: what is in the document now, then the most recent of what was there before.

    An entry that left the feed is kept for 180 days if it is among the 200 (or twice what the feed holds) most recent:
    feeds bring old entries back, and then they are not news.
    """
    today = _day(now)
    contents = {keyed.digest: keyed.entry.content_digest for keyed in accepted}
    there = [keyed.digest for keyed in present]
    kept: dict[bytes, SeenEntry] = {}
    for digest in there:
        content = contents.get(digest) or (seen[digest].content if digest in seen else None)
        if content is not None:
            kept[digest] = SeenEntry(content=content, day=today)
    room = max(REMEMBERED_MIN, 2 * len(there))
    for digest, entry in seen.items():
        if room and digest not in kept and today - entry.day <= REMEMBERED_DAYS:
            kept[digest] = entry
            room -= 1
    return kept


def pack_seen(seen: Seen) -> bytes:
    return b"".join(_RECORD.pack(digest, entry.content, entry.day) for digest, entry in seen.items())


def unpack_seen(packed: bytes) -> Seen:
    """Empty for a string of another length than whole records: what is not ours counts as never seen."""
    if len(packed) % _RECORD.size:
        return {}
    return {digest: SeenEntry(content=content, day=day) for digest, content, day in _RECORD.iter_unpack(packed)}


def _given_key(entry: Entry, rule: IdentityRule) -> str:
    named = (entry.link, entry.guid) if rule == "link" else (entry.guid, entry.link)
    return next((name for name in named if name), f"content:{entry.content_digest.hex()}")


def _bounded(key: str) -> str:
    # An over-long guid is an entry all the same; it is known by its digest.
    if len(key) <= KEY_LENGTH_MAX:
        return key
    return f"sha256:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"


def _is_known(keyed: KeyedEntry, seen: Seen) -> bool:
    known = seen.get(keyed.digest)
    return known is not None and known.content == keyed.entry.content_digest


def _day(now: datetime) -> int:
    return max(0, min(65_535, (now - _EPOCH).days))

"""Which entry is which. Key sets, never dates: publishers' clocks lie, their keys less, and those are repaired by rule.

An entry is looked for under every name that it could be known by; the first one known is its key, so that a key never
flips between two polls whatever else the document holds. What is known under no name may still be an entry whose name
changed: the same place and the same content (``KeyedEntry.record`` then names the old one). Pure.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.documents.entry import Entry
from ingest.feedlist.sources import IdentityRule
from ingest.polling.link_names import lasting_link, link_digest, same_path
from ingest.polling.memory import NOTHING_SEEN, KeyedEntry, Seen, key_digest

KEY_LENGTH_MAX: Final = 1_024
RENAMED_MIN: Final = 2
"""Entries that come back under another guid, and none under its own, at two polls in a row: guids mean nothing here."""

ALL_MOVED_MIN: Final = 3
"""Entries of a document that are known by their content alone, before all of them count as moved."""

TELLING_CHARACTERS: Final = 300
"""Of an entry's body: the same so long a text twice is the same entry."""

GUID_COLLISION: Final = "guid_collision"
UNSTABLE_GUID: Final = "unstable_guid"
GUIDS_CHANGED: Final = "guids_changed"
"""At the last poll all guids were new and the entries were not; at the next it is either a habit or is over."""


@dataclass(frozen=True, kw_only=True)
class Identified:
    """``repairs`` are this feed's for the polls to come; ``renamed`` counts entries known by an earlier key."""

    entries: tuple[KeyedEntry, ...]
    repairs: frozenset[str] = frozenset()
    renamed: int = 0


@dataclass(kw_only=True)
class _Candidate:
    """An entry while its key is looked for: ``name`` is its plain key, ``names`` what it may be known by already.

    ``default`` is its key when it is known by none of them.
    """

    entry: Entry
    name: str
    names: list[str] = field(default_factory=list)
    default: str = ""
    shared: bool = False
    key: str | None = None
    renamed_from: bytes | None = None


def keyed(entries: Iterable[Entry], *, rule: IdentityRule = "auto") -> tuple[KeyedEntry, ...]:
    """Every entry under a key of its own, of a document that nothing is known of."""
    return identify(entries, rule=rule).entries


def identify(
    entries: Iterable[Entry],
    *,
    rule: IdentityRule = "auto",
    seen: Seen = NOTHING_SEEN,
    repairs: frozenset[str] = frozenset(),
) -> Identified:
    """Every entry under a key of its own, in the document's order; an entry that is there twice, word for word, once.

    The key is the guid as given, else the link without sessions and tracking, else the content; with ``rule`` link, or
    where guids were found to mean nothing, the link comes first. Where several different entries share a key, each
    gets its link, if need be its title and its content added: all of them, the first too.
    """
    by_link = rule == "link" or (rule == "auto" and UNSTABLE_GUID in repairs)
    candidates = _distinct(_Candidate(entry=entry, name=_name(entry, by_link)) for entry in entries)
    shared = _tell_apart(candidates, collides=GUID_COLLISION in repairs, seen=seen)
    _find_known(candidates, seen)
    renamed = _find_renamed(candidates, seen)
    found = frozenset({GUID_COLLISION} if shared and not by_link else ()) | repairs
    if rule == "auto" and not by_link:
        found = _judge_guids(candidates, seen, found)
    return Identified(entries=_keyed(candidates, found), repairs=found, renamed=renamed)


def _name(entry: Entry, by_link: bool) -> str:
    link = lasting_link(entry.link) if entry.link else None
    named = (link, entry.guid) if by_link else (entry.guid, link)
    return next((name for name in named if name), f"content:{entry.content_digest.hex()}")


def _distinct(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    return list({(one.name, one.entry.link, one.entry.content_digest): one for one in candidates}.values())


def _tell_apart(candidates: Sequence[_Candidate], *, collides: bool, seen: Seen) -> bool:
    """Fills in what each one may be known by; whether any two share a name."""
    sharing = Counter(one.name for one in candidates)
    by_link = Counter((one.name, one.entry.link) for one in candidates)
    by_title = Counter((one.name, one.entry.link, one.entry.title) for one in candidates)
    for one in candidates:
        entry, plain, longer = one.entry, _plain_names(one), _longer_names(one)
        one.names, one.default, one.shared = plain, one.name, sharing[one.name] > 1
        if not one.shared and not collides:
            continue
        # The plain name is this entry's only where it was known under it, at this very place, before the others came.
        known = seen.get(key_digest(_bounded(one.name)))
        here = known is not None and known.is_of(link_digest(entry.link), entry.content_digest)
        one.names = [*longer, *plain] if here else [*longer]
        if one.shared or (known is not None and not here):
            needed = (
                0
                if by_link[one.name, entry.link] == 1
                else 1
                if by_title[one.name, entry.link, entry.title] == 1
                else 2
            )
            one.default = longer[needed]
            one.names = [one.default, *one.names]
    return any(count > 1 for count in sharing.values())


def _plain_names(one: _Candidate) -> list[str]:
    # The link as given is what the first release took for a key.
    given = [one.entry.link] if one.entry.link and one.name == lasting_link(one.entry.link) else []
    return list(dict.fromkeys([one.name, *given]))


def _longer_names(one: _Candidate) -> tuple[str, str, str]:
    with_link = f"{one.name} {one.entry.link or ''}".rstrip()
    return with_link, f"{with_link} {one.entry.title or ''}".rstrip(), f"{with_link} {one.entry.content_digest.hex()}"


def _find_known(candidates: Sequence[_Candidate], seen: Seen) -> None:
    taken: set[bytes] = set()
    for one in candidates:
        for name in one.names:
            digest = key_digest(_bounded(name))
            if digest in seen and digest not in taken:
                one.key = name
                taken.add(digest)
                break


def _find_renamed(candidates: Sequence[_Candidate], seen: Seen) -> int:
    unknown = [one for one in candidates if one.key is None]
    if not unknown or not seen:
        return 0
    taken = {key_digest(_bounded(one.key)) for one in candidates if one.key is not None}
    places = Counter(link_digest(one.entry.link) for one in candidates)
    for one in unknown:
        place = link_digest(one.entry.link)
        record = seen.at(place) if place and places[place] == 1 else None
        if record is not None and record not in taken and seen[record].says_much_the_same(one.entry.content_digest):
            one.renamed_from = record
    if len(unknown) == len(candidates) and not any(one.renamed_from for one in unknown):
        _find_moved(unknown, seen)
    return sum(one.renamed_from is not None for one in unknown)


def _find_moved(candidates: Sequence[_Candidate], seen: Seen) -> None:
    """All of a document is unknown by name and place: if half of it is known by its content, the feed has moved.

    Under the same path of another host, or with so much text that it can be no bulletin that is called the same daily.
    """
    contents = Counter(one.entry.content_digest for one in candidates)
    found = []
    for one in candidates:
        content = one.entry.content_digest
        record = seen.saying(content) if contents[content] == 1 else None
        if record is not None and (
            same_path(seen[record].link, link_digest(one.entry.link)) or len(one.entry.body) >= TELLING_CHARACTERS
        ):
            found.append((one, record))
    if len(found) >= max(ALL_MOVED_MIN, (len(candidates) + 1) // 2):
        for one, record in found:
            one.renamed_from = record


def _judge_guids(candidates: Sequence[_Candidate], seen: Seen, repairs: frozenset[str]) -> frozenset[str]:
    with_guid = [one for one in candidates if one.entry.guid and one.entry.link]
    renamed = sum(one.renamed_from is not None for one in with_guid)
    known = sum(one.key is not None for one in with_guid)
    if known or not seen or not with_guid:
        return repairs - {GUIDS_CHANGED}
    if renamed < RENAMED_MIN:
        return repairs
    return repairs | {UNSTABLE_GUID} if GUIDS_CHANGED in repairs else repairs | {GUIDS_CHANGED}


def _keyed(candidates: Sequence[_Candidate], repairs: frozenset[str]) -> tuple[KeyedEntry, ...]:
    unstable = (UNSTABLE_GUID,) if UNSTABLE_GUID in repairs else ()
    found: dict[str, KeyedEntry] = {}
    for one in candidates:
        key = _bounded(one.key or one.default)
        collided = one.shared or key not in [_bounded(name) for name in _plain_names(one)]
        flags = (GUID_COLLISION, *unstable) if collided else unstable
        entry = KeyedEntry(key=key, entry=one.entry, flags=flags, renamed_from=one.renamed_from)
        if found.setdefault(key, entry) is not entry and found[key].entry.content_digest != one.entry.content_digest:
            key = _bounded(f"{key} {one.entry.content_digest.hex()}")
            found.setdefault(key, replace(entry, key=key))
    return tuple(found.values())


def _bounded(key: str) -> str:
    # An over-long guid is an entry all the same; it is known by its digest.
    if len(key) <= KEY_LENGTH_MAX:
        return key
    return f"sha256:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"

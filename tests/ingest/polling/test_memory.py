from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.documents.entry import Entry
from ingest.polling.identity import keyed
from ingest.polling.memory import (
    CHANGES_MAX,
    NOISE_CHANGES_MAX,
    NOTHING_SEEN,
    REMEMBERED_DAYS,
    REMEMBERED_MIN,
    KeyedEntry,
    Seen,
    SeenEntry,
    fresh,
    key_digest,
    overlap_lost,
    pack_seen,
    remember,
    unpack_old_seen,
    unpack_seen,
)

START = datetime(2026, 3, 3, tzinfo=UTC)
NUMBER = b"%05dsss"
"""Digests of contents that differ in numbers alone."""


def entry(guid: str, content: bytes = b"12345678", link: str | None = None) -> Entry:
    return Entry(guid=guid, link=link, content_digest=content)


def after(seen: Seen, *entries: Entry, now: datetime = START) -> Seen:
    present = keyed(entries)
    return remember(seen, accepted=fresh(present, seen), present=present, now=now)


def test_only_unknown_and_changed_entries_are_new_and_the_oldest_comes_first() -> None:
    seen = after(NOTHING_SEEN, entry("b"), entry("a"))
    found = fresh(keyed([entry("c"), entry("b", b"changed!"), entry("a")]), seen)
    assert [one.key for one in found] == ["b", "c"]


def test_what_was_not_accepted_stays_new() -> None:
    present = keyed([entry("b"), entry("a")])
    seen = remember(NOTHING_SEEN, accepted=fresh(present, NOTHING_SEEN)[:1], present=present, now=START)
    assert [one.key for one in fresh(present, seen)] == ["b"]


def test_a_change_that_was_not_accepted_stays_a_change() -> None:
    seen = after(NOTHING_SEEN, entry("a"))
    present = keyed([entry("a", b"changed!")])
    seen = remember(seen, accepted=(), present=present, now=START)
    assert [one.key for one in fresh(present, seen)] == ["a"]


def test_entries_that_left_are_remembered_the_latest_of_them_and_for_half_a_year() -> None:
    seen = after(NOTHING_SEEN, *(entry(f"old {number}") for number in range(REMEMBERED_MIN + 50)))
    seen = after(seen, entry("new"))
    assert len(seen) == REMEMBERED_MIN + 1
    assert fresh(keyed([entry("old 0")]), seen) == ()
    much_later = START + timedelta(days=REMEMBERED_DAYS + 1)
    assert len(after(seen, entry("newer"), now=much_later)) == 1


def changes_believed(contents: list[bytes]) -> int:
    seen, count = NOTHING_SEEN, 0
    for content in contents:
        present = keyed([entry("a", content)])
        accepted = fresh(present, seen)
        count += len(accepted)
        seen = remember(unpack_seen(pack_seen(seen)), accepted=accepted, present=present, now=START)
    return count - 1


def test_numbers_that_change_for_ever_are_believed_24_times() -> None:
    assert changes_believed([NUMBER % number for number in range(200)]) == NOISE_CHANGES_MAX == 24


def test_words_that_change_for_ever_are_believed_50_times() -> None:
    assert changes_believed([b"%08d" % (number * 1_001) for number in range(400)]) == CHANGES_MAX == 50


def test_words_are_believed_after_numbers_are_not() -> None:
    noise = [NUMBER % number for number in range(30)]
    assert changes_believed([*noise, b"00000ttt"]) == NOISE_CHANGES_MAX + 1


def test_a_change_and_back_are_two_changes() -> None:
    assert changes_believed([b"aaaaaaaa", b"bbbbbbbb", b"aaaaaaaa"]) == 2


digests = st.binary(min_size=8, max_size=8).filter(lambda digest: digest.strip(b"\0") != b"")
memories = st.dictionaries(
    st.binary(min_size=6, max_size=6),
    st.builds(
        SeenEntry,
        content=st.just(b"") | digests,
        day=st.integers(0, 65_535),
        link=st.just(b"") | st.binary(min_size=5, max_size=5).filter(lambda link: link.strip(b"\0") != b""),
        changes=st.integers(0, 255),
        noise=st.integers(0, 255),
    ),
    max_size=20,
).map(Seen)


@given(memories)
def test_a_memory_survives_packing_at_23_bytes_an_entry_and_in_its_order(seen: Seen) -> None:
    packed = pack_seen(seen)
    assert len(packed) == 1 + 23 * len(seen)
    assert list(unpack_seen(packed).items()) == list(seen.items())
    assert unpack_seen(packed + b"x") == NOTHING_SEEN


@given(st.binary(max_size=120))
def test_a_string_that_is_not_ours_never_raises(packed: bytes) -> None:
    unpack_seen(packed)
    unpack_old_seen(packed)


def test_what_the_first_release_remembered_is_known_and_not_taken_again() -> None:
    def old(key: str) -> bytes:
        return struct.pack(">8s8sH", hashlib.blake2b(key.encode(), digest_size=8).digest(), b"measure1", 2_000)

    seen = unpack_old_seen(old("a") + old("b"))
    present = keyed([entry("c"), entry("b"), entry("a")])
    assert [one.key for one in fresh(present, seen)] == ["c"]
    seen = remember(seen, accepted=fresh(present, seen), present=present, now=START)
    assert [one.key for one in fresh(keyed([entry("b", b"changed!")]), seen)] == ["b"]
    assert unpack_old_seen(b"x" * 19) == NOTHING_SEEN


def test_a_digest_is_of_the_key_alone() -> None:
    one = KeyedEntry(key="a", entry=entry("a"))
    assert one.digest == replace(one, entry=entry("a", b"other!!!")).digest == key_digest("a")


def lost(before: str, now: str) -> bool:
    return overlap_lost([key_digest(key) for key in before], keyed([entry(key) for key in now]))


def test_two_documents_that_share_no_entry_have_missed_some() -> None:
    assert lost("abcdef", "ghijkl")
    assert not lost("abcdef", "xyzuva")
    assert not lost("abcdef", "abcdef")


def test_an_entry_pinned_to_the_top_hides_no_miss_and_a_feed_written_downwards_has_none() -> None:
    assert lost("Pabcdef", "Pghijkl")
    assert not lost("abcdef", "abcdefg")
    assert not lost("Pabcdef", "Pxabcde")


def test_a_handful_of_entries_proves_nothing() -> None:
    assert not lost("a", "b")
    assert not lost("abcde", "fghij")
    assert not lost("", "abcdefgh")

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingest.documents.entry import Entry
from ingest.polling.identity import (
    REMEMBERED_DAYS,
    REMEMBERED_MIN,
    KeyedEntry,
    Seen,
    fresh,
    keyed,
    pack_seen,
    remember,
    unpack_seen,
)

START = datetime(2026, 3, 3, tzinfo=UTC)


def entry(guid: str | None = None, link: str | None = None, content: bytes = b"12345678") -> Entry:
    return Entry(guid=guid, link=link, content_digest=content)


def keys(*entries: Entry, **named: str) -> list[str]:
    return [one.key for one in keyed(entries, **named)]  # type: ignore[arg-type]


def test_the_key_is_the_guid_as_given_else_the_link_else_the_content() -> None:
    assert keys(entry("G 1", "https://a.example/1")) == ["G 1"]
    assert keys(entry(None, "https://a.example/1")) == ["https://a.example/1"]
    assert keys(entry(None, None)) == ["content:3132333435363738"]
    assert keys(entry("G 1", "https://a.example/1"), rule="link") == ["https://a.example/1"]


def test_entries_that_share_a_guid_are_kept_apart_whatever_their_order() -> None:
    first = entry("same", "https://a.example/1", b"aaaaaaaa")
    second = entry("same", "https://a.example/2", b"bbbbbbbb")
    third = entry("same", "https://a.example/2", b"cccccccc")
    found = keys(first, second, third)
    assert len(set(found)) == 3
    assert set(keys(third, first, second)) == set(found)
    assert keyed([first, second])[0].flags == ("guid_collision",)


def test_an_entry_that_is_there_twice_word_for_word_counts_once() -> None:
    assert keys(entry("a"), entry("a")) == ["a"]


def test_an_over_long_guid_is_an_entry_all_the_same() -> None:
    first, second = keys(entry("x" * 5000 + "1"), entry("x" * 5000 + "2"))
    assert first != second
    assert first.startswith("sha256:")


def after(seen: Seen, *entries: Entry, now: datetime = START) -> Seen:
    present = keyed(entries)
    return remember(seen, accepted=fresh(present, seen), present=present, now=now)


def test_only_unknown_and_changed_entries_are_new_and_the_oldest_comes_first() -> None:
    seen = after({}, entry("b"), entry("a"))
    found = fresh(keyed([entry("c"), entry("b", content=b"changed!"), entry("a")]), seen)
    assert [one.key for one in found] == ["b", "c"]


def test_what_was_not_accepted_stays_new() -> None:
    present = keyed([entry("b"), entry("a")])
    seen = remember({}, accepted=fresh(present, {})[:1], present=present, now=START)
    assert [one.key for one in fresh(present, seen)] == ["b"]


def test_a_change_that_was_not_accepted_stays_a_change() -> None:
    seen = after({}, entry("a"))
    present = keyed([entry("a", content=b"changed!")])
    seen = remember(seen, accepted=(), present=present, now=START)
    assert [one.key for one in fresh(present, seen)] == ["a"]


def test_entries_that_left_are_remembered_the_latest_of_them_and_for_half_a_year() -> None:
    seen = after({}, *(entry(f"old {number}") for number in range(REMEMBERED_MIN + 50)))
    seen = after(seen, entry("new"))
    assert len(seen) == REMEMBERED_MIN + 1
    assert fresh(keyed([entry("old 0")]), seen) == ()
    much_later = START + timedelta(days=REMEMBERED_DAYS + 1)
    assert len(after(seen, entry("newer"), now=much_later)) == 1


def test_seen_entries_survive_packing_at_18_bytes_each() -> None:
    seen = after({}, entry("a"), entry("b"))
    packed = pack_seen(seen)
    assert len(packed) == 36
    assert unpack_seen(packed) == seen
    assert unpack_seen(packed[:-1]) == {}


def test_a_digest_is_of_the_key_alone() -> None:
    assert KeyedEntry(key="a", entry=entry()).digest == KeyedEntry(key="a", entry=entry(content=b"other!!!")).digest

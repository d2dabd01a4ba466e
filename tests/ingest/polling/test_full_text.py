from __future__ import annotations

from datetime import UTC, datetime

from ingest.documents.entry import Entry
from ingest.polling.full_text import TRIES_MAX, owing, stamped, tries_of, wants_page
from ingest.polling.identity import keyed
from ingest.polling.memory import NOTHING_SEEN, KeyedEntry, Seen, fresh, remember

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def entry(number: int = 1, *, body: str = "A teaser.", modified: str | None = None) -> Entry:
    return Entry(
        guid=str(number),
        link=f"https://courier.example/{number}",
        body=body,
        published="2026-03-03T08:00:00+00:00",
        modified=modified,
        content_digest=number.to_bytes(8, "big"),
    )


def seen_with(*accepted: KeyedEntry, seen: Seen | None = None) -> Seen:
    return remember(seen or NOTHING_SEEN, accepted=accepted, present=accepted, now=NOW)


def test_an_entry_without_a_link_wants_no_page_whatever_the_rule() -> None:
    (one,) = keyed([Entry(guid="1", body="A teaser.")])
    assert not wants_page(one, "always")


def test_a_page_owed_makes_an_entry_new_until_the_last_try() -> None:
    (one,) = keyed([entry()])
    seen: Seen = NOTHING_SEEN
    for tries in range(TRIES_MAX):
        assert (tries_of(one, seen), fresh([one], seen)) == (tries, (one,))
        seen = seen_with(owing(one, tries=tries + 1), seen=seen)
    assert fresh([one], seen) == ()


def test_an_entry_that_changed_meanwhile_owes_nothing() -> None:
    (one,) = keyed([entry()])
    (changed,) = keyed([Entry(guid="1", link="https://courier.example/1", content_digest=b"another!")])
    assert tries_of(changed, seen_with(owing(one, tries=1))) == 0


def test_only_teasers_are_stamped_with_their_update() -> None:
    later = "2026-03-03T09:00:00+00:00"
    teaser, whole = keyed([entry(1, modified=later), entry(2, body="The ferry sails. " * 200, modified=later)])
    changed = stamped([teaser, whole], "auto")
    assert [
        one.entry.content_digest != old.entry.content_digest for one, old in zip(changed, (teaser, whole), strict=True)
    ] == [True, False]
    assert stamped([teaser, whole], "never") == (teaser, whole)
    assert stamped([teaser], "auto") == stamped([teaser], "auto")


def test_a_time_that_half_of_the_feed_shares_is_no_update() -> None:
    entries = keyed([entry(number, modified="2026-03-03T09:00:00+00:00") for number in range(3)])
    assert stamped(entries, "auto") == entries


def test_times_that_cannot_be_compared_are_no_update() -> None:
    for modified in ("yesterday", "2026-03-03T09:00:00", "2026-03-03T07:00:00+00:00", "2026-03-09T09:00:00+00:00"):
        entries = keyed([entry(modified=modified)])
        assert stamped(entries, "auto") == entries

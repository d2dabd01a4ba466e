"""RELIABILITY.md 5.4, I095 to I102, and what else publishers do to the names of their entries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents.content_digest import content_digest
from ingest.documents.entries import read_feed
from ingest.documents.entry import Entry, ParsedFeed
from ingest.feedlist.sources import FeedSource, IdentityRule
from ingest.polling.entry_articles import raw_article
from ingest.polling.identity import UNSTABLE_GUID, identify, keyed
from ingest.polling.memory import NOTHING_SEEN, KeyedEntry, Seen, fresh, pack_seen, remember, unpack_seen

START = datetime(2026, 3, 3, tzinfo=UTC)


def entry(
    guid: str | None = None, link: str | None = None, text: str = "The ferry sails.", title: str = "Ferry"
) -> Entry:
    digest = content_digest(title=title, body=text, summary=None)
    return Entry(guid=guid, link=link, title=title, body=text, content_digest=digest)


def keys(*entries: Entry, rule: IdentityRule = "auto") -> list[str]:
    return [one.key for one in keyed(entries, rule=rule)]


@dataclass
class Desk:
    """A feed that is polled again and again; what each poll takes, by title."""

    rule: IdentityRule = "auto"
    seen: Seen = field(default_factory=lambda: NOTHING_SEEN)
    repairs: frozenset[str] = frozenset()
    taken: list[KeyedEntry] = field(default_factory=list)

    def poll(self, entries: Iterable[Entry]) -> list[str | None]:
        found = identify(entries, rule=self.rule, seen=self.seen, repairs=self.repairs)
        new = fresh(found.entries, self.seen)
        memory = remember(self.seen, accepted=new, present=found.entries, now=START)
        self.seen, self.repairs = unpack_seen(pack_seen(memory)), found.repairs
        self.taken += new
        return [one.entry.title for one in new]


def numbered(numbers: Sequence[int], guid: str = "g{n}", link: str = "https://a.example/{n}") -> list[Entry]:
    return [
        entry(guid.format(n=n), link.format(n=n), f"Text of notice {'abcdefghijklmnopqrst'[n]}.", f"Notice {n}")
        for n in numbers
    ]


def test_the_key_is_the_guid_as_given_else_the_link_else_the_content() -> None:
    assert keys(entry("G 1", "https://a.example/1")) == ["G 1"]
    assert keys(entry(None, "https://a.example/1")) == ["https://a.example/1"]
    assert keys(entry(None, None))[0].startswith("content:")
    assert keys(entry("G 1", "https://a.example/1"), rule="link") == ["https://a.example/1"]
    assert keys(entry("G 1"), rule="link") == ["G 1"]


def test_a_link_that_is_a_key_is_without_session_and_tracking() -> None:
    assert keys(entry(None, "https://a.example/1?utm_source=rss&id=7")) == ["https://a.example/1?id=7"]
    assert keys(entry("https://a.example/1?utm_source=rss")) == ["https://a.example/1?utm_source=rss"]


def test_an_entry_that_is_there_twice_word_for_word_counts_once() -> None:
    assert keys(entry("a"), entry("a")) == ["a"]


def test_an_over_long_guid_is_an_entry_all_the_same() -> None:
    first, second = keys(entry("x" * 5000 + "1"), entry("x" * 5000 + "2"))
    assert first != second
    assert first.startswith("sha256:")


# --- I095: one guid, several entries ---


def test_i095_entries_that_share_a_guid_are_kept_apart_whatever_their_order() -> None:
    first = entry("same", "https://a.example/1", "one")
    second = entry("same", "https://a.example/2", "two")
    third = entry("same", "https://a.example/2", "three", title="Other")
    found = keys(first, second, third)
    assert len(set(found)) == 3
    assert set(keys(third, first, second)) == set(found)
    assert keyed([first, second])[0].flags == ("guid_collision",)


def test_i095_one_guid_for_all_entries_is_stable_however_many_of_them_are_there() -> None:
    desk = Desk()
    everything = numbered(range(6), guid="same")
    assert desk.poll(everything[:3]) == ["Notice 2", "Notice 1", "Notice 0"]
    assert desk.poll(everything[1:2]) == []  # alone it shares its guid with nobody, and is known all the same
    assert desk.poll(everything[1:4]) == ["Notice 3"]
    assert desk.poll(everything[4:5]) == ["Notice 4"]  # new, alone, under a guid that others had
    assert desk.poll(everything) == ["Notice 5"]
    assert len({one.key for one in desk.taken}) == 6


def test_i095_a_guid_that_is_shared_later_leaves_its_first_entry_what_it_was() -> None:
    desk = Desk()
    first, second, third = numbered(range(3), guid="same")
    assert desk.poll([first]) == ["Notice 0"]
    assert desk.poll([second, first]) == ["Notice 1"]
    assert desk.poll([second]) == []
    assert desk.poll([third, second, first]) == ["Notice 2"]
    assert [one.key for one in desk.taken] == ["same", "same https://a.example/1", "same https://a.example/2"]


def test_i095_entries_without_guid_that_all_link_to_the_front_page_are_told_apart_by_title() -> None:
    desk = Desk()
    everything = [entry(None, "https://a.example/", f"Text {n}", f"Notice {n}") for n in range(4)]
    assert desk.poll(everything[:3]) == ["Notice 2", "Notice 1", "Notice 0"]
    assert desk.poll(everything[1:2]) == []
    edited = entry(None, "https://a.example/", "Text 1, corrected", "Notice 1")
    assert desk.poll([everything[3], edited, everything[2]]) == ["Notice 1", "Notice 3"]
    assert len({one.key for one in desk.taken}) == 4


# --- I096: guids that change with each poll ---


def test_i096_guids_that_change_each_poll_bring_nothing_twice_and_are_flagged() -> None:
    desk = Desk()
    for poll in range(6):
        entries = numbered(range(poll, poll + 5), guid=f"{{n}}-session-{poll}")
        assert desk.poll(entries) == [f"Notice {n}" for n in (range(4, -1, -1) if not poll else [poll + 4])]
    assert UNSTABLE_GUID in desk.repairs
    assert desk.taken[0].flags == ()
    assert desk.taken[-1].flags == ("unstable_guid",)
    assert desk.taken[-1].key == "https://a.example/9"


def test_i096_an_entry_that_changes_there_is_a_revision_under_its_link() -> None:
    desk = Desk()
    for poll in range(4):
        desk.poll(numbered(range(5), guid=f"{{n}}-{poll}"))
    changed = entry("0-9", "https://a.example/0", "The ferry has sunk.", "Notice 0")
    desk.poll([*numbered(range(1, 5), guid="{n}-9"), changed])
    again = entry("0-10", "https://a.example/0", "The ferry was lifted.", "Notice 0")
    desk.poll([*numbered(range(1, 5), guid="{n}-10"), again])
    assert [one.key for one in desk.taken[5:]] == ["https://a.example/0"] * 2


def test_i096_a_scheme_of_guids_that_changes_once_is_no_habit() -> None:
    desk = Desk()
    desk.poll(numbered(range(5)))
    assert desk.poll(numbered(range(5), guid="new:{n}")) == []
    assert desk.poll(numbered(range(6), guid="new:{n}")) == ["Notice 5"]
    assert (desk.repairs, desk.taken[-1].key, desk.taken[-1].flags) == (frozenset(), "new:5", ())


def test_i096_counters_do_not_hide_an_entry_whose_guid_changes() -> None:
    desk = Desk()
    desk.poll([entry("a-1", "https://a.example/1", "The ferry sails with 12 aboard")])
    assert desk.poll([entry("a-2", "https://a.example/1", "The ferry sails with 13 aboard")]) != []
    assert len({one.record for one in desk.taken}) == 1


def test_i096_where_the_setting_says_guid_a_guid_is_believed() -> None:
    desk = Desk(rule="guid")
    for poll in range(4):
        desk.poll(numbered(range(5), guid=f"{{n}}-{poll}"))
    assert UNSTABLE_GUID not in desk.repairs


def test_entries_that_share_a_place_are_not_taken_for_one_that_was_renamed() -> None:
    desk = Desk()
    desk.poll([entry("g1", "https://a.example/", "Read it.", "Bulletin")])
    assert desk.poll([entry(guid, "https://a.example/", "Read it.", "Bulletin") for guid in ("g3", "g2")]) != []
    assert [one.key for one in desk.taken] == ["g1", "g2", "g3"]


# --- I097: addresses that change ---


@pytest.mark.parametrize("guid", ["g{n}", "", "https://old.example/{n}"])
@pytest.mark.parametrize(
    "link",
    [
        "https://old.example/{n}",
        "https://www.old.example/{n}/",
        "http://old.example/{n}?utm_source=rss",
        "https://new.example/{n}",
    ],
)
def test_i097_a_feed_whose_addresses_all_change_is_no_flood(guid: str, link: str) -> None:
    desk = Desk()
    assert len(desk.poll(numbered(range(8), guid=guid, link="http://old.example/{n}"))) == 8
    moved = guid.replace("https://old.example/{n}", link)
    assert desk.poll(numbered(range(1, 9), guid=moved, link=link)) == ["Notice 8"]
    assert desk.poll(numbered(range(1, 9), guid=moved, link=link)) == []


def test_i097_the_same_headlines_day_after_day_are_news_each_day() -> None:
    desk = Desk()
    names = ("Morning bulletin", "Noon bulletin", "Evening bulletin", "Night bulletin")
    for day in range(3):
        today = [entry(f"{day}/{at}", f"https://a.example/{day}/{at}", "", name) for at, name in enumerate(names)]
        assert len(desk.poll(today)) == 4


def test_i097_session_ids_in_links_that_are_keys_change_nothing() -> None:
    desk = Desk()
    for poll in range(3):
        desk.poll(numbered(range(5), guid="", link=f"https://a.example/{{n}};jsessionid={poll}?PHPSESSID={poll}"))
    assert [one.key for one in desk.taken] == [f"https://a.example/{n}" for n in range(4, -1, -1)]


# --- I098 to I102 ---


def test_i098_a_guid_that_is_used_again_is_a_new_version_under_the_same_key() -> None:
    desk = Desk()
    desk.poll([entry("g", "https://a.example/2025", "Old news", "Old")])
    assert desk.poll([entry("g", "https://a.example/2026", "New news", "New")]) == ["New"]
    assert [one.key for one in desk.taken] == ["g", "g"]


def test_i099_odd_guids_are_deterministic_and_case_counts() -> None:
    guids = ["", "   ", "x" * 1_048_576, "a&#0;b", "Case", "case"]
    items = [f"<item><guid>{guid}</guid><title>Notice {n}</title></item>" for n, guid in enumerate(guids)]
    document = f'<rss version="2.0"><channel><title>t</title>{"".join(items)}</channel></rss>'.encode()
    found = [read_feed(document, url="https://a.example/", content_type=None) for _ in range(2)]
    assert isinstance(found[0], ParsedFeed)
    first, second = ([one.key for one in keyed(one.entries)] for one in found if isinstance(one, ParsedFeed))
    assert first == second
    assert len(set(first)) == 6
    assert all(len(key) <= 1_024 and "\0" not in key for key in first)
    assert first[2].startswith("sha256:")


def test_i100_a_title_edited_at_every_poll_is_one_item_of_bounded_versions() -> None:
    desk = Desk()
    words = [
        hashlib.sha256(str(n).encode()).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))
        for n in range(99)
    ]
    for word in words:
        desk.poll([entry("g", "https://a.example/1", title=word)])
    assert {one.key for one in desk.taken} == {"g"}
    assert len(desk.taken) == 51


def test_i101_and_i102_the_same_names_in_two_feeds_are_two_articles() -> None:
    one = keyed([entry("g", "https://a.example/1")])[0]
    feeds = [FeedSource(url=f"https://{host}.example/rss") for host in ("a", "attacker")]
    raws = [raw_article(one, feed=feed, seen_at=START) for feed in feeds]
    assert raws[0].entry_key == raws[1].entry_key
    assert len({raw.source_key for raw in raws}) == len({raw.raw_id for raw in raws}) == 2


# --- whatever publishers do ---

names = st.sampled_from(["", "a", "b", "c"])
documents = st.lists(
    st.builds(
        lambda guid, link, title: entry(guid or None, f"https://a.example/{link}" if link else None, title, title),
        names,
        names,
        st.sampled_from(["One", "Two", "Three"]),
    ),
    max_size=8,
)


@given(documents)
def test_no_entry_is_lost_and_no_key_is_given_twice(entries: list[Entry]) -> None:
    found = keyed(entries)
    assert len({one.key for one in found}) == len(found)
    assert {(one.entry.guid, one.entry.link, one.entry.title) for one in found} == {
        (one.guid, one.link, one.title) for one in entries
    }


@given(documents, st.randoms())
def test_the_same_entries_in_another_order_are_no_news(entries: list[Entry], chance: st.DataObject) -> None:
    desk = Desk()
    desk.poll(entries)
    shuffled = list(entries)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert desk.poll(shuffled) == []


@given(documents, st.data())
def test_a_part_of_the_same_entries_is_no_news(entries: list[Entry], data: st.DataObject) -> None:
    desk = Desk()
    desk.poll(entries)
    some = [one for one in entries if data.draw(st.booleans())]
    assert desk.poll(some) == []
    assert desk.poll(entries) == []

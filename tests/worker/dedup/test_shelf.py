from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, make_parsed_article, make_text
from worker.dedup.fingerprint import Fingerprint, fingerprint
from worker.dedup.shelf import Shelf
from worker.dedup.verdict import Candidate, Copy, Duplicate, New, Revision, Verdict, decide


def make_fingerprint(source: str, text: int = 1, title: str | None = "Ferry", **fields: object) -> Fingerprint:
    article = make_parsed_article(text=make_text(text), title=title, **fields)
    return fingerprint(f"seed:{source}", "1", source, article, seen_at=NOON)


def arrive(shelf: Shelf, *arrivals: Fingerprint) -> list[tuple[Verdict, Candidate]]:
    results = []
    for arrival in arrivals:
        verdict = decide(arrival, shelf.candidates(arrival))
        results.append((verdict, shelf.take_in(arrival, verdict)))
    return results


a_fingerprint = st.builds(
    make_fingerprint,
    st.sampled_from("abcdef"),
    st.integers(1, 3),
    st.sampled_from(["Ferry", "The ferry", "Ferries"]),
)
founders = st.lists(a_fingerprint, max_size=6, unique_by=lambda arrival: arrival.identity)


@given(st.lists(a_fingerprint, max_size=8))
def test_what_came_last_of_each_entry_is_a_duplicate_when_it_comes_again(arrivals: list[Fingerprint]) -> None:
    shelf = Shelf()
    arrive(shelf, *arrivals)
    last = {arrival.identity: arrival for arrival in arrivals}

    # Who was a mere sighting of an article that was then revised is New the first time it comes again.
    arrive(shelf, *last.values())
    again = arrive(shelf, *last.values())

    assert all(isinstance(verdict, Duplicate) and not verdict.refresh for verdict, _ in again)


@given(founders, st.randoms())
def test_the_order_of_arrival_makes_no_other_articles_and_no_other_stories(
    arrivals: list[Fingerprint], random: Random
) -> None:
    shuffled = list(arrivals)
    random.shuffle(shuffled)

    def stories(order: list[Fingerprint]) -> tuple[int, set[frozenset[bytes]]]:
        members = defaultdict[int, set[bytes]](set)
        results = arrive(Shelf(), *order)
        for arrival, (_, article) in zip(order, results, strict=True):
            members[article.story_id].add(arrival.identity)
        made = sum(isinstance(verdict, New | Copy) for verdict, _ in results)
        return made, {frozenset(each) for each in members.values()}

    assert stories(arrivals) == stories(shuffled)


@given(st.lists(a_fingerprint, max_size=10))
def test_only_the_founder_of_an_article_ever_changes_it(arrivals: list[Fingerprint]) -> None:
    founder: dict[int, bytes] = {}

    for arrival, (verdict, article) in zip(arrivals, arrive(Shelf(), *arrivals), strict=True):
        if isinstance(verdict, New | Copy):
            founder[article.article_id] = arrival.identity
        if isinstance(verdict, Revision) or (isinstance(verdict, Duplicate) and verdict.refresh):
            assert founder[article.article_id] == arrival.identity


def test_a_copy_of_a_copy_is_a_copy_of_the_lead() -> None:
    (_, lead), (_, copy), (verdict, second) = arrive(
        Shelf(),
        make_fingerprint("a", title="One"),
        make_fingerprint("b", title="Two"),
        make_fingerprint("c", title="3"),
    )

    assert isinstance(verdict, Copy)
    assert (copy.lead_id, second.lead_id) == (lead.article_id, lead.article_id)
    assert copy.story_id == second.story_id == lead.story_id


def test_a_revision_leaves_its_earlier_text_behind_for_those_who_come_late() -> None:
    shelf = Shelf()
    arrive(shelf, make_fingerprint("a", 1), make_fingerprint("a", 2))

    ((late, article), (current, _)) = arrive(shelf, make_fingerprint("b", 1), make_fingerprint("c", 2))

    assert isinstance(late, Duplicate)
    assert late.of.earlier
    assert isinstance(current, Duplicate)
    assert not current.of.earlier
    assert article.article_id == current.of.article_id


def test_an_entry_that_was_only_a_sighting_gets_an_article_of_its_own_when_it_changes() -> None:
    results = arrive(Shelf(), make_fingerprint("a"), make_fingerprint("b"), make_fingerprint("b", 2))

    assert [type(verdict) for verdict, _ in results] == [New, Duplicate, New]


def test_the_whole_article_is_kept_when_it_was_found_by_its_content_as_well() -> None:
    own = make_fingerprint("a")
    (_, whole), *_ = arrive(Shelf(), own)
    light = Candidate(**{**vars(whole), "article": None})

    for order in ([whole, light], [light, whole]):
        (candidate,) = Shelf(order).candidates(own)
        assert candidate.article == own.article


def test_the_earliest_sighting_counts() -> None:
    shelf = Shelf()
    arrive(shelf, make_fingerprint("a"))
    late = replace(make_fingerprint("b"), seen_at=NOON - timedelta(hours=1))

    article = shelf.take_in(late, decide(late, shelf.candidates(late)))

    assert article.first_seen_at == NOON - timedelta(hours=1)


def test_an_article_is_found_by_the_text_it_has_now() -> None:
    shelf = Shelf()
    arrive(shelf, make_fingerprint("a", 1), make_fingerprint("a", 2))

    by_earlier, by_current = (shelf.candidates(make_fingerprint("b", text, "Other")) for text in (1, 2))

    # The index of windows still finds the article by its earlier text; what it says now decides.
    assert [candidate.earlier for candidate in by_earlier] == [False, True]
    assert [candidate.earlier for candidate in by_current] == [False]

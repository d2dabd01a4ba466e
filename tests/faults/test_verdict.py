"""A planted loss, duplicate or stranger is found, each under its own name."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.verdict import Stored, judge

JOURNAL = {("Courier", f"a{n}"): f"Headline {n}" for n in range(3)}
WELL = Stored(
    settled=tuple((key, "stored") for key in JOURNAL),
    articles={f"p{n}": key for n, key in enumerate(JOURNAL)},
    titles=JOURNAL,
    events=tuple((n + 1, "article.stored", f"p{n}") for n in range(3)),
    counter=3,
    unrelayed=0,
)


def test_what_was_stored_once_and_told_of_once_is_good() -> None:
    assert str(judge(JOURNAL, WELL)) == "lost 0 · duplicated 0 · unexpected 0 · accepted 3"
    assert judge(JOURNAL, WELL).good


def test_a_planted_loss_is_found() -> None:
    assert len(judge(JOURNAL, replace(WELL, settled=WELL.settled[1:])).lost) == 1
    assert len(judge({**JOURNAL, ("Courier", "a9"): "x"}, WELL).lost) == 2  # the ledger and the articles


def test_a_planted_duplicate_is_found() -> None:
    twice = replace(WELL, settled=(*WELL.settled, WELL.settled[0]))
    assert len(judge(JOURNAL, twice).duplicated) == 1
    told_twice = replace(WELL, events=(*WELL.events, (4, "article.stored", "p0")), counter=4)
    assert len(judge(JOURNAL, told_twice).duplicated) == 1


def test_what_was_never_handed_in_or_became_something_else_is_unexpected() -> None:
    stranger = replace(WELL, settled=(*WELL.settled, (("Courier", "b"), "stored")))
    assert len(judge(JOURNAL, stranger).unexpected) == 1
    condemned = replace(WELL, settled=((("Courier", "a0"), "quarantined, crashed"), *WELL.settled[1:]))
    assert len(judge(JOURNAL, condemned).unexpected) == 1
    assert len(judge(JOURNAL, replace(WELL, titles={**JOURNAL, ("Courier", "a0"): "Other"})).unexpected) == 1


def test_a_gap_in_the_events_and_an_event_nobody_relayed_are_losses() -> None:
    assert judge(JOURNAL, replace(WELL, counter=4)).lost == ["event 4"]
    assert judge(JOURNAL, replace(WELL, unrelayed=2)).lost == ["2 events were never relayed"]

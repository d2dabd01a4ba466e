"""A planted loss, duplicate or stranger is found, each under its own name."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.journal import Handed
from tests.faults.verdict import Stored, judge

JOURNAL = {f"raw{n}": Handed(key=("Courier", f"a{n}"), title=f"Headline {n}") for n in range(3)}
WELL = Stored(
    settled=tuple((raw_id, "stored") for raw_id in JOURNAL),
    articles={f"p{n}": handed for n, handed in enumerate(JOURNAL.values())},
    events=tuple((n + 1, "article.stored", f"p{n}") for n in range(3)),
    counter=3,
    unrelayed=0,
)


def test_what_was_stored_once_and_told_of_once_is_good() -> None:
    assert str(judge(JOURNAL, WELL)) == "lost 0 · duplicated 0 · unexpected 0 · accepted 3"
    assert judge(JOURNAL, WELL).good


def test_a_planted_loss_is_found() -> None:
    assert len(judge(JOURNAL, replace(WELL, settled=WELL.settled[1:])).lost) == 1
    assert (
        len(judge({**JOURNAL, "raw9": Handed(key=("Courier", "a9"), title="x")}, WELL).lost) == 2
    )  # the ledger and the articles


def test_a_planted_duplicate_is_found() -> None:
    twice = replace(WELL, settled=(*WELL.settled, WELL.settled[0]))
    assert len(judge(JOURNAL, twice).duplicated) == 1
    told_twice = replace(WELL, events=(*WELL.events, (4, "article.stored", "p0")), counter=4)
    assert len(judge(JOURNAL, told_twice).duplicated) == 1


def test_the_same_article_under_another_raw_id_is_a_loss_and_a_stranger() -> None:
    altered = judge(JOURNAL, replace(WELL, settled=(("altered", "stored"), *WELL.settled[1:])))
    assert (len(altered.lost), len(altered.unexpected)) == (1, 1)


def test_an_article_in_quarantine_that_is_stored_all_the_same_is_there_twice() -> None:
    both = judge(JOURNAL, replace(WELL, settled=(*WELL.settled, ("raw1", "quarantined, crashed"))))
    assert (len(both.duplicated), len(both.unexpected)) == (1, 1)


def test_what_was_never_handed_in_or_became_something_else_is_unexpected() -> None:
    stranger = replace(WELL, settled=(*WELL.settled, ("raw9", "stored")))
    assert len(judge(JOURNAL, stranger).unexpected) == 1
    condemned = replace(WELL, settled=(("raw0", "quarantined, crashed"), *WELL.settled[1:]))
    assert len(judge(JOURNAL, condemned).unexpected) == 1
    other = replace(WELL, articles={**WELL.articles, "p0": Handed(key=("Courier", "a0"), title="Other")})
    assert len(judge(JOURNAL, other).unexpected) == 1
    uninvited = replace(WELL, articles={**WELL.articles, "p9": Handed(key=("Courier", "a9"), title="Headline 9")})
    assert len(judge(JOURNAL, uninvited).unexpected) == 1


def test_a_gap_in_the_events_and_an_event_nobody_relayed_are_losses() -> None:
    assert judge(JOURNAL, replace(WELL, counter=4)).lost == ["event 4"]
    assert judge(JOURNAL, replace(WELL, unrelayed=2)).lost == ["2 events were never relayed"]

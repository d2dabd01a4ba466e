"""Near-identical texts, update chains and what a source may not do: verdicts that need the likeness of texts."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.factories import NOON
from tests.worker.dedup.test_verdict import make_candidate, make_fingerprint
from tests.worker.dedup.texts import FERRY, MARKET
from worker.dedup.changes import ChangeClass
from worker.dedup.fingerprint import Fingerprint
from worker.dedup.verdict import Copy, Duplicate, New, Revision, VerdictReason, decide

NOTICE = (
    "Our readers tell us most of what we know. Write to the desk, day or night; names are kept secret if you wish so."
)


def arrive(source: str = "a", entry_key: str = "1", *paragraphs: str, **overrides: Any) -> Fingerprint:
    return make_fingerprint(source, entry_key, text="\n\n".join(paragraphs or FERRY), **overrides)


WHOLE = make_candidate(arrive("b"), alone=True)


# --- near-identical


def test_a_cut_version_at_another_outlet_is_a_copy() -> None:
    arrival = arrive("a", "1", *FERRY[:4], title="Ostholm: ferry is back")

    assert decide(arrival, [WHOLE]) == Copy(of=WHOLE, reason=VerdictReason.NEAR_IDENTICAL)


def test_a_copy_of_members_of_two_stories_makes_them_one() -> None:
    one = make_candidate(arrive("b", "1", *FERRY[:4]), article_id=1, story_id=1)
    other = make_candidate(arrive("c", "1", *FERRY[4:]), article_id=2, story_id=2)

    verdicts = [decide(arrive("a"), order) for order in permutations([one, other])]

    assert verdicts[0] == verdicts[1]
    assert isinstance(verdicts[0], Copy)
    assert {verdicts[0].of.story_id, *(each.story_id for each in verdicts[0].merges)} == {1, 2}


def test_what_merely_shares_a_passage_is_new() -> None:
    assert decide(arrive("a", "1", *MARKET, *FERRY[:2]), [WHOLE]) == New()


def test_one_notice_under_headlines_with_nothing_in_common_is_no_story() -> None:
    other = make_candidate(arrive("a", "2", NOTICE, title="Harbour board meets"))

    assert decide(arrive("a", "1", NOTICE, title="Market opens on Saturday"), [other]) == New()
    assert isinstance(decide(arrive("a", "1", NOTICE, title="Harbour board meets again"), [other]), Copy)
    assert isinstance(decide(arrive("b", "1", NOTICE, title="Market opens on Saturday"), [other]), Copy)


# --- update chains


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Ferry returns", "(LEAD) Ferry returns"),
        ("(LEAD) Ferry returns", "(2nd LD) Ferry returns"),
        ("Night ferry returns in May", "UPDATE 1-Night ferry returns in May, critics angry"),
    ],
)
def test_the_next_of_a_sources_own_chain_revises_its_article(before: str, after: str) -> None:
    first = make_candidate(arrive("a", "1", *FERRY[:5], title=before))
    later = NOON + timedelta(hours=2)

    verdict = decide(arrive("a", "2", *FERRY, title=after, seen_at=later, published=None), [first])

    assert isinstance(verdict, Revision)
    assert (verdict.of, verdict.late) == (first, False)
    assert verdict.reason is VerdictReason.NEXT_OF_CHAIN
    assert verdict.change is ChangeClass.TEXT


def test_a_marked_headline_of_another_source_revises_nothing() -> None:
    first = make_candidate(arrive("b", "1", *FERRY[:5], title="Ferry returns"))

    assert isinstance(decide(arrive("a", "2", *FERRY, title="(LEAD) Ferry returns"), [first]), Copy)


def test_another_day_of_a_column_revises_nothing() -> None:
    first = make_candidate(arrive("a", "1", *FERRY, title="Shares close higher"))

    assert decide(arrive("a", "2", *MARKET, title="(LEAD) Shares close higher"), [first]) == New()


# --- trust


def test_a_hostile_source_with_anothers_guid_link_and_headline_changes_nothing_of_it() -> None:
    url = "https://paper.example/ferry"
    victim = make_candidate(arrive("b", "guid-1", url=url))

    hostile = arrive("a", "guid-1", *MARKET, url=url, title=f"CORRECTED-{victim.reading and victim.reading.title}")

    assert decide(hostile, [victim]) == New(url_elsewhere=True)


def test_what_differs_in_typography_alone_makes_no_revision() -> None:
    own = make_candidate(arrive())

    verdict = decide(arrive("a", "1", *(each.replace(",", " –") for each in FERRY)), [own])

    assert isinstance(verdict, Duplicate)
    assert verdict.refresh

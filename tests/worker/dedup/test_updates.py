from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.dedup.texts import FERRY, MARKET, reading
from worker.dedup.likeness import compare
from worker.dedup.updates import is_version, same_chain, update_of


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("(URGENT) Night ferry returns", 0),
        ("(LEAD) Night ferry returns", 1),
        ("(2nd LD) Night ferry returns", 2),
        ("(3rd LD-WRITETHRU) Night ferry returns", 3),
        ("1st Lead: Night ferry returns", 1),
        ("UPDATE 1-Night ferry returns", 1),
        ("UPDATE 12 - Night ferry returns", 12),
        ("CORRECTED-UPDATE 2-Night ferry returns", 2),
        ("WRAPUP 3-Night ferry returns", 3),
        ("REFILE-Night ferry returns", 1),
        ("ROUNDUP 2: Night ferry returns", 2),
        ("Updated: Night ferry returns", 1),
        ("BREAKING: Night ferry returns", 0),
        ("[속보] Night ferry returns", 0),
        ("Night ferry returns(종합)", 1),
        ("Night ferry returns(종합2보)", 2),
        ("Night ferry returns (2보)", 2),
        ("【速報】Night ferry returns", 0),
        ("Night ferry returns (更新)", 1),
        ("Berichtigung: Night ferry returns", 1),
        ("Night ferry returns (Corrected)", 1),
        ("Night ferry returns (actualisé)", 1),
        ("(AMPLIACIÓN) Night ferry returns", 1),
    ],
)
def test_marks_of_update_chains_are_taken_off_and_ranked(title: str, rank: int) -> None:
    update = update_of(title)
    assert update is not None
    assert update.stem == "night ferry returns"
    assert update.marker
    assert update.rank == rank
    assert update.is_correction == any(word in title.casefold() for word in ("correct", "bericht"))
    assert same_chain(title, "Night ferry returns")
    assert same_chain("Night ferry returns", title)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Night ferry returns", "Night ferry returns"),
        ("(LEAD) Night ferry returns", "(LEAD) Night ferry cancelled"),
        ("Leading ferry line returns", "ferry line returns"),
        ("Lead-free paint for ferries", "free paint for ferries"),
        ("Update on the night ferry", "the night ferry"),
        ("Flash floods close harbour", "floods close harbour"),
        ("(LEAD)", "(2nd LD)"),
        (None, "(LEAD) Night ferry returns"),
    ],
)
def test_headlines_without_mark_or_of_another_stem_are_no_chain(one: str | None, other: str | None) -> None:
    assert not same_chain(one, other)


def version(one: str, other: str, *, source: str = "feed:a", text: tuple[str, ...] = FERRY) -> bool:
    first, second = reading(*FERRY[:6], title=one), reading(*text, title=other, source=source)
    assert is_version(second, first, compare(second, first)) == is_version(first, second, compare(first, second))
    return is_version(first, second, compare(first, second))


def test_one_headline_is_a_chain_even_if_the_text_is_new() -> None:
    rewritten = (FERRY[0], *MARKET)
    assert version("Night ferry to return", "(LEAD) Night ferry to return", text=rewritten)
    assert version("(URGENT) Night ferry to return", "Night ferry to return", text=MARKET[:1])


def test_another_day_of_a_column_is_no_chain() -> None:
    assert not version("Shares close higher", "(LEAD) Shares close higher", text=MARKET)


def test_a_higher_version_with_half_of_headline_and_text_kept_is_of_the_chain() -> None:
    assert version("Night ferry to return in May", "(LEAD) Night ferry returns in May, critics angry")
    assert version("Night ferry to return(종합)", "Ostholm's night ferry to return after 11 years(종합2보)")


def test_what_is_no_higher_version_or_not_kept_is_no_rewritten_headline() -> None:
    assert not version("Night ferry to return", "Night ferry returns")
    assert not version("(LEAD) Night ferry to return", "(LEAD) Night ferry returns")
    assert not version("Night ferry to return", "(LEAD) Harbour board angers critics")
    assert not version("Night ferry to return", "(LEAD) Night ferry may return", text=(*FERRY[:2], *MARKET))
    assert not version("Night ferry to return", "(LEAD) Night ferry to return", source="feed:b")


@given(st.text(), st.text())
def test_chains_are_symmetrical(one: str, other: str) -> None:
    assert same_chain(one, other) == same_chain(other, one)


@given(st.lists(st.sampled_from(["(LEAD) ", "UPDATE 2-", "[속보]", "Correction: "]), max_size=4))
def test_taking_marks_off_leaves_no_mark(marks: list[str]) -> None:
    update = update_of("".join(marks) + "Night ferry returns")
    assert update is not None
    again = update_of(update.stem)
    assert again is not None
    assert (again.stem, again.marker) == ("night ferry returns", "")

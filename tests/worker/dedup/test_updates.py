from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.dedup.updates import same_chain, update_of


@pytest.mark.parametrize(
    "title",
    [
        "(LEAD) Night ferry returns",
        "(2nd LD) Night ferry returns",
        "(3rd LD-WRITETHRU) Night ferry returns",
        "UPDATE 1-Night ferry returns",
        "UPDATE 12 - Night ferry returns",
        "CORRECTED-UPDATE 2-Night ferry returns",
        "WRAPUP 3-Night ferry returns",
        "REFILE-Night ferry returns",
        "Updated: Night ferry returns",
        "[속보] Night ferry returns",
        "Night ferry returns(종합2보)",
        "Night ferry returns (2보)",
        "Night ferry returns (Corrected)",
    ],
)
def test_marks_of_update_chains_are_taken_off(title: str) -> None:
    update = update_of(title)
    assert update is not None
    assert update.stem == "night ferry returns"
    assert update.marker
    assert same_chain(title, "Night ferry returns")
    assert same_chain("Night ferry returns", title)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Night ferry returns", "Night ferry returns"),
        ("(LEAD) Night ferry returns", "(LEAD) Night ferry cancelled"),
        ("Leading ferry line returns", "ferry line returns"),
        ("Update on the night ferry", "the night ferry"),
        ("(LEAD)", "(2nd LD)"),
        (None, "(LEAD) Night ferry returns"),
    ],
)
def test_headlines_without_mark_or_of_another_stem_are_no_chain(one: str | None, other: str | None) -> None:
    assert not same_chain(one, other)


@given(st.text(), st.text())
def test_chains_are_symmetrical(one: str, other: str) -> None:
    assert same_chain(one, other) == same_chain(other, one)

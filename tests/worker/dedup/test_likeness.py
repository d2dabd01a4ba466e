from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from worker.dedup.likeness import Reading, compare

PARAGRAPHS = [
    "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years.",
    "Two boats will cross the sound every evening from May, the board's chair, Ida Renholt, told reporters.",
    "Fishermen had asked for the crossing since the bridge was closed to lorries in the spring of last year.",
    "The county pays a third of the cost; the rest comes from tickets and from the towns on both shores.",
    "A first trial crossing is planned for the last week of April, weather permitting, the harbour master said.",
    "Critics say that the money would be better spent on the road along the coast, which floods every autumn.",
]


def reading(*paragraphs: str, source: str = "feed:a", title: str | None = None) -> Reading:
    return Reading(title=title, text="\n\n".join(paragraphs), source_key=source)


def test_a_text_cut_by_another_outlet_is_one_story_with_the_whole() -> None:
    likeness = compare(reading(*PARAGRAPHS), reading(*PARAGRAPHS[:3], source="feed:b"))
    assert likeness.alike
    assert likeness.binding
    assert likeness.shared_share == 1.0
    assert 0.4 < likeness.shared_of_longer < 0.6


def test_texts_with_nothing_in_common_are_two_stories() -> None:
    assert not compare(reading(*PARAGRAPHS[:3]), reading(*PARAGRAPHS[3:])).alike


def test_a_phrase_is_no_evidence() -> None:
    likeness = compare(reading("Photo of the day"), reading("Photo of the day"))
    assert not likeness.alike


_TEXTS = st.lists(st.sampled_from(PARAGRAPHS), max_size=6)


@given(_TEXTS, _TEXTS)
def test_comparing_is_symmetrical(one: list[str], other: list[str]) -> None:
    first, second = reading(*one), reading(*other, source="feed:b")
    assert compare(first, second) == compare(second, first)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.dedup.texts import FERRY, MARKET, reading
from worker.dedup.changes import ChangeClass, change_class
from worker.dedup.likeness import Reading

TITLE = "Night ferry returns"
BEFORE = reading(*FERRY, title=TITLE)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (reading(*FERRY, title="Night ferry  returns!"), ChangeClass.COSMETIC),
        (reading(*(p.replace(",", " –") for p in FERRY), title=TITLE), ChangeClass.COSMETIC),
        (reading(" ".join(FERRY), title=TITLE), ChangeClass.COSMETIC),
        (reading(*FERRY, title="Night ferry comes back"), ChangeClass.HEADLINE),
        (reading(*FERRY, "The chair resigned on Friday.", title=TITLE), ChangeClass.TEXT),
        (reading(*(p.replace("eleven", "twelve") for p in FERRY), title=TITLE), ChangeClass.TEXT),
        (reading(*FERRY[:5], title=TITLE), ChangeClass.TEXT),
        (reading(*MARKET, title=TITLE), ChangeClass.TEXT),
        (reading(*FERRY, "Correction: the ferry was away for ten years.", title=TITLE), ChangeClass.CORRECTION),
        (
            reading("An earlier version of this article named another chair.", *FERRY, title=TITLE),
            ChangeClass.CORRECTION,
        ),
        (reading(*FERRY, "Berichtigung: Es waren zehn Jahre.", title=TITLE), ChangeClass.CORRECTION),
        (reading(*FERRY, title=f"CORRECTED-{TITLE}"), ChangeClass.CORRECTION),
        (reading(*FERRY[:2], title=TITLE), ChangeClass.REMOVAL),
        (reading("This article has been removed.", title=TITLE), ChangeClass.REMOVAL),
        (reading("", title=TITLE), ChangeClass.REMOVAL),
    ],
)
def test_a_change_has_the_class_of_what_changed(after: Reading, expected: ChangeClass) -> None:
    assert change_class(BEFORE, after) is expected


def test_a_correction_that_stands_there_already_is_no_new_one() -> None:
    notice = "Correction: the ferry was away for ten years."
    before, after = reading(*FERRY, notice, title=TITLE), reading(*FERRY, "One more thing.", notice, title=TITLE)
    assert change_class(before, after) is ChangeClass.TEXT


def with_advertisement(text: str) -> Reading:
    return reading(*FERRY[:4], text, *FERRY[4:], title=TITLE)


ADVERTISEMENTS = [
    with_advertisement(text)
    for text in (
        "New boots for autumn, half price today!",
        "Learn Danish in six weeks.",
        "Insure your roof with Holm & Sons.",
    )
]


def test_a_place_that_shows_something_else_each_time_is_cosmetic_from_the_second_change_on() -> None:
    first, second, third = ADVERTISEMENTS
    assert change_class(first, second) is ChangeClass.TEXT
    assert change_class(second, third, earlier=first) is ChangeClass.COSMETIC
    assert change_class(second, first, earlier=first) is ChangeClass.COSMETIC


def test_an_editor_at_work_on_one_paragraph_is_not_restless() -> None:
    tolls = [with_advertisement(f"{number} people were hurt when the boat hit the quay.") for number in (3, 4, 5)]
    assert change_class(tolls[1], tolls[2], earlier=tolls[0]) is ChangeClass.TEXT
    first, second, _ = ADVERTISEMENTS
    elsewhere = reading(*(p.replace("eleven", "twelve") for p in second.text.split("\n\n")), title=TITLE)
    assert change_class(second, elsewhere, earlier=first) is ChangeClass.TEXT


def test_what_is_a_large_part_of_the_text_is_not_restless() -> None:
    first, second, third = (reading(*FERRY[:2], *place, title=TITLE) for place in (FERRY[3:5], MARKET[:2], MARKET[3:5]))
    assert change_class(second, third, earlier=first) is ChangeClass.TEXT


_READINGS = st.builds(
    lambda paragraphs, title: reading(*paragraphs, title=title),
    st.lists(st.sampled_from([*FERRY, *MARKET]), max_size=5),
    st.sampled_from([None, TITLE, "Night ferry RETURNS", "Market opens"]),
)


@given(_READINGS, _READINGS)
def test_what_is_the_same_is_cosmetic_and_cosmetic_is_so_both_ways(one: Reading, other: Reading) -> None:
    assert change_class(one, one) is ChangeClass.COSMETIC
    assert (change_class(one, other) is ChangeClass.COSMETIC) == (change_class(other, one) is ChangeClass.COSMETIC)

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.dedup.texts import FERRY, FERRY_KO, MARKET, reading
from worker.dedup.likeness import Likeness, LikenessReason, compare

OTHER = "feed:b"


def found(likeness: Likeness) -> dict[LikenessReason, float]:
    return {finding.code: finding.value for finding in likeness.reasons}


def test_a_text_cut_by_another_outlet_is_one_story_with_the_whole() -> None:
    likeness = compare(reading(*FERRY), reading(*FERRY[:4], source=OTHER))
    assert likeness.alike
    assert likeness.binding
    assert likeness.shared_share == 1.0
    assert 0.4 < likeness.shared_of_longer < 0.6


def test_paragraphs_in_another_order_with_a_new_lead_are_one_story() -> None:
    mixed = random.Random(3).sample(FERRY, len(FERRY))
    rewritten = reading("After more than a decade people can sail at night again.", *mixed, source=OTHER)
    assert compare(reading(*FERRY), rewritten).binding


def test_a_text_whose_editor_changed_a_word_in_every_sentence_is_one_story() -> None:
    edited = [paragraph.replace(" the ", " that ", 1).replace(" said", " added") for paragraph in FERRY]
    assert compare(reading(*FERRY), reading(*edited, source=OTHER)).alike


def test_korean_copy_with_another_ending_in_every_sentence_is_one_story() -> None:
    spoken = [
        paragraph.replace("밝혔다", "전했습니다").replace("말했다", "말했습니다").replace("했다", "했습니다")
        for paragraph in FERRY_KO
    ]
    assert compare(reading(*FERRY_KO), reading(*spoken, source=OTHER)).alike


def test_texts_with_nothing_in_common_are_two_stories() -> None:
    likeness = compare(reading(*FERRY), reading(*MARKET, source=OTHER))
    assert not likeness.alike
    assert likeness.shared_share == 0


def test_a_text_that_shares_a_background_passage_is_another_story() -> None:
    background = FERRY[2:5]
    assert not compare(reading(*FERRY), reading(*MARKET, *background, source=OTHER)).alike


def test_a_roundup_is_no_bridge_between_the_stories_it_sums_up() -> None:
    filler = [
        f"{paragraph} {' '.join(f'{word}{n}' for word in paragraph.split())}" for n in range(9) for paragraph in MARKET
    ]
    likeness = compare(reading(*FERRY), reading(*filler[:15], *FERRY, *filler[15:33], source=OTHER))
    assert likeness.alike
    assert not likeness.binding


def test_a_notice_that_was_handed_in_alone_is_no_copy_of_the_pages_that_show_it() -> None:
    page = [
        f"{paragraph} {' '.join(f'{word}{n}' for word in paragraph.split())}" for n in range(9) for paragraph in MARKET
    ]
    for source in ("feed:a", OTHER):
        assert not compare(reading(NOTICE), reading(*page, NOTICE, "Footer.", source=source)).alike


def test_a_phrase_is_no_evidence() -> None:
    likeness = compare(reading("Photo of the day"), reading("Photo of the day", source=OTHER))
    assert not likeness.alike
    assert LikenessReason.TOO_LITTLE in found(likeness)


BRIEF = (
    "The ferry between Ostholm and Vik does not sail tonight because of the storm, the harbour master said on Monday."
)


def test_a_brief_that_another_outlet_prints_is_one_story() -> None:
    assert compare(reading(BRIEF), reading(BRIEF + " More soon.", source=OTHER)).alike


def test_briefs_of_one_source_that_differ_in_a_name_are_two_stories() -> None:
    assert not compare(reading(BRIEF), reading(BRIEF.replace("Vik", "Holm"))).alike
    assert compare(reading(BRIEF), reading(BRIEF + " More soon.")).alike


@pytest.mark.parametrize(
    "frame",
    [
        "The weather service has issued a yellow warning of {0} for {1} from {2}:00 on {3} May until {4}:00 on "
        "{5} May. Gusts of up to {6} kilometres an hour are expected. Loose objects should be brought inside, "
        "parks and forests avoided, and windows kept shut. Ferries may be late. Drivers of high vehicles should"
        " not use the sound bridge. Further advice is given on the pages of the weather service and by "
        "telephone, day and night, free of charge.",
        "Shares in {1} closed {0} on {3} May. The index of the forty largest companies ended the day at {2}.{4}"
        " points. The euro was quoted at {5}.{6} kroner in late trading. Investors are waiting for the central "
        "bank, which will announce its decision on interest rates after its next meeting; most analysts do not "
        "expect a change. Trading volumes remained thin, dealers said, as many market participants were still "
        "absent because of the holidays.",
    ],
    ids=["warnings", "markets"],
)
def test_a_frame_filled_in_with_other_numbers_is_another_article(frame: str) -> None:
    one = reading(frame.format("wind", "Holm", 18, 3, 6, 4, 95), title="Warning")
    other = reading(frame.format("snow", "Vik", 22, 11, 9, 12, 60), title="Warning")
    likeness = compare(one, other)
    assert not likeness.alike
    assert LikenessReason.NUMBERS_DIFFER in found(likeness)
    assert found(likeness)[LikenessReason.SHARED_OF_SHORTER] > 0.5


def test_numbers_of_the_pages_around_two_outlets_copies_do_not_part_them() -> None:
    one = reading("Posted 12:30, 4 views, 17 comments", *FERRY)
    other = reading("Updated 19:05, photo 1 of 3, 250 shares", *FERRY, source=OTHER)
    assert compare(one, other).alike


def test_captions_of_different_photos_in_one_frame_are_two_stories() -> None:
    frame = (
        "{0} during the regatta of tall ships off Ostholm, where a hundred vessels from twelve countries have "
        "met for the first time since the harbour was deepened. EXTRA/Ole Lind"
    )
    one = reading(frame.format("Sailors of the Albatross climb the rigging in strong wind shortly before the start"))
    other = reading(
        frame.format("Visitors wave from the pier as the oldest schooner of the fleet passes the lighthouse")
    )
    assert not compare(one, other).alike


NOTICE = (
    "This newspaper lives by what its readers tell it. Whoever knows of waste, injustice or plain good news in "
    "town may write to the desk at any hour, by post, by telephone or by leaving a note in the green box beside"
    " the front door of the old printing house. Names are kept secret whenever somebody asks for it, and every "
    "letter gets an answer."
)


def test_what_a_publisher_puts_under_everything_makes_no_story() -> None:
    flash = reading("Bridge closed after accident.", NOTICE)
    likeness = compare(flash, reading(*FERRY, *MARKET, NOTICE))
    assert not likeness.alike
    assert found(likeness)[LikenessReason.BOILERPLATE] > 30


def test_windows_known_as_frequent_take_the_run_they_stand_in_with_them() -> None:
    one, other = reading(MARKET[0], NOTICE), reading(FERRY[0], NOTICE, source=OTHER)
    assert compare(one, other).alike
    frequent = frozenset(reading(NOTICE).windows.sampled)
    likeness = compare(one, other, stop=frequent)
    assert not likeness.alike
    assert likeness.shared_share == 0


_TEXTS = st.lists(st.sampled_from([*FERRY, *MARKET, NOTICE, BRIEF]), max_size=6)


@given(_TEXTS, _TEXTS, st.sampled_from(["feed:a", OTHER]))
def test_comparing_is_symmetrical(one: list[str], other: list[str], source: str) -> None:
    first, second = reading(*one), reading(*other, source=source)
    assert compare(first, second) == compare(second, first)


@given(_TEXTS, _TEXTS)
def test_what_binds_is_alike_and_shares_are_shares(one: list[str], other: list[str]) -> None:
    likeness = compare(reading(*one), reading(*other, source=OTHER))
    assert likeness.alike or not likeness.binding
    assert 0 <= likeness.shared_of_longer <= likeness.shared_share <= 1
    assert len(found(likeness)) == len(likeness.reasons)


@given(st.lists(st.sampled_from(FERRY), min_size=3, unique=True))
def test_a_text_of_some_length_is_alike_to_itself(paragraphs: list[str]) -> None:
    assert compare(reading(*paragraphs), reading(*paragraphs)).binding
    assert compare(reading(*paragraphs), reading(*paragraphs, source=OTHER)).binding

"""Captions that only their place tells from text."""

from __future__ import annotations

import pytest

from tests.worker.parsing.copied import HEADLINE, PROSE, URL, copied_page
from worker.parsing.picturelines import PictureLines, picture_lines
from worker.parsing.rawtext import claims
from worker.parsing.shape import shape_of

FIRST = "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years without one."
SECOND = "“We have been waiting for this since the bridge closed,” said Marit Olsen, who runs the bakery at the pier."


def read(*lines: str, trusted: tuple[str, ...] = ()) -> PictureLines:
    return picture_lines(lines, shape_of(lines), range(len(lines)), (), trusted=trusted)


@pytest.mark.parametrize(
    "line",
    [
        "The chairwoman of the harbour board, Ida Krog (Norwire)",
        "The wells at the pier, which will replace the old plant (Norwire)",
        "Harbour master Ida Krog (Bo Dahl/The Islander)",
        "Harbour master Ida Krog speaks at a briefing on Monday. (Yonhap)",
        "Workers repair the pier of Ostholm on Jan. 3. (Norwire)",
        "The ministry of defense logo (MND)",
    ],
)
def test_a_line_with_a_credit_between_paragraphs_is_a_caption(line: str) -> None:
    assert read(FIRST, line, SECOND).captions == {1: line}


@pytest.mark.parametrize(
    "line",
    [
        "The board is led by the Party of the Coast (PC)",
        "The board has voted for the ferry (Norwire)",
        "What the board wants: (Norwire)",
        "Senator Ida Krog (R-Texas)",
        "And then she laughed. (Laughter)",
        "“It is a good day,” she said. (Norwire)",
        "The board voted. " * 30 + "(Norwire)",
    ],
)
def test_other_lines_between_paragraphs_stay(line: str) -> None:
    assert read(FIRST, line, SECOND).captions == {}


def test_the_last_paragraph_is_signed_and_no_caption() -> None:
    found = read(FIRST, SECOND, "The board meets again in May, she said. (Norwire)")
    assert found.captions == {}
    assert found.signature == (2, "The board meets again in May, she said.", "Norwire")


def test_a_name_that_the_text_speaks_of_is_no_credit_unless_it_signs_the_dateline() -> None:
    told = "The board of Norwire, which owns the pier and the ferry, was not asked about it on Tuesday."
    line = "Harbour master Ida Krog (Norwire)"
    assert read(FIRST, line, told).captions == {}
    assert read(FIRST, line, told, trusted=("Norwire",)).captions == {1: line}


def test_entries_of_a_list_are_no_captions() -> None:
    entries = ("Ida Krog (Liberals)", "Bo Dahl (Greens)", "Marit Berg (Labour)")
    assert read(FIRST, *entries, SECOND).captions == {}
    assert read(FIRST, "The new members:", entries[0], SECOND).captions == {}


def test_items_of_a_round_up_are_no_captions() -> None:
    items = [f"The harbour board of {town} voted for the night ferry on Tuesday. (Norwire)" for town in ("Vik", "Oslo")]
    assert read(*items, items[0]).captions == {}


def test_a_caption_above_the_prose_needs_a_headline_above_it() -> None:
    assert read("Night ferry returns (Ostholm)", FIRST, SECOND).captions == {}
    line = "The pier of Ostholm (Norwire)"
    assert read("Night ferry returns", line, FIRST, SECOND).captions == {1: line}


def test_a_photographer_alone_does_not_take_the_paragraph_above() -> None:
    assert read(FIRST, "(Bo Dahl/The Islander)", SECOND).captions == {1: "(Bo Dahl/The Islander)"}


CAPTION = "The night ferry at the pier of Ostholm on the evening of its first journey"


@pytest.mark.parametrize("credit", ["Bo Dahl / Reuters", "AP", "Foto: Bo Dahl"])
def test_in_a_page_the_line_above_a_bare_credit_is_a_caption(credit: str) -> None:
    page = copied_page(HEADLINE, "March 3, 2021", body=(*PROSE[:2], CAPTION, credit, *PROSE[2:]))
    found = claims(page, url=URL)
    assert found.captions == (f"{CAPTION} {credit}",)
    assert found.paragraphs == PROSE


def test_in_a_page_a_credit_without_a_caption_goes_and_is_none() -> None:
    found = claims(copied_page(HEADLINE, "Image: Bo Dahl", body=PROSE), url=URL)
    assert (found.captions, found.paragraphs) == ((), PROSE)


def test_in_a_page_labels_and_positions_tell_captions() -> None:
    posed = "Ida Krog (left) and Bo Dahl wait for the ferry at the pier of Ostholm"
    page = copied_page(HEADLINE, body=(PROSE[0], "Legende:", CAPTION, *PROSE[1:3], posed, PROSE[3]))
    assert claims(page, url=URL).captions == (CAPTION, posed)


def test_an_agency_below_the_headline_is_a_byline_and_no_credit() -> None:
    found = claims(copied_page(HEADLINE, "AP", "March 3, 2021"), url=URL)
    assert (found.captions, found.agency, found.title) == ((), "AP", HEADLINE)

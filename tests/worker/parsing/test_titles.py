from __future__ import annotations

import pytest

from worker.parsing.titles import chosen_headline, cleaned_title, without_update_mark


@pytest.mark.parametrize(
    "stated",
    [
        "Night ferry returns | The Islander",
        "Night ferry returns - The Islander",
        "The Islander: Night ferry returns | islander.example",
        "Night ferry returns",
        "  Night\n ferry returns — THE ISLANDER",
    ],
)
def test_the_sites_name_is_taken_off_either_end(stated: str) -> None:
    assert cleaned_title(stated, site=["The Islander", "islander.example"]) == "Night ferry returns"


def test_a_separator_inside_the_headline_stays() -> None:
    assert cleaned_title("Ferry - the return", site=["The Islander"]) == "Ferry - the return"


def test_a_title_that_is_only_the_sites_name_stays_itself() -> None:
    assert cleaned_title("The Islander", site=["The Islander"]) == "The Islander"
    assert cleaned_title(" \u200b ") is None


def test_east_asian_titles_lose_the_site_joined_without_spaces() -> None:
    assert cleaned_title("夜间渡轮恢复-海岛新闻网") == "夜间渡轮恢复"


def test_the_heading_that_stated_titles_confirm_is_the_headline() -> None:
    headings = ["The Islander", "Night ferry returns to Ostholm after years"]
    assert chosen_headline(headings, ["Night ferry returns to Ostholm"]) == headings[1]
    assert chosen_headline(["Something else"], ["Night ferry returns"]) is None


def test_a_kicker_inside_the_heading_is_left_out() -> None:
    heading = "Island traffic Night ferry returns to Ostholm"
    assert chosen_headline([heading], ["Night ferry returns to Ostholm"]) == "Night ferry returns to Ostholm"


@pytest.mark.parametrize("mark", ["(LEAD) ", "(2nd LD) ", "UPDATE 1-", "(URGENT) "])
def test_marks_of_an_update_chain_are_no_part_of_the_title(mark: str) -> None:
    assert without_update_mark(f"{mark}Ferry returns") == "Ferry returns"


def test_a_separator_without_anything_behind_it_goes_too() -> None:
    assert cleaned_title("Cat blanket with a name |", site=["x"]) == "Cat blanket with a name"
    assert cleaned_title("Ferry tests are free │The Islander", site=["The Islander"]) == "Ferry tests are free"


def test_quotation_marks_at_the_ends_stay() -> None:
    assert cleaned_title("The board: «No ferry in winter»", site=["The Islander"]) == "The board: «No ferry in winter»"


def test_what_blog_software_writes_before_every_headline_goes() -> None:
    assert cleaned_title("Islander » Blog Archive » Ferry at night", site=["Islander"]) == "Ferry at night"


def test_of_two_ends_of_a_heading_the_one_most_trusted_counts() -> None:
    heading = "New school: Judy, and not at all odd"
    assert chosen_headline([heading], ["Judy, and not at all odd"], window=heading) == "Judy, and not at all odd"

from __future__ import annotations

import pytest

from tests.worker.parsing.copied import BELOW, HEADLINE, MENU, PROSE, URL, copied_page
from worker.parsing.region import is_after_heading, region_of


def body(lines: list[str], **given: str) -> tuple[str, ...]:
    shape = region_of(lines, **given).shape
    return tuple(lines[shape.start : shape.end])


def test_the_body_begins_below_the_headline_and_ends_at_the_heading_of_what_follows() -> None:
    page = copied_page(HEADLINE, "By Ragna Lind", "March 3, 2021")
    assert body(page, url=URL) == PROSE
    assert region_of(page, url=URL).headline == len(MENU)


def test_comments_longer_than_the_article_are_not_its_body() -> None:
    comments = (
        "Comments",
        *(f"{line} I think that all of it is true, and I was there. {PROSE[1]}" for line in PROSE * 3),
    )
    assert body(copied_page(HEADLINE, "March 3, 2021", below=(*comments, *BELOW))) == PROSE


def test_copy_has_no_headline_index_and_all_its_prose() -> None:
    found = region_of([HEADLINE, *PROSE])
    assert (found.headline, found.shape.start, found.shape.end) == (None, 1, 5)


def test_of_a_headline_printed_twice_the_one_above_the_byline_counts() -> None:
    page = copied_page(f"Home Harbour {HEADLINE}", "Share", HEADLINE, "By Ragna Lind", "March 3, 2021")
    found = region_of(page, url=URL)
    assert page[found.headline or 0] == HEADLINE
    page = [*MENU, HEADLINE, "Islands", PROSE[3], *MENU, *copied_page(HEADLINE, "By Ragna Lind")[len(MENU) :]]
    assert region_of(page, url=URL).headline == len(MENU) * 2 + 3


def test_a_stated_title_is_the_headline_where_the_page_prints_it() -> None:
    page = copied_page("The ferry is back", "March 3, 2021", "Night ferry returns to the island of Ostholm", "Share")
    assert page[region_of(page, stated_title="The ferry is back").headline or 0] == "The ferry is back"


@pytest.mark.parametrize(
    ("line", "is_after"),
    [
        ("Comments", True), ("12 comments", True), ("Kommentare (4)", True), ("Related stories", True),
        ("관련기사", True), ("More from Ostholm", True), ("Comments on the ferry came from all sides.", False),
    ],
)  # fmt: skip
def test_headings_of_what_follows(line: str, is_after: bool) -> None:
    assert is_after_heading(line) is is_after

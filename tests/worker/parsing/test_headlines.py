from __future__ import annotations

from tests.worker.parsing.copied import HEADLINE, PROSE, URL, copied_page
from worker.parsing.headlines import headline_index, page_lines, states_time
from worker.parsing.slugs import slug_words


def headline(lines: list[str], url: str | None = None) -> str | None:
    index = headline_index(page_lines(lines), slug_words(url))
    return None if index is None else lines[index]


def test_the_headline_stands_above_date_and_text_not_among_menus_and_teasers() -> None:
    page = copied_page("Islands", HEADLINE, "By Ragna Lind", "March 3, 2021")
    assert headline(page) == HEADLINE
    assert headline(page, URL) == HEADLINE


def test_the_address_tells_two_headlines_apart() -> None:
    teaser = ("Harbour master retires", "March 2, 2021", PROSE[3])
    page = copied_page(*teaser, HEADLINE, "March 3, 2021")
    assert headline(page, URL) == HEADLINE
    assert headline(page, "https://islander.example/harbour-master-retires/") == "Harbour master retires"


def test_words_that_come_back_in_the_text_tell_a_headline_without_date_and_address() -> None:
    page = copied_page(HEADLINE, "Share this", "Eleven ways to cook a crab")
    assert headline(page) == HEADLINE


def test_where_no_line_can_be_a_headline_there_is_none() -> None:
    assert headline_index(page_lines(["1", "2", "3"])) is None
    assert headline_index(page_lines([])) is None


def test_among_limits_the_choice() -> None:
    page = page_lines(copied_page(HEADLINE, "March 3, 2021"))
    assert headline_index(page, among=[2, 3]) in (2, 3)


def test_a_relative_time_marks_a_line_about_time() -> None:
    assert all(
        map(
            states_time,
            [
                "2 hours ago",
                "vor 3 Stunden",
                "Il y a 5 minutes",
                "3시간 전",
                "March 3, 2021",
                "5d ago",
                "March 18 at 3:57 PM",
            ],
        )
    )
    assert not any(map(states_time, ["Two ferries", "4 comments", "Route 66", "Chicago 5"]))

"""Names that only their given name and their place tell, in pages copied with their menus."""

from __future__ import annotations

import pytest

from tests.worker.parsing.copied import BELOW, HEADLINE, PROSE, URL, copied_page
from worker.parsing.rawtext import claims


def names(*head: str, body: tuple[str, ...] = PROSE, below: tuple[str, ...] = BELOW) -> list[str]:
    return [person.name for person in claims(copied_page(*head, body=body, below=below), url=URL).authors]


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ((HEADLINE, "Ida Krog"), "Ida Krog"),
        ((HEADLINE, "Ida KrogCEO", "Image: a ferry"), "Ida Krog"),
        ((HEADLINE, "Ida Krog5 hours ago"), "Ida Krog"),
        ((HEADLINE, "March 3, 2021", "Ida", "Ferries"), "Ida"),
        ((HEADLINE, "谢若含", "2021-03-03"), "谢若含"),
        (("Ida Krog", "2 hours ago", HEADLINE), "Ida Krog"),
    ],
)
def test_beside_the_headline_a_known_given_name_signs(head: tuple[str, ...], author: str) -> None:
    assert names(*head) == [author]


@pytest.mark.parametrize(
    "head",
    [
        (HEADLINE, "Wartin Krog"),  # a name that is not known needs a date or a role
        (HEADLINE, "Marit Olsen"),  # the text speaks of her
        (HEADLINE, "Ida Krog/AP"),  # a picture's
        (HEADLINE, "Verantwortlich für den Inhalt", "Ida Krog"),  # an imprint
        ("Ida Krog", "March 1, 2021", HEADLINE, "March 3, 2021"),  # the teaser above
        (HEADLINE, "Ida", "Ferries"),  # one word needs a date
    ],
)
def test_a_known_given_name_in_another_place_signs_nothing(head: tuple[str, ...]) -> None:
    assert names(*head) == []


@pytest.mark.parametrize(
    "below",
    [
        ("Ida Krog", "Head of the harbour office", *BELOW),
        (
            "Filed under: ferries",
            "Ida Krog",
            "Ida Krog writes about ferries, islands and the people between them.",
            *BELOW,
        ),
        ("Filed under: ferries", "Ida Krog Author", *BELOW),
        ("Filed under: ferries", "Published by", "Ida Krog", *BELOW),
    ],
)
def test_below_the_text_a_known_name_signs_behind_the_last_sentence_or_above_its_own_story(
    below: tuple[str, ...],
) -> None:
    assert names(HEADLINE, below=below) == ["Ida Krog"]


@pytest.mark.parametrize(
    "below",
    [
        ("Ida Krog", "Jonas Lind", "Emma Dahl", *BELOW),  # who signed the open letter
        ("Filed under: ferries", "Ida Krog", "Ferries", *BELOW),
        ("Comments", "Ida Krog", "Ida Krog writes about ferries, islands and the people between them.", *BELOW),
    ],
)
def test_a_list_a_tag_and_a_reader_sign_nothing(below: tuple[str, ...]) -> None:
    assert names(HEADLINE, below=below) == []


def test_a_byline_that_announces_itself_goes_first() -> None:
    assert names(HEADLINE, "Ida Krog", "By Ragna Lind") == ["Ragna Lind"]

"""Names that no ``By`` announces, in pages copied with their menus."""

from __future__ import annotations

import pytest

from tests.worker.parsing.copied import BELOW, HEADLINE, URL, copied_page
from worker.parsing.rawtext import claims


def names(*head: str) -> list[str]:
    return [person.name for person in claims(copied_page(*head), url=URL).authors]


@pytest.mark.parametrize(
    "head",
    [
        ("Ragna Lind", "March 3, 2021"),
        ("Ragna Lind", "2 hours ago"),
        ("Ragna Lind · March 3, 2021"),
        ("Ragna LindMarch 3, 2021",),
        ("Ragna Lind|Published", "2 months ago"),
        ("March 3, 2021", "| Reading time: 7 minutes", "Ragna Lind"),
        ("23.06.2021 um 16:14 Uhr", "- Ragna Lind - 91 Comments"),
        ("Ragna Lind", "Staff Writer"),
        ("Ragna Lind, @ragnalind",),
        ("Ragna Lind", "ragna.lind@example.org"),
        ("30. Oktober 2023 Ragna Lind Weather",),
    ],
)
def test_a_name_beside_a_date_a_role_or_a_handle_signs(head: str | tuple[str, ...]) -> None:
    assert names(HEADLINE, *((head,) if isinstance(head, str) else head)) == ["Ragna Lind"]


def test_names_on_lines_of_their_own_above_a_date_sign_together() -> None:
    assert names(HEADLINE, "Ragna Lind", "Bo Dahl", "Ida Krog", "March 3, 2021") == [
        "Ragna Lind",
        "Bo Dahl",
        "Ida Krog",
    ]
    assert names(HEADLINE, "Ragna Lind, Bo Dahl & Ida Krog", "March 3, 2021") == ["Ragna Lind", "Bo Dahl", "Ida Krog"]


def test_an_agency_beside_a_person_or_alone_is_no_person() -> None:
    found = claims(copied_page(HEADLINE, "Ragna Lind and AP", "March 3, 2021"), url=URL)
    assert ([person.name for person in found.authors], found.agency) == (["Ragna Lind"], "AP")
    found = claims(copied_page(HEADLINE, "JIJI", "March 3, 2021"), url=URL)
    assert (found.authors, found.agency) == ((), "JIJI")


@pytest.mark.parametrize(
    "head",
    [
        ("Ragna Lind",),  # nothing says that it signs
        ("Fishing Boats", "March 3, 2021"),  # the text speaks of fishing boats
        ("Contact us", "March 3, 2021"),
        ("Zurück zur Übersicht", "March 3, 2021"),
        ("Ostholm, Harrowmere", "March 3, 2021"),
        ("in Ostholm", "March 3, 2021"),
        ("Thu, 14 May 2020 17:55 UTC",),
        ("Ort Ostholm", "March 3, 2021"),  # "place"
        ("Private Nachricht", "March 3, 2021"),  # a button of forums
        ("Create README.md", "March 3, 2021"),
        ("Ragna L.", "March 3, 2021"),  # who comments hides the family name
        ("A. M.", "March 3, 2021"),
    ],
)
def test_no_author_rather_than_a_false_one(head: tuple[str, ...]) -> None:
    assert names(HEADLINE, *head) == []


def test_above_the_headline_and_in_the_menu_a_name_is_somebody_elses() -> None:
    assert names("Odd Berger", "March 1, 2021", HEADLINE, "March 3, 2021") == []
    page = ["Odd Berger", *copied_page(HEADLINE, "Odd Berger", "March 3, 2021")]
    assert claims(page, url=URL).authors == ()


@pytest.mark.parametrize("line", ["by oz on December 4, 2006", "Publiziert am 13. Januar 2014 von oz", "Posted by oz"])
def test_an_alias_signs_where_it_is_announced_with_a_date(line: str) -> None:
    assert names(HEADLINE, line, "21.10.2019") == ["oz"]
    assert names(HEADLINE, "Posted by oz") == []


def test_an_alias_announced_with_a_date_above_the_headline_signs_too() -> None:
    assert names("March 3, 2021", "by oz", HEADLINE) == ["oz"]


def test_below_the_text_a_name_under_the_date_signs_where_nobody_else_does() -> None:
    below = ("March 3, 2021", "- Ragna Lind", *BELOW)
    page = copied_page(HEADLINE, below=below)
    assert [person.name for person in claims(page, url=URL).authors] == ["Ragna Lind"]
    page = copied_page(HEADLINE, "By Bo Dahl", below=below)
    assert [person.name for person in claims(page, url=URL).authors] == ["Bo Dahl"]
    assert claims(copied_page(HEADLINE, below=("Comments", *below)), url=URL).authors == ()

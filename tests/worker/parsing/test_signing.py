"""Bylines, sign-offs and signatures in pages copied with their menus; copy's own are in test_rawtext."""

from __future__ import annotations

import pytest

from tests.worker.parsing.copied import BELOW, HEADLINE, PROSE, URL, copied_page
from worker.parsing.rawtext import claims


def names(lines: list[str]) -> list[str]:
    return [person.name for person in claims(lines, url=URL).authors]


@pytest.mark.parametrize(
    "head",
    [
        ("By Ragna Lind",), ("By", "Ragna Lind"), ("Geschrieben vonRagna Lind",), ("Kolumne von Ragna Lind -",),
        ("Text & Fotos: Ragna Lind",), ("March 3, 2021 by Ragna Lind",), ("Gepostet von Ragna Lind | Inseln",),
        ("Autorin:", "Ragna Lind/SP-X"), ("18.03.2020 13:15 Uhr Autor/in: Ragna Lind",),
    ],
)  # fmt: skip
def test_bylines_of_pages(head: tuple[str, ...]) -> None:
    assert names(copied_page(HEADLINE, *head)) == ["Ragna Lind"]


def test_the_byline_below_the_headline_counts_and_those_of_teasers_do_not() -> None:
    teaser = ("Crabs are back", "By Odd Berger", "March 1, 2021")
    assert names(copied_page(*teaser, "Fishing", HEADLINE, PROSE[3], "By Ragna Lind")) == ["Ragna Lind"]
    assert names(copied_page(HEADLINE)) == []


def test_a_byline_below_read_also_is_the_other_articles() -> None:
    body = (PROSE[0], "Read also: The bridge that closed", "By Odd Berger", *PROSE[1:])
    assert names(copied_page(HEADLINE, body=body)) == []


def test_bylines_stacked_with_addresses_between_them_sign_together() -> None:
    stack = ("홍길동 기자", "hong@example.org", "김영희 기자", "kim@example.org")
    found = claims(copied_page(HEADLINE, *stack), url=URL).authors
    assert [(person.name, person.email) for person in found] == [
        ("홍길동", "hong@example.org"),
        ("김영희", "kim@example.org"),
    ]
    apart = ("By Ragna Lind", "Interview", "Nepal: “The hours pass and pass and we are still here”", "By Odd Berger")
    assert names(copied_page(HEADLINE, *apart)) == ["Ragna Lind"]


@pytest.mark.parametrize(
    "below",
    [
        ("Author: Ragna Lind", "Published:"), ("About the author", "Ragna Lind"), ("About the Author - Ragna Lind",),
        ("Autorin: Ragna Lind, Leiterin des Hafens von Ostholm.",), ("Kolumnist*in: Ragna Lind",),
    ],
)  # fmt: skip
def test_who_signs_below_the_text_counts_where_nobody_signs_above(below: tuple[str, ...]) -> None:
    page = copied_page(HEADLINE, below=(*below, *BELOW))
    assert names(page) == ["Ragna Lind"]
    assert names([line if line != HEADLINE else f"{line}" for line in copied_page(HEADLINE, "By Bo Dahl")]) == [
        "Bo Dahl"
    ]


def test_nouns_that_begin_a_sentence_announce_nobody() -> None:
    body = (*PROSE[:2], "Author Ida Krog, from Ostholm, said she had started to write on the ferry.", *PROSE[2:])
    assert names(copied_page(HEADLINE, body=body)) == []
    assert names(copied_page(HEADLINE, body=(*PROSE, "Text des Volksbegehrens"))) == []


def test_a_comments_button_above_the_byline_does_not_hide_it() -> None:
    assert names(copied_page(HEADLINE, PROSE[3], "Comments", "By Ragna Lind", "March 18 at 3:57 PM")) == ["Ragna Lind"]


def test_in_the_text_a_line_that_goes_on_behind_the_names_announces_nobody() -> None:
    body = (*PROSE, *PROSE[:2], "Von Ragna Lind mit der Nachtfähre zur Insel", *PROSE)
    assert claims(copied_page(HEADLINE, body=body), url=URL).authors == ()
    deep = (*PROSE, *PROSE[:2], "By", "RAGNA LIND and BO DAHL", *PROSE)
    found = claims(copied_page(HEADLINE, body=deep), url=URL)
    assert [person.name for person in found.authors] == ["RAGNA LIND", "BO DAHL"]


def test_the_author_of_a_book_in_the_text_is_not_its_author() -> None:
    book = ("Title: The night ferry", "Pages: 211", "Author: Ragna Lind", "Publisher: Pier Books", "Price: 12.80")
    assert claims(copied_page(HEADLINE, body=(*PROSE, *PROSE[:2], *book, *PROSE)), url=URL).authors == ()


def test_who_took_the_pictures_is_no_author() -> None:
    found = claims(copied_page(HEADLINE, "by Ragna Lind (reporting) and Bo Dahl (photography)"), url=URL)
    assert [person.name for person in found.authors] == ["Ragna Lind"]


def test_names_go_on_below_a_comma() -> None:
    listed = ("By", "Ida Krog,", "Bo Lind", ",", "Associated Press")
    found = claims(copied_page(HEADLINE, *listed, "March 3, 2021"), url=URL)
    assert ([person.name for person in found.authors], found.agency) == (["Ida Krog", "Bo Lind"], "Associated Press")
    found = claims(copied_page(HEADLINE, "By", "Ida Krog,", "in Ferries, Islands", "March 3, 2021"), url=URL)
    assert [person.name for person in found.authors] == ["Ida Krog"]


@pytest.mark.parametrize("label", ["Interview", "Words", "Thread starter", "Themenstarter", "Escrito por"])
def test_labels_announce_the_name_on_the_next_line(label: str) -> None:
    assert names(copied_page(HEADLINE, label, "Ida Krog", "March 3, 2021")) == ["Ida Krog"]

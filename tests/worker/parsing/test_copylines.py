from __future__ import annotations

import pytest

from worker.parsing.copylines import closing_agency, dated, dateline, is_noise, sign_off, trailing_email, without_times


@pytest.mark.parametrize(
    ("paragraph", "said", "agency", "rest"),
    [
        ("OSTHOLM (AP) — The board voted", "OSTHOLM", "AP", "The board voted"),
        ("OSTHOLM, Feb 26 - The board", "OSTHOLM, Feb 26", None, "The board"),
        ("OSTHOLM, Feb. 28 (Yonhap) -- The board", "OSTHOLM, Feb. 28", "Yonhap", "The board"),
        ("OSTHOLM/OSLO (Reuters) - The board", "OSTHOLM/OSLO", "Reuters", "The board"),
        ("Ostholm (dpa) – Der Hafen", "Ostholm", "dpa", "Der Hafen"),
        ("OSTHOLM, 5 mai (AFP) - Le port", "OSTHOLM, 5 mai", "AFP", "Le port"),
        ("BLUE BELL, Pa., March 2 -", "BLUE BELL, Pa., March 2", None, ""),
    ],
)
def test_datelines_are_taken_apart(paragraph: str, said: str, agency: str | None, rest: str) -> None:
    found = dateline(paragraph)
    assert found is not None
    assert (found.said, found.agency, found.rest) == (said, agency, rest)


@pytest.mark.parametrize(
    "paragraph",
    [
        "The board - which met on Tuesday - voted",
        "NBA - New York at Atlanta",
        "Today in island history Dec. 29 1967 -- The bridge",
        "She (Marit) - the baker - agreed",
        "Ferries: what to know",
    ],
)
def test_a_dash_after_words_is_no_dateline(paragraph: str) -> None:
    assert dateline(paragraph) is None


def test_sign_offs_give_reporters_and_no_editors() -> None:
    found = sign_off("(Reporting by Ida Krog in Ostholm; Additional reporting by Bo Dahl; Editing by Ragna Lind)")
    assert found is not None
    assert [person.name for person in found.people] == ["Ida Krog", "Bo Dahl"]
    assert sign_off("(Editing by Ragna Lind)") is not None
    assert sign_off("Reporting was hard that year.") is None


def test_the_word_before_a_date_says_what_it_is() -> None:
    line = "입력 2017.01.25 15:45 수정 2017.01.25 16:00"
    assert [item.label for item in dated(line, day_first=None)] == ["published", "modified"]
    assert [item.label for item in dated("May 3, 2020", day_first=None)] == ["none"]
    assert dated("On May 3, 2020 the board of the harbour voted " + "x " * 60, day_first=None) == []


def test_a_name_is_left_of_a_date_line() -> None:
    assert without_times("25.10.2022 - Ragna Lind") == "Ragna Lind"
    assert without_times("Ragna LindNovember 6, 2023") == "Ragna Lind"


def test_addresses_and_agencies_at_the_very_end() -> None:
    assert trailing_email("She agreed. lind@example.org(END)") == ("She agreed.", "lind@example.org")
    assert trailing_email("Write to lind@example.org for tickets.") is None
    assert closing_agency(" Reuter") == "Reuter"
    assert closing_agency("(Yonhap)") == "Yonhap"
    assert closing_agency("Ostholm") is None


@pytest.mark.parametrize("line", ["Advertisement", "ANZEIGE", "Read more: The bridge", "광고", "3 Comments", "###"])
def test_furniture_is_known(line: str) -> None:
    assert is_noise(line)
    assert not is_noise("The advertisement was printed twice.")

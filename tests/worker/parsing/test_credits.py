"""What a bracket at the end of a line can be, by its shape. All names are invented but the agencies'."""

from __future__ import annotations

import pytest

from worker.parsing.credits import abbreviates, bare_credit, bracketed, is_credit_name, kind_of, trailing_credit


def kind(line: str) -> str | None:
    found = bracketed(line)
    return kind_of(found) if found else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Harbour master Ida Krog (Norwire)", "name"),
        ("The ministry of defense logo (MND)", "name"),
        ("The pier (Port of Ostholm)", "name"),
        ("Harbour master Ida Krog (Yonhap)", "agency"),
        ("Harbour master Ida Krog (Bo Dahl/The Islander)", "picture"),
        ("Harbour master Ida Krog (Bo Dahl / Norwire)", "picture"),
        ("Harbour master Ida Krog (Bo Dahl, AP)", "picture"),
        ("Harbour master Ida Krog (AP Photo)", "picture"),
        ("Islanders at the pier (Source: Bo Dahl/Norwire)", "picture"),
        ("동섬 나루터의 밤배 [바다통신 자료사진]", "picture"),
        ("동섬 나루터의 밤배. [동섬시 제공]", "picture"),
    ],
)
def test_credits_are_known_by_their_shape(line: str, expected: str) -> None:
    assert kind(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "The board is led by the Party of the Coast (PC)",
        "The Bank of Korea (BOK)",
        "A match of Norway (NOR)",
        "Members of NATO (North Atlantic Treaty Organization)",
        "Senator Ida Krog (R-Texas)",
        "Ida Krog (43)",
        "The winter of the storm (2016)",
        "Ida Krog (left)",
        "And then she laughed. (Laughter)",
        "What comes next (Part Two)",
        "Meet the new captain (Probably)",
        "A pier (Ostholm, Norway)",
        "She spoke for the union (CDU / CSU)",
        "The reading room (Library / Archive)",
        "It sold its shares of Ferry Corp (FRY.O)",
        "The board (It Voted)",
        "The pier [12]",
        "The first age [MP / MP3 SP]",
        "No bracket at all",
    ],
)
def test_parts_of_the_sentence_are_no_credits(line: str) -> None:
    assert kind(line) is None


def test_abbreviations_end_with_the_last_word_before_the_bracket() -> None:
    assert abbreviates("PC", "the Party of the Coast")
    assert not abbreviates("MND", "The ministry of defense logo")
    assert not abbreviates("Norwire", "the chairwoman of the harbour board")


def test_names_of_credits_are_capitalised_words() -> None:
    assert is_credit_name("The Korea Herald")
    assert is_credit_name("University of Port Elvar")
    assert not is_credit_name("the board")
    assert not is_credit_name("One Two Three Four Five Six Seven")


@pytest.mark.parametrize(
    ("line", "is_bare"),
    [
        ("AP", True), ("REUTERS", True), ("Bo Dahl / Reuters", True), ("Keystone/The Ferry Line via AP/Bo Dahl", True),
        ("Imago/Islander.de", True), ("Screenshots / AFP", True),
        ("Bo Dahl II/Copyright 2026 The AP. All rights reserved.", True),
        ("The Islander / Harbour Post", False), ("Bo Dahl", False), ("Photos:", False), ("She told AP", False),
        ("Winter ferry, spring ferry, AP", False), ("the pier / AP", False),
    ],
)  # fmt: skip
def test_a_bare_credit_names_an_agency_and_besides_it_only_names(line: str, is_bare: bool) -> None:
    assert bare_credit(line) is is_bare


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("The ferry leaves the pier on Monday. Bo Dahl/Reuters", "Bo Dahl/Reuters"),
        ("The ferry leaves the pier on Monday.EFE", "EFE"),
        ("The ferry only stays for about an hour. AP", "AP"),
        ("The ferry leaves the pier of Ostholm AP Photo/Bo Dahl", "AP Photo/Bo Dahl"),
        ("She saw the ferry from the pier, she told Reuters", None),
        ("The ferry leaves the pier on Monday.", None),
        ("Of Reuters/AP", None),
    ],
)
def test_a_bare_credit_behind_a_caption(line: str, credit: str | None) -> None:
    assert trailing_credit(line) == credit

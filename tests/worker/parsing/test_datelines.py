from __future__ import annotations

import pytest

from worker.parsing.datelines import dateline, glued


@pytest.mark.parametrize(
    ("paragraph", "said", "agency", "rest"),
    [
        ("OSTHOLM (AP) — The board voted", "OSTHOLM", "AP", "The board voted"),
        ("OSTHOLM, Feb 26 - The board", "OSTHOLM, Feb 26", None, "The board"),
        ("OSTHOLM, Feb. 28 (Yonhap) -- The board", "OSTHOLM, Feb. 28", "Yonhap", "The board"),
        ("OSTHOLM/OSLO (Reuters) - The board", "OSTHOLM/OSLO", "Reuters", "The board"),
        ("Ostholm (dpa) – Der Hafen", "Ostholm", "dpa", "Der Hafen"),
        ("OSTHOLM, 5 mai (AFP) - Le port", "OSTHOLM, 5 mai", "AFP", "Le port"),
        ("PORT ELVAR, Sept 30 (Norwire) - The board", "PORT ELVAR, Sept 30", "Norwire", "The board"),
        ("VIK, Tolmer Islands (Norwire) — The board", "VIK, Tolmer Islands", "Norwire", "The board"),
        ("VIK (The Tolmer Gazette) — The board", "VIK", "The Tolmer Gazette", "The board"),
        ("Vik, 3 May (Norwire) - The board", "Vik, 3 May", "Norwire", "The board"),
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
        "Ida Krog (Ostholm) - the baker - agreed",
        "OSTHOLM (the island) - The board voted",
        "OSTHOLM (Norwire) voted for it",
        "WATCH — The board voted for the ferry on Tuesday, eleven years after the bridge.",
        "NBA - The league voted for the ferry on Tuesday, eleven years after the bridge.",
    ],
)
def test_a_dash_after_words_is_no_dateline(paragraph: str) -> None:
    assert dateline(paragraph) is None


def test_three_capitals_are_a_place_before_a_wires_dash_and_running_text() -> None:
    prose = "The board voted for the ferry on Tuesday, eleven years after the bridge."
    found = dateline(f"VIK — {prose}")
    assert found is not None
    assert (found.said, found.rest) == ("VIK", prose)
    assert dateline("VIK — what to know") is None


def test_korean_datelines_name_place_agency_and_reporters() -> None:
    found = dateline("(동섬=바다통신) 홍길동 김새별 기자 = 밤배가 다시 다닌다.")
    assert found is not None
    assert (found.said, found.agency, found.rest) == ("동섬", "바다통신", "밤배가 다시 다닌다.")
    assert [person.name for person in found.reporters] == ["홍길동", "김새별"]


def test_a_korean_dateline_needs_no_reporter_and_may_follow_a_headline_on_its_line() -> None:
    found = dateline("(동섬＝바다통신) 밤배가 다시 다닌다.")
    assert found is not None
    assert (found.said, found.reporters, found.rest) == ("동섬", (), "밤배가 다시 다닌다.")
    found = dateline("밤배 다시 다닌다(동섬=바다통신) 홍길동 특파원 = 배는 봄에 온다.")
    assert found is not None
    assert (found.before, found.rest) == ("밤배 다시 다닌다", "배는 봄에 온다.")


@pytest.mark.parametrize("line", ["(사진=바다통신)밤배", "[동섬일보=홍길동 기자] 밤배", "[code language=bash] ls"])
def test_other_brackets_with_an_equals_sign_are_no_dateline(line: str) -> None:
    assert dateline(line) is None


def test_headline_byline_and_dateline_without_line_breaks_are_taken_apart() -> None:
    title = "Night ferry returns to Ostholm"
    found = glued(f"ferry-night {title}By Ragna Lind OSTHOLM, Dec. 28 (Norwire) -- The board voted.", title)
    assert found is not None
    assert (found.said, found.agency, found.rest) == ("OSTHOLM, Dec. 28", "Norwire", "The board voted.")
    assert [person.name for person in found.reporters] == ["Ragna Lind"]
    assert glued(f"{title} is what the board wants.", title) is None


@pytest.mark.parametrize("place", ["OSTHOLM, Harrow/HARROWMERE", "OSTHOLM/ NEW HARROW", "OSTHOLM, H.R./SUNDT, H.R."])
def test_datelines_of_several_places(place: str) -> None:
    found = dateline(f"{place} — The harbour board voted on Tuesday to bring the night ferry back.")
    assert found is not None
    assert found.said == place

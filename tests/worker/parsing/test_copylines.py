from __future__ import annotations

import pytest

from worker.parsing.copylines import closing_agency, dated, is_noise, is_note, is_read_more, sign_off, without_times


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


def test_the_agency_alone_on_the_last_line_signs() -> None:
    assert closing_agency(" Reuter") == "Reuter"
    assert closing_agency("(Yonhap)") == "Yonhap"
    assert closing_agency("Ostholm") is None


@pytest.mark.parametrize("line", ["Advertisement", "ANZEIGE", "Read more: The bridge", "광고", "3 Comments", "###"])
def test_furniture_is_known(line: str) -> None:
    assert is_noise(line)
    assert not is_noise("The advertisement was printed twice.")


@pytest.mark.parametrize("line", ["___", "* * *".replace(" ", ""), "———", "· updated", "-30-"])
def test_separators_and_labels_without_a_time_are_furniture(line: str) -> None:
    assert is_noise(line)


@pytest.mark.parametrize(
    "line",
    [
        "Harrowmere Evening Post staff contributed to this report.",
        "—Islander writer Bo Dahl in Oslo contributed to this report.",
        "Ida Krog and Bo Dahl contributed reporting to this story.",
        "Write to the authors: ragna.lind@islander.example",
        "Write to Ragna Lind at ragna.lind@islander.example",
        "Follow Ragna Lind on Twitter at @ragnalind.",
        "<저작권자(c) 바다통신, 무단 전재-재배포 금지>",
        "Copyright 2018 The Islander. All rights reserved.",
    ],
)
def test_the_newsrooms_own_words_close_an_article(line: str) -> None:
    assert is_note(line)


@pytest.mark.parametrize(
    "line",
    [
        "The storm contributed to this winter's losses.",
        "Write to the board before Friday, she said.",
        "She contributed to this report of the board, which was printed in May.",
        "The copyright of the song is owned by the widow of the captain.",
    ],
)
def test_sentences_that_use_the_same_words_are_none(line: str) -> None:
    assert not is_note(line)


def test_names_go_on_behind_places_with_commas_and_oxford_commas() -> None:
    line = "(Reporting by Ida Krog in Fort Ost, Harrow and Bo Dahl in Ostholm, and Marit Berg; Editing by Ragna Lind)"
    found = sign_off(line)
    assert found is not None
    assert [person.name for person in found.people] == ["Ida Krog", "Bo Dahl", "Marit Berg"]
    found = sign_off("(Reporting by Ida Krog, with additional reporting by Bo Dahl)")
    assert found is not None
    assert [person.name for person in found.people] == ["Ida Krog", "Bo Dahl"]
    assert sign_off("(Writing and additional reporting by Ida Krog in Ostholm)") is not None


def test_read_more_lines_are_noise_and_recommend_another_article() -> None:
    assert is_read_more("Lesen Sie auch: Die Brücke")
    assert is_noise("Lesen Sie auch: Die Brücke")
    assert not is_read_more("Share this")

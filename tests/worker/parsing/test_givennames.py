from __future__ import annotations

import pytest

from worker.parsing.givennames import is_given_name, is_known_name


@pytest.mark.parametrize("word", ["Ida", "IDA", "José", "Анна", "Łukasz", "Anna-Lena", "Jean-Marc"])
def test_given_names_are_known_in_any_case_and_by_their_first_part(word: str) -> None:
    assert is_given_name(word)


@pytest.mark.parametrize("word", ["Ostholm", "Politics", "Wirtschaft", "", "-"])
def test_sections_and_places_are_none(word: str) -> None:
    assert not is_given_name(word)


@pytest.mark.parametrize("name", ["Ida Krog", "佐藤 健", "小林さくら", "王小明"])
def test_a_name_is_known_by_its_given_or_in_han_characters_by_its_family_name(name: str) -> None:
    assert is_known_name(name)


@pytest.mark.parametrize("name", ["ida krog", "Krog Ida", "新聞", "小字号", "保存", "ソフトウェア", "", " "])
def test_other_words_are_no_known_name(name: str) -> None:
    assert not is_known_name(name)

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.documents.plain_text import clean, one_line, strip_markup, text_of


def test_what_no_database_takes_is_removed_and_the_rest_stays() -> None:
    assert clean("a\0b\ud800c\uffff\ufffed\x7f\x1b[0m\n한글\t퓿") == "ab\ufffdcd[0m\n한글\t퓿"


@given(st.text())
def test_a_clean_text_travels_as_json_and_utf8(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned


def test_a_title_is_text_and_never_markup() -> None:
    assert text_of("<b>Ferry</b> &amp; <i>quay</i>", characters_max=100) == "Ferry & quay"
    assert text_of("<img src=x onerror=alert(1)>", characters_max=100) is None
    assert text_of("<script>alert(1)</script>Quay", characters_max=100) == "Quay"
    assert text_of("3 < 4 and 5 > 4", characters_max=100) == "3 < 4 and 5 > 4"


def test_blocks_are_set_apart() -> None:
    assert strip_markup("<p>One.</p><p>Two.</p>").split() == ["One.", "Two."]


def test_a_line_is_cut_and_an_empty_one_is_none() -> None:
    assert one_line("  a \n b  ", characters_max=100) == "a b"
    assert one_line("abcdef", characters_max=3) == "abc"
    assert one_line(" \n\0 ", characters_max=3) is None

from __future__ import annotations

from worker.parsing.text import comparable, has_controls, lines_of, listed_tags, one_line, scrub, short_line, unique


def test_scrubbed_text_can_be_stored_and_reads_the_same() -> None:
    assert scrub("a\0b\x07c\ud800d\r\ne\u2028f\u00adg\ufeff") == "abc\ufffdd\ne\nfg"
    assert has_controls("a\0")
    assert has_controls("\ud800")
    assert not has_controls("soft\u00adhyphen\ttab\n")


def test_lines_and_paragraphs_have_no_empty_ends() -> None:
    assert lines_of(" a  b \n\n \t\nc\u00a0d ") == ["a b", "c d"]
    assert one_line(" a\n b\t") == "a b"


def test_short_lines_are_cut_and_never_empty() -> None:
    assert short_line("x" * 5_000_000, 10) == "x" * 10
    assert short_line(" \n", 10) is None
    assert short_line(None, 10) is None


def test_comparing_ignores_case_and_punctuation() -> None:
    assert comparable("“Night Ferry”, returns!") == comparable("night ferry returns")


def test_lists_hold_each_value_once_in_order_up_to_a_limit() -> None:
    assert unique(["b", "a", "b", "c"], 2) == ("b", "a")


def test_tags_of_one_string_are_parted_at_semicolons_else_at_commas() -> None:
    assert list(listed_tags("Ferries; Ostholm, harbour;")) == ["Ferries", "Ostholm, harbour"]
    assert list(listed_tags("Ferries, Ostholm,")) == ["Ferries", "Ostholm"]

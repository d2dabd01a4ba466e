from __future__ import annotations

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from worker.worddiff import word_difference

BOARD = "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years without one."


def test_a_changed_word_is_shown_in_its_surroundings_and_no_further() -> None:
    later = BOARD.replace("Tuesday", "Wednesday")

    assert list(word_difference(f"One.\n\n{BOARD}\n\nTwo.", f"One.\n\n{later}\n\nTwo.")) == [
        "~ The harbour board of Ostholm voted on [-Tuesday-] {+Wednesday+} to bring the night ferry back …"
    ]


def test_paragraphs_that_went_or_came_are_shown_whole() -> None:
    assert list(word_difference("One.\n\nTwo.", "One.")) == ["- Two."]
    assert list(word_difference("One.", "Zero.\n\nOne.")) == ["+ Zero."]


def test_a_paragraph_with_little_in_common_was_not_changed_but_replaced() -> None:
    assert list(word_difference(BOARD, "Quite another matter.")) == [f"- {BOARD}", "+ Quite another matter."]


def test_a_changed_paragraph_is_found_behind_a_new_one() -> None:
    later = BOARD.replace("eleven", "twelve")

    added, changed = word_difference(BOARD, f"New.\n\n{later}")

    assert added == "+ New."
    assert "[-eleven-] {+twelve+}" in changed


def test_texts_as_long_as_strangers_like_are_compared_in_seconds() -> None:
    began = time.thread_time()
    one, other = (" ".join(f"{word}{n % 7}" for n in range(50_000)) for word in ("a", "b"))

    assert [line[0] for line in word_difference(one, other)] == ["-", "+"]
    assert time.thread_time() - began < 5


words = st.lists(st.sampled_from(["ferry", "board", "night", "pier"]), min_size=1, max_size=12).map(" ".join)
texts = st.lists(words, min_size=1, max_size=4).map("\n\n".join)


@given(texts, texts)
def test_the_difference_holds_every_word_that_went_or_came(earlier: str, later: str) -> None:
    lines = list(word_difference(earlier, later))

    assert (lines == []) == (earlier == later)
    for text, mark, brackets in ((earlier, "-", r"\[-(.*?)-\]"), (later, "+", r"\{\+(.*?)\+\}")):
        shown = [line[2:] for line in lines if line[0] == mark]
        shown += [part for line in lines if line[0] == "~" for part in re.findall(brackets, line)]
        assert set(" ".join(shown).split()) <= set(text.split())

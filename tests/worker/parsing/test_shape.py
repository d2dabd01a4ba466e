from __future__ import annotations

from worker.parsing.shape import is_prose, paragraphs_of, shape_of

SENTENCE = "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years without one."


def test_lines_wrapped_by_hand_become_paragraphs() -> None:
    text = (
        "The harbour board voted on Tuesday to bring the night ferry\nback after eleven years without one at all.\n\n"
        "Tickets will be sold from the first of May onwards to everyone\nwho comes to the pier of Ostholm in time.\n"
    )
    assert paragraphs_of(text) == [
        "The harbour board voted on Tuesday to bring the night ferry back after eleven years without one at all.",
        "Tickets will be sold from the first of May onwards to everyone who comes to the pier of Ostholm in time.",
    ]


def test_a_paragraph_a_line_stays_so() -> None:
    assert paragraphs_of(f"{SENTENCE}\n{SENTENCE}\nShort") == [SENTENCE, SENTENCE, "Short"]


def test_prose_is_sentences_in_any_script() -> None:
    assert is_prose(SENTENCE)
    assert is_prose("섬 주민들은 밤배가 다시 다닌다는 소식을 반겼다. 배는 봄에 온다.")
    assert not is_prose("Menu")
    assert not is_prose("홈 뉴스 스포츠")


def test_a_page_with_more_furniture_than_prose_is_a_whole_page() -> None:
    menu = ["Menu"] * 30
    shape = shape_of([*menu, SENTENCE, SENTENCE, *menu])
    assert (shape.start, shape.end, shape.whole_page) == (30, 32, True)
    assert not shape_of([*menu[:5], SENTENCE]).whole_page
    assert shape_of(menu).start == 30

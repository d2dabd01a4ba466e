from __future__ import annotations

from worker.parsing.body import page_paragraphs, with_lead, without
from worker.parsing.markup import text_lines, tree_of

STORY = [f"The harbour board of Ostholm voted on day {day} to bring the night ferry back." for day in range(12)]


def test_the_body_is_found_among_the_furniture_and_the_tree_stays_whole() -> None:
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    tree = tree_of(f"<html><body><nav><a>Home</a></nav><article>{markup}</article><footer>© us</footer></body></html>")
    assert tree is not None
    before = text_lines(tree.root)
    assert page_paragraphs(tree.root, "https://x.example/1", sum(map(len, STORY))) == STORY
    assert text_lines(tree.root) == before


def test_repeated_captions_and_titles_are_dropped_whole_and_nothing_else() -> None:
    assert without(["The pier.", "The pier is old.", "…"], ["THE PIER", ""]) == ["The pier is old.", "…"]


def test_a_lead_goes_first_unless_the_text_holds_it() -> None:
    assert with_lead(["The board voted."], "Eleven years without a ferry.") == [
        "Eleven years without a ferry.",
        "The board voted.",
    ]
    assert with_lead(["The board voted."], "The board voted") == ["The board voted."]
    assert with_lead([], "Eleven years without a ferry.") == []


def test_line_breaks_in_the_source_are_no_paragraphs_and_br_parts_them() -> None:
    wrapped = "".join(f"<p>{paragraph.replace(' ', chr(10))}</p>" for paragraph in STORY)
    tree = tree_of(f"<html><body><article>{wrapped}<p>One<br>Two</p></article></body></html>")
    assert tree is not None
    assert page_paragraphs(tree.root, None, 1_000) == [*STORY, "One", "Two"]


def test_a_heading_without_anything_behind_it_is_no_text() -> None:
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    tree = tree_of(f"<html><body><article><h2>Why now</h2>{markup}<h2>More on ferries</h2></article></body></html>")
    assert tree is not None
    assert page_paragraphs(tree.root, None, 1_000) == ["Why now", *STORY]


def test_lists_and_tables_have_a_line_for_each_item_and_row() -> None:
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    table = "<table><tr><th>Day</th><th>Ferries</th></tr><tr><td>Monday</td><td>three of them</td></tr></table>"
    tree = tree_of(
        f"<html><body><article>{markup}<ul><li>One boat</li><li>Two boats</li></ul>{table}</article></body></html>"
    )
    assert tree is not None
    assert page_paragraphs(tree.root, None, 1_000)[12:] == [
        "- One boat",
        "- Two boats",
        "Day | Ferries",
        "Monday | three of them",
    ]

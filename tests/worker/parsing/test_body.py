from __future__ import annotations

from worker.parsing.body import page_paragraphs, without
from worker.parsing.markup import text_lines, tree_of

STORY = [f"The harbour board of Ostholm voted on day {day} to bring the night ferry back." for day in range(12)]


def test_the_body_is_found_among_the_furniture_and_the_tree_stays_whole() -> None:
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    tree = tree_of(f"<html><body><nav><a>Home</a></nav><article>{markup}</article><footer>© us</footer></body></html>")
    assert tree is not None
    before = text_lines(tree.root)
    assert page_paragraphs(tree.root, "https://x.example/1") == STORY
    assert text_lines(tree.root) == before


def test_repeated_captions_and_titles_are_dropped_whole_and_nothing_else() -> None:
    assert without(["The pier.", "The pier is old.", "…"], ["THE PIER", ""]) == ["The pier is old.", "…"]

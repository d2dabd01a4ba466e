from __future__ import annotations

import pytest

from worker.parsing.markup import bare_text, is_page, text_lines, tree_of


def test_documents_and_fragments_are_told_apart() -> None:
    assert is_page("<!-- x --><style>" + "a" * 60_000 + "</style><BODY class=x>")
    assert not is_page("<header><p>x</p></header>")


def test_blocks_become_lines_and_hidden_parts_go() -> None:
    tree = tree_of("<div>a<br>b <b>c</b><p>d</p>e<script>f</script><ul><li>g</ul></div>")
    assert tree is not None
    assert text_lines(tree.root) == ["a", "b c", "d", "e", "g"]


@pytest.mark.parametrize("markup", ["<em><u>" * 2_900 + "word", "<dl><dd>" * 900 + "word", "<i>" * 300 + "word"])
def test_depth_of_any_element_is_flattened_not_dropped(markup: str) -> None:
    tree = tree_of(markup)
    assert tree is not None
    assert tree.partial
    assert text_lines(tree.root) == ["word"]


def test_nothing_gives_no_tree() -> None:
    assert tree_of("") is None
    assert tree_of("<!-- only this -->") is None


def test_markup_in_a_title_becomes_text() -> None:
    assert bare_text("Tom &amp;amp; <b>Jerry</b>").split() == ["Tom", "&", "Jerry"]
    assert bare_text("2 < 3") == "2 < 3"

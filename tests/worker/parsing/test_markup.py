from __future__ import annotations

import pytest

from worker.parsing.markup import bare_text, decoded, is_page, text_lines, tree_of


@pytest.mark.parametrize(
    ("body", "stated", "text", "guessed"),
    [
        ("밤배".encode("cp949"), "euc-kr", "밤배", False),
        ("Fähre".encode(), None, "Fähre", False),
        ("\ufeffFähre".encode("utf-8"), "iso-8859-1", "Fähre", False),
        ("Fähre".encode("cp1252"), "utf-8", "F\ufffdhre", True),
        (b'<meta charset="iso-8859-15">F\xe4hre', None, '<meta charset="iso-8859-15">Fähre', False),
        (b'<meta charset="utf-16">ferry', None, '<meta charset="utf-16">ferry', False),
        (b"ferry", "base64", "ferry", False),
    ],
)
def test_bytes_are_decoded_by_what_states_them_and_by_what_they_are(
    body: bytes, stated: str | None, text: str, guessed: bool
) -> None:
    found = decoded(body, stated=stated)
    assert (found.text, found.guessed) == (text, guessed)


def test_korean_pages_stated_as_chinese_are_read_when_they_are_utf8() -> None:
    assert decoded(("밤배가 다시 다닌다 " * 5).encode(), stated="gb2312").text.startswith("밤배가")


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

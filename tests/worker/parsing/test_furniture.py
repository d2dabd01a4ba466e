from __future__ import annotations

import pytest
from lxml.html import HtmlElement

from worker.parsing import furniture
from worker.parsing.markup import text_lines, tree_of
from worker.parsing.places import Places

PROSE = "The harbour board of Ostholm voted to bring the night ferry back after eleven years without one."


def page(body: str) -> HtmlElement:
    tree = tree_of(f"<html><head></head><body><h1>Night ferry</h1>{body}</body></html>")
    assert tree is not None
    return tree.root


def cleared(body: str) -> list[str]:
    """What is left of the page behind its headline."""
    root = page(body)
    boxes = [element for element in root.iter() if furniture.BOX_MARK.search(element.get("class") or "")]
    furniture.clear(root, boxes, Places(root, "Night ferry"))
    return text_lines(root)[1:]


ARTICLE = f"<p>{PROSE}</p><p>{PROSE}</p><p>{PROSE}</p>"


@pytest.mark.parametrize("mark", ["newsletter-signup", "c-related", "share", "author-bio", "article_tags", "ad-slot x"])
def test_boxes_are_taken_out_by_what_their_class_names_them(mark: str) -> None:
    assert cleared(f"{ARTICLE}<div class='{mark}'><p>Something else</p></div>") == [PROSE] * 3


@pytest.mark.parametrize("mark", ["sharepoint-page", "field-label-hidden", "stage", "commentary", "social-media-embed"])
def test_words_that_only_contain_a_mark_or_an_embed_stay(mark: str) -> None:
    assert cleared(f"{ARTICLE}<div class='{mark}'><p>A word</p></div>")[-1] == "A word"


def test_a_box_that_holds_the_article_stays_whatever_its_class_says() -> None:
    assert cleared(f"<div class='related'>{ARTICLE}</div><p>{PROSE}</p>") == [PROSE] * 4


def test_text_that_unfolds_stays() -> None:
    assert cleared(f"{ARTICLE * 3}<div class='read-more'><p>{PROSE}</p></div>")[-1] == PROSE
    assert cleared(f"{ARTICLE * 3}<div class='read-more'><p>All of it</p></div>")[-1] == PROSE


@pytest.mark.parametrize(
    "line",
    [
        "<p>Related: <a href='/b'>The islands and their ferries</a></p>",
        "<p>Siehe auch » <a href='/b'>Die Inseln und ihre Fähren</a></p>",
        "<p><a href='/b'>Why the islanders want their ferry</a></p>",
        "<ul><li><h5><a href='/b'>Ferries of the north</a></h5> Ten of them are new</li></ul>",
    ],
)
def test_lines_that_lead_to_other_articles_go(line: str) -> None:
    assert cleared(f"<p>{PROSE}</p>{line}<p>{PROSE}</p>") == [PROSE] * 2


def test_a_sentence_with_a_link_stays() -> None:
    line = f"{PROSE} Read <a href='/b'>the whole decision of the board</a> here."
    assert len(cleared(f"<p>{line}</p>")) == 1


def test_links_before_the_headline_are_left_alone() -> None:
    tree = tree_of(
        "<html><body><ul><li><a href='/b'>All our ferries</a></li></ul><div><h1>Night ferry</h1></div></body></html>"
    )
    assert tree is not None
    furniture.clear(tree.root, [], Places(tree.root, "Night ferry"))
    assert text_lines(tree.root) == ["All our ferries", "Night ferry"]


def test_code_goes_and_what_may_hold_text_stays() -> None:
    root = page(f"<script>var a</script><style>b</style><noscript><p>{PROSE}</p></noscript>")
    furniture.drop_code(root)
    assert "var a" not in root.text_content()
    assert PROSE in root.text_content()


def test_running_text_is_counted() -> None:
    root = page(ARTICLE + "<p>Short</p>")
    assert furniture.clear(root, [], Places(root, "Night ferry")) == len(PROSE) * 3


def test_articles_beside_the_headlines_own_go_where_that_one_holds_text() -> None:
    other = f"<article><p>{PROSE.replace('voted', 'refused')}</p></article>"
    own = "<article><h1>Night ferry</h1>{}</article>"

    def left(text: str) -> list[str]:
        tree = tree_of(f"<html><body>{own.format(text)}{other}</body></html>")
        assert tree is not None
        furniture.clear(tree.root, (), Places(tree.root, "Night ferry"))
        return text_lines(tree.root)[1:]

    assert left(f"<p>{PROSE}</p>" * 5) == [PROSE] * 5
    assert len(left(f"<p>{PROSE}</p>")) == 2, "the text may stand in the next article element"

from __future__ import annotations

import pytest
from lxml.html import HtmlElement

from worker.parsing.markup import tree_of
from worker.parsing.places import Places


def page(body: str) -> tuple[Places, HtmlElement]:
    """The places of a page with the headline "Night ferry", and the one element marked ``x``."""
    tree = tree_of(f"<html><head></head><body>{body}</body></html>")
    assert tree is not None
    (element,) = tree.root.xpath("//*[@data-x]")
    return Places(tree.root, "Night ferry"), element


ARTICLE = "<article><h1>Night ferry</h1>{}</article>"


@pytest.mark.parametrize(
    "body",
    [
        ARTICLE.format("") + "<article class='card'><b data-x>a</b></article>",
        ARTICLE.format("<div class='comment_list'><b data-x>a</b></div>"),
        ARTICLE.format("<b class='comment-author' data-x>a</b>"),
        ARTICLE.format("<aside><b data-x>a</b></aside>"),
        ARTICLE.format("<div class='related-stories'><b data-x>a</b></div>"),
        ARTICLE.format("") + "<div class='widget'><b data-x>a</b></div>",
        "<h1>Night ferry</h1><footer><b data-x>a</b></footer>",
    ],
)
def test_other_articles_readers_and_the_site_are_elsewhere(body: str) -> None:
    places, element = page(body)
    assert places.elsewhere(element)
    assert places.elsewhere(element), "the kept answer is the same"


@pytest.mark.parametrize(
    "body",
    [
        ARTICLE.format("<b data-x>a</b>"),
        ARTICLE.format("<footer><b data-x>a</b></footer>"),
        ARTICLE.format("<div class='widget'><b data-x>a</b></div>"),
        ARTICLE.format("<article><b data-x>a</b></article>"),
        "<div class='widget'><h1>Night ferry</h1><b data-x>a</b></div>",
        "<body class='has-comments'><h1>Night ferry</h1><p class='commentary'></p><b data-x>a</b>",
    ],
)
def test_what_is_in_the_article_is_not(body: str) -> None:
    places, element = page(body)
    assert not places.elsewhere(element)


def test_near_is_the_block_of_the_headline() -> None:
    places, element = page("<header><h1>Night ferry</h1><p data-x>a</p></header>")
    assert places.near(element)
    places, element = page("<h1>Night ferry</h1><div><p data-x>a</p></div>")
    assert not places.near(element)


def test_whoever_is_named_in_a_figure_made_the_picture() -> None:
    places, element = page("<figure><figcaption><b data-x>a</b></figcaption></figure>")
    assert places.in_picture(element)


def test_a_headline_in_a_heading_of_the_third_level_is_found_word_for_word() -> None:
    def heading_of(body: str) -> str:
        tree = tree_of(f"<html><head></head><body>{body}</body></html>")
        assert tree is not None
        heading = Places(tree.root, "Night ferry").heading
        assert heading is not None
        return str(heading.tag)

    assert heading_of("<h1>Imprint</h1><h3>Night ferry</h3>") == "h3"
    assert heading_of("<h1>Imprint</h1><h3>Night ferry and more</h3>") == "h1"
    assert heading_of("<h1>Imprint</h1><h3><a href='/a'>Night ferry</a></h3>") == "h1", "a list of articles"

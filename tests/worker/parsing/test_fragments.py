from __future__ import annotations

from tests.factories import make_raw_article
from worker.parsing.article import ParsedArticle
from worker.parsing.fragments import marked_claims
from worker.parsing.markup import tree_of
from worker.parsing.parser import parse
from worker.parsing.text import LISTED_MAX

PARAGRAPH = "<p>The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years.</p>"


def read(markup: str) -> ParsedArticle:
    return parse(make_raw_article(kind="fragment", body=markup.encode()))


def test_what_the_markup_marks_leaves_the_text() -> None:
    parsed = read(
        '<p class="subtitle">Berths sold out within an hour</p><p class="agency">Norwire</p>'
        f'<p class="dateline">OSTHOLM, March 8</p>{PARAGRAPH}<figure><img src="a.jpg">'
        "<figcaption>The ferry at the pier.</figcaption></figure>" + PARAGRAPH.replace("Tuesday", "Monday")
    )
    assert (parsed.subtitle, parsed.agency, parsed.dateline) == (
        "Berths sold out within an hour",
        "Norwire",
        "OSTHOLM, March 8",
    )
    assert parsed.captions == ("The ferry at the pier.",)
    assert parsed.text.count("\n\n") == 1
    assert "pier" not in parsed.text
    assert parsed.provenance["dateline"].origin == "page"


def test_a_caption_that_is_the_whole_article_stays_in_the_text() -> None:
    parsed = read("<figure><img src='a.jpg'><figcaption>The ferry left the pier on Monday.</figcaption></figure>")
    assert parsed.text == "The ferry left the pier on Monday."
    assert parsed.captions == (parsed.text,)


def test_of_thousands_of_captions_some_are_kept() -> None:
    captions = (f"<figure><figcaption>The ferry at pier {number}.</figcaption></figure>" for number in range(5_000))
    tree = tree_of(f"<div>{''.join(captions)}</div>")
    assert tree is not None
    assert len(marked_claims(tree.root).captions) == LISTED_MAX

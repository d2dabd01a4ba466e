from __future__ import annotations

from collections.abc import Sequence

import pytest

from worker.parsing.headings import LEAD_MARK, headline, lead, second_headline
from worker.parsing.markup import tree_of
from worker.parsing.places import Places

SITE = ("The Islander", "islander")


def read(body: str, *, titles: Sequence[str] = (), window: str = "", site: Sequence[str] = SITE) -> str | None:
    tree = tree_of(f"<html><head><title>{window}</title></head><body>{body}</body></html>")
    assert tree is not None
    return headline(tree.root, titles, site)


def test_the_displayed_heading_goes_before_another_wording_for_machines() -> None:
    stated = ("Night ferry to Ostholm is back after eleven years",)
    assert read("<h1>After eleven years the night ferry is back</h1>", titles=stated) == (
        "After eleven years the night ferry is back"
    )


def test_the_only_heading_counts_though_nothing_confirms_it() -> None:
    assert read("<h1>Why the harbour board changed its mind</h1>", titles=("Ostholm",)) == (
        "Why the harbour board changed its mind"
    )
    assert read("<h1>Traffic</h1>", titles=("The harbour board decides",)) is None
    assert read("<nav><h1>All about our three ferries</h1></nav>", titles=("The harbour board decides",)) is None


@pytest.mark.parametrize(
    "heading",
    [
        '<h1><span class="kicker">Traffic</span> Night ferry returns</h1>',
        '<h1><span class="c-topline">Traffic:</span> Night ferry returns</h1>',
    ],
)
def test_a_marked_kicker_is_no_part_of_the_headline(heading: str) -> None:
    assert read(heading, window="Night ferry returns | The Islander") == "Night ferry returns"


def test_of_a_heading_in_two_elements_the_stated_one_counts() -> None:
    heading = "<h1><span>Ostholm votes on its ferry</span><span>What the islanders expect from the board</span></h1>"
    assert read(heading, titles=("Ostholm votes on its ferry | The Islander",)) == "Ostholm votes on its ferry"


def test_a_heading_that_the_window_repeats_at_its_end_is_the_sites_name() -> None:
    assert read("<h1>Letters home</h1>", window="Ferry with apples and onions | Letters home", site=()) == (
        "Ferry with apples and onions"
    )


def test_a_heading_of_a_lower_level_counts_where_stated_titles_begin_with_it() -> None:
    body = "<h1>The Islander</h1><h2>Night ferry returns to Ostholm</h2><h2>Other news of the day</h2>"
    assert read(body, titles=("Night ferry returns to Ostholm · Traffic · Coast",)) == "Night ferry returns to Ostholm"


def test_the_sites_name_as_heading_does_not_beat_a_stated_title() -> None:
    body = "<h1>Silicon Pier</h1>"
    assert (
        read(body, titles=("Open tools for small ferries",), window="Silicon Pier: Open tools for small ferries")
        is None
    )


LEAD = "After eleven years the night ferry sails again, and the islanders want to know why it took so long."


def lead_of(markup: str, body: str = "<p>Text of the article.</p>") -> str | None:
    tree = tree_of(f"<html><body><article><header><h1>Night ferry</h1></header>{markup}{body}</article></body></html>")
    assert tree is not None
    marked = [element for element in tree.root.iter() if LEAD_MARK.search(element.get("class") or "")]
    return lead(tree.root, marked, Places(tree.root, "Night ferry"))


def test_a_marked_lead_is_found_behind_the_headline() -> None:
    assert lead_of(f"<div class='article-intro'>{LEAD}</div>") == LEAD
    assert lead_of(f"<p class='chapo'>{LEAD}</p>") == LEAD


@pytest.mark.parametrize("mark", ["article__dek", "strapline", "entry-summary"])
def test_a_second_headline_is_no_lead(mark: str) -> None:
    assert lead_of(f"<p class='{mark}'>{LEAD}</p>") is None


@pytest.mark.parametrize(
    "markup",
    [
        "<div class='intro'>No sentence and far too short</div>",
        f"<aside><div class='intro'>{LEAD}</div></aside>",
        f"<figure><figcaption class='lead'>{LEAD}</figcaption></figure>",
        f"<div class='teaser'><a href='/b'>{LEAD}</a></div>",
    ],
)
def test_labels_pictures_and_links_to_others_are_no_lead(markup: str) -> None:
    assert lead_of(markup) is None


@pytest.mark.parametrize("markup", [f"<div>{LEAD}</div>", f"<h3>{LEAD}</h3>", f"<div><b>Ostholm.</b> {LEAD}</div>"])
def test_a_long_line_in_the_headlines_block_is_a_lead_though_nothing_marks_it(markup: str) -> None:
    assert (lead_of(markup) or "").endswith(LEAD)
    assert lead_of(markup.replace("took so long.", "took so long")) is None, "without a mark it is a sentence"
    for mark in ("image-caption", "author-note", "hatnote", "detailSummary"):
        assert lead_of(markup.replace("<div>", f"<div class='{mark}'>").replace("<h3>", f"<h3 class='{mark}'>")) is None


def test_a_marked_lead_near_the_headline_needs_no_full_stop() -> None:
    assert lead_of(f"<p class='abstract'>{LEAD[:-1]}</p>") == LEAD[:-1]
    assert lead_of(f"<div class='lead'><img src='a.png'>{LEAD[:-1]}</div>") is None, "a picture and its caption"


def second_of(markup: str) -> str | None:
    tree = tree_of(f"<html><body><header><h1>Night ferry</h1>{markup}</header><p>{LEAD}</p></body></html>")
    assert tree is not None
    return second_headline(tree.root, Places(tree.root, "Night ferry"))


@pytest.mark.parametrize("mark", ["sub-head", "article-subline", "c-dek", "strapline"])
def test_a_second_headline_is_told_by_its_mark_next_to_the_headline(mark: str) -> None:
    assert (
        second_of(f"<h2 class='{mark}'>Who pays? The board will not say.</h2>") == "Who pays? The board will not say."
    )
    assert second_of(f"<p>{LEAD}</p><h2 class='{mark}'>Who pays</h2>") is None, "a heading in the text"


def test_a_subtitle_or_summary_may_be_the_texts_beginning() -> None:
    assert second_of("<h2 class='subtitle'>Who pays? The board will not say.</h2>") is None

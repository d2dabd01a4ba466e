from __future__ import annotations

from worker.parsing.claims import Claims
from worker.parsing.headings import headline
from worker.parsing.markup import tree_of
from worker.parsing.places import Places
from worker.parsing.visible import marked_elements, shown


def read(body: str, *, titles: tuple[str, ...] = (), window: str = "") -> Claims:
    tree = tree_of(f"<html><head><title>{window}</title></head><body>{body}</body></html>")
    assert tree is not None
    title = headline(tree.root, titles, ["The Islander"])
    places = Places(tree.root, title)
    return shown(tree.root, marked_elements(tree.root, places), title, places, True)


def names(found: Claims) -> list[str]:
    return [person.name for person in found.authors]


def test_a_marked_byline_gives_people_with_profile_and_address() -> None:
    found = read(
        '<div class="c-byline">By <a href="https://x.example/lind">Ragna Lind</a> '
        '<a href="mailto:lind@example.org?x">mail</a></div>'
    )
    assert [(person.name, person.email, person.url) for person in found.authors] == [
        ("Ragna Lind", "lind@example.org", "https://x.example/lind")
    ]


def test_authors_of_comments_and_other_articles_are_left_out() -> None:
    others = (
        '<div><p><i class="author">Ida Krog</i></p></div><div class="comments"><b class="author">Eva Holm</b></div>'
    )
    assert names(read(f'<article><header><p><span class="author">Bo Dahl</span></p></header></article>{others}')) == [
        "Bo Dahl"
    ]
    assert names(read(others)) == ["Ida Krog"]


def test_each_author_in_an_element_of_its_own() -> None:
    markup = '<div class="article-byline"><span>Ragna Lind</span><span>Bo Dahl</span></div>'
    assert names(read(markup)) == ["Ragna Lind", "Bo Dahl"]


def test_times_are_told_apart_by_the_words_before_them() -> None:
    found = read(
        '<p>Updated <time datetime="2021-02-04T08:00Z">4 Feb</time></p>'
        '<p>Published <time datetime="2021-02-03T07:05Z">3 Feb</time></p>'
    )
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.local.day, found.modified.local.day) == (3, 4)


def test_a_date_that_only_a_class_marks_is_found() -> None:
    found = read('<span class="post-date">03/04/2021</span>')
    assert found.published is not None
    assert found.published.local.month == 4


def test_captions_stand_beside_pictures() -> None:
    figure = (
        "<figure><img src=a><figcaption>The pier. <span class=caption-credit>Foto: Dahl</span></figcaption></figure>"
    )
    found = read(
        f'{figure}<p class="caption">Small print about nothing.</p>'
        '<div><img src=b><p class="wp-caption-text">The ferry.</p></div>'
    )
    assert found.captions[0].startswith("The pier.")
    assert "The ferry." in found.captions


def test_the_window_title_stands_in_for_a_heading_that_nothing_confirms() -> None:
    assert read("<h1>The Islander</h1>", window="Night ferry returns | The Islander").title == "Night ferry returns"
    assert (
        read("<h1>Night ferry returns to Ostholm</h1>", titles=("Night ferry returns",)).title
        == "Night ferry returns to Ostholm"
    )


def test_a_standfirst_shares_its_place_with_the_headline() -> None:
    line = "The board of Ostholm brings the ferry back"
    assert read(f"<header><h1>Night ferry</h1><p class='c-standfirst'>{line}</p></header>").subtitle == line
    assert read(f"<h1>Night ferry</h1><div><p>Text</p><h2 class='subtitle'>{line}</h2></div>").subtitle is None
    assert (
        read("<header><h1>Night ferry</h1><p class='subtitle'>Ostholm, 3 February 2021</p></header>").subtitle is None
    )


def test_captions_are_known_by_many_names_beside_a_picture_only() -> None:
    for mark in ("img-info", "mediaSubtitle", "photo-desc", "pie-de-foto"):
        assert read(f'<div><img src=b><span class="{mark}">The ferry at the pier.</span></div>').captions == (
            "The ferry at the pier.",
        )
        assert read(f'<div><div><span class="{mark}">The ferry at the pier.</span></div></div>').captions == ()


def test_custom_elements_carry_a_time_as_html_does() -> None:
    found = read('<h1>Ferry</h1><relative-time datetime="2020-07-07T12:10:51Z">on Jul 7</relative-time>')
    assert found.published is not None
    assert found.published.local.isoformat() == "2020-07-07T12:10:51"

from __future__ import annotations

from collections.abc import Sequence

import pytest

from worker.parsing.authorship import shown_authors
from worker.parsing.bylines import Byline
from worker.parsing.markup import tree_of
from worker.parsing.places import Places


def read(body: str, marked: str = "//*[contains(@class, 'author')]") -> Byline:
    tree = tree_of(f"<html><head></head><body><h1>Night ferry</h1>{body}</body></html>")
    assert tree is not None
    return shown_authors(tree.root.xpath(marked), tree.root, Places(tree.root, "Night ferry"))


def names(byline: Byline) -> Sequence[str]:
    return [person.name for person in byline.people]


def test_a_link_to_an_authors_page_names_the_author_where_nothing_is_marked() -> None:
    found = read('<p class="meta"><a href="https://islander.example/writers/ragna-lind">Ragna Lind</a> · 3 Feb</p>')
    assert [(person.name, person.url) for person in found.people] == [
        ("Ragna Lind", "https://islander.example/writers/ragna-lind")
    ]


def test_one_word_is_a_name_where_the_address_repeats_it() -> None:
    assert names(read('<p><a href="/author/tove/">Tove</a></p>')) == ["Tove"]
    assert names(read('<p><a href="/author/tove/">Articles</a></p>')) == []
    assert names(read('<p><a href="/users/8/login">Ragna Lind</a></p>')) == []


def test_a_link_in_running_text_is_a_mention() -> None:
    prose = "The harbour board of Ostholm voted to bring the night ferry back after eleven years. " * 4
    assert names(read(f'<p>{prose}<a href="/people/ragna-lind">Ragna Lind</a> said so.</p>')) == []


def test_links_before_the_headline_are_other_peoples() -> None:
    tree = tree_of(
        '<html><body><p><a href="/author/bo-dahl">Bo Dahl</a></p><div><h1>Night ferry</h1></div></body></html>'
    )
    assert tree is not None
    assert names(shown_authors([], tree.root, Places(tree.root, "Night ferry"))) == []


def test_a_desk_with_a_page_of_its_own_is_a_desk() -> None:
    found = read('<p><a href="/authors/islander-newsroom">Islander Newsroom</a></p>')
    assert (found.people, found.desk) == ((), "Islander Newsroom")


def test_the_software_user_has_a_page_and_is_no_author() -> None:
    assert names(read('<p><a href="/author/siteadmin/">siteadmin</a></p>')) == []


@pytest.mark.parametrize("mark", ["author vcard", "fn author"])
def test_hcard_names_may_be_one_word(mark: str) -> None:
    assert names(read(f'<p><span class="{mark}">tove</span></p>')) == ["tove"]


def test_what_an_author_says_of_herself_is_no_byline() -> None:
    about = "Hi, I am Tove Lind and I was born in Ostholm, where I like to ride my bicycle."
    assert names(read(f'<div class="author-description">{about}</div>')) == []


def test_whoever_made_the_picture_did_not_write_the_article() -> None:
    figure = '<figure><img src="a"><figcaption><span class="author">Bo Dahl</span></figcaption></figure>'
    assert names(read(f'{figure}<p><span class="author">Ragna Lind</span></p>')) == ["Ragna Lind"]

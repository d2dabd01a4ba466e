from __future__ import annotations

from worker.parsing.claims import Claims
from worker.parsing.markup import tree_of
from worker.parsing.meta import claims, microdata, stated_meta
from worker.parsing.places import Places


def read(head: str, *, lang: str = "de-AT") -> Claims:
    tree = tree_of(f'<html lang="{lang}"><head>{head}</head><body><p>x</p></body></html>')
    assert tree is not None
    return claims(stated_meta(tree.root), tree.root, url="https://x.example/a/b", day_first=True)


def test_open_graph_and_its_neighbours() -> None:
    found = read(
        '<meta property="og:title" content="Night ferry &amp;amp; bridge"><meta name="author" content="Ragna Lind">'
        '<meta property="article:published_time" content="2021-02-03T07:05+01:00"><link rel="canonical" href="/c">'
        '<meta property="og:image" content="/i.jpg"><meta property="article:tag" content="Ferries, night">'
        '<meta property="article:tag" content="Ports"><meta property="og:site_name" content="The Islander">'
    )
    assert found.title == "Night ferry & bridge"
    assert [person.name for person in found.authors] == ["Ragna Lind"]
    assert found.published is not None
    assert (found.language, found.publisher) == ("de", "The Islander")
    assert (found.canonical_url, found.images) == ("https://x.example/c", ("https://x.example/i.jpg",))
    assert found.tags == ("Ferries, night", "Ports")


def test_a_profile_address_or_a_desk_is_no_author() -> None:
    assert read('<meta property="article:author" content="https://social.example/islander">').authors == ()
    found = read('<meta name="author" content="Redaktion"><meta name="dc.creator" content="Ida Krog">')
    assert ([person.name for person in found.authors], found.agency) == (["Ida Krog"], "Redaktion")


def test_dates_are_read_in_the_pages_order() -> None:
    found = read('<meta name="date" content="03/02/2021">')
    assert found.published is not None
    assert (found.published.local.month, found.published.local.day) == (2, 3)
    assert read('<meta name="date" content="soon">').date_refused


def test_microdata_of_the_visible_page() -> None:
    tree = tree_of(
        '<html><body><article itemscope><h1 itemprop="headline">Night ferry</h1><span itemprop="author">'
        '<b itemprop="name">Ragna Lind</b></span><time itemprop="datePublished" datetime="2021-02-03T07:05:00Z">3 Feb'
        "</time></article></body></html>"
    )
    assert tree is not None
    found = microdata(tree.root, Places(tree.root, "Night ferry"), day_first=None)
    assert (found.title, found.authors[0].name) == ("Night ferry", "Ragna Lind")
    assert found.published is not None
    assert found.published.offset_minutes == 0


def test_one_author_stated_last_name_first_is_one_person() -> None:
    found = read('<meta name="DC.Creator" content="Krog, I. M."><meta name="DC.Creator" content="Lind, Bo van">')
    assert [person.name for person in found.authors] == ["I. M. Krog", "Bo van Lind"]
    two = read('<meta name="author" content="Ida, Bo">')
    assert [person.name for person in two.authors] == ["Ida", "Bo"]


def test_microdata_names_several_in_one_element_and_for_machines_alone() -> None:
    assert microdata_people(
        '<i itemprop="author"><b itemprop="name">Ida Krog</b><b itemprop="name">Bo Lind</b></i>'
    ) == [
        "Ida Krog",
        "Bo Lind",
    ]
    assert microdata_people('<i itemprop="author"><link itemprop="name" content="Ostholmer"></i>') == ["Ostholmer"]


def test_an_author_stated_in_an_aside_counts_where_the_page_states_no_other() -> None:
    aside = '<aside><i itemprop="author">Ida Krog</i></aside>'
    assert microdata_people(aside) == ["Ida Krog"]
    assert microdata_people(f'{aside}<div class="comments"><i itemprop="author">Bo Lind</i></div>') == []


def microdata_people(markup: str) -> list[str]:
    tree = tree_of(f"<html><body><article><h1>Night ferry</h1>{markup}</article></body></html>")
    assert tree is not None
    found = microdata(tree.root, Places(tree.root, "Night ferry"), day_first=None)
    return [person.name for person in found.authors]

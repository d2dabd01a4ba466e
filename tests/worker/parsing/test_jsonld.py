from __future__ import annotations

import json
from typing import Any

from worker.parsing import flags
from worker.parsing.claims import Claims
from worker.parsing.jsonld import claims, nodes
from worker.parsing.markup import tree_of


def read(*scripts: Any, url: str | None = None) -> Claims:
    texts = [script if isinstance(script, str) else json.dumps(script) for script in scripts]
    markup = "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    tree = tree_of(f"<html><head>{markup}</head><body></body></html>")
    assert tree is not None
    return claims(nodes(tree.root), url=url, day_first=None)


ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Night ferry returns",
    "datePublished": "2021-02-03T07:05:10+01:00",
    "author": {"@type": "Person", "name": "Ragna Lind"},
}


def test_an_article_inside_a_graph_is_found_and_its_references_resolved() -> None:
    graph = {
        "@graph": [
            {"@type": "WebSite", "name": "The Islander"},
            {"@type": "Person", "@id": "#lind", "name": "Ragna Lind", "email": "mailto:lind@example.org"},
            {**ARTICLE, "author": [{"@id": "#lind"}]},
        ]
    }
    found = read(graph)
    assert [(person.name, person.email) for person in found.authors] == [("Ragna Lind", "lind@example.org")]
    assert found.publisher == "The Islander"
    assert found.published is not None
    assert found.published.offset_minutes == 60


def test_the_article_of_this_address_goes_before_one_that_is_only_mentioned() -> None:
    other = {**ARTICLE, "headline": "Another", "url": "https://x.example/other", "publisher": "X"}
    found = read([other, {**ARTICLE, "url": "https://x.example/ferry"}], url="https://www.x.example/ferry?utm=1")
    assert found.title == "Night ferry returns"


def test_organisations_and_lists_in_one_string() -> None:
    assert read({**ARTICLE, "author": {"@type": "Organization", "name": "Island Wire"}}).agency == "Island Wire"
    names = [person.name for person in read({**ARTICLE, "author": "Ragna Lind, Bo Dahl and Ida Krog"}).authors]
    assert names == ["Ragna Lind", "Bo Dahl", "Ida Krog"]
    named = {"@type": "Person", "givenName": "Ida", "familyName": "Krog"}
    assert [person.name for person in read({**ARTICLE, "author": named}).authors] == ["Ida Krog"]


def test_json_with_comment_marks_or_line_feeds_in_strings_is_read() -> None:
    for wrapped in ("<!-- %s -->", "//<![CDATA[\n%s\n//]]>", "%s;"):
        assert read(wrapped % json.dumps(ARTICLE)).title == "Night ferry returns"
    assert read('{"@type": "NewsArticle", "headline": "Night\nferry"}').title == "Night ferry"


def test_one_broken_script_does_not_lose_the_others() -> None:
    assert read("{broken", "[" * 100_000, ARTICLE).title == "Night ferry returns"


def test_values_of_the_wrong_type_are_ignored() -> None:
    odd = {"@type": ["NewsArticle", 3], "headline": ["a", {}], "author": [1, None, {"name": {}}], "keywords": {"x": 1}}
    assert read({**odd, "datePublished": [7], "image": [[], 4], "publisher": 5, "inLanguage": {}}).authors == ()


def test_a_date_that_is_none_and_a_price_are_noted() -> None:
    assert read({**ARTICLE, "datePublished": "soon"}).date_refused
    assert flags.PAYWALL in read({**ARTICLE, "isAccessibleForFree": "False"}).flags


def test_creator_counts_where_it_lists_more_people_than_author() -> None:
    more = {**ARTICLE, "creator": ["Ragna Lind", "Ida Krog"]}
    assert [person.name for person in read(more).authors] == ["Ragna Lind", "Ida Krog"]
    others = {**ARTICLE, "creator": ["Bo Dahl", "Ida Krog"]}
    assert [person.name for person in read(others).authors] == ["Ragna Lind"]


def test_a_site_whose_name_joins_words_is_not_two_people() -> None:
    found = read(
        {**ARTICLE, "author": {"@type": "Person", "name": "Sea & Shore"}, "publisher": {"name": "Sea & Shore"}}
    )
    assert (found.authors, found.agency) == ((), "Sea & Shore")

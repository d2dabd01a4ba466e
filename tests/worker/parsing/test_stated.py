from __future__ import annotations

from shared.schema import Stated, StatedAuthor
from tests.factories import make_raw_article
from worker.parsing.article import Author
from worker.parsing.claims import Claims
from worker.parsing.stated import stated_claims


def read(source_key: str = "feed:https://x.example/feed", **stated: object) -> Claims:
    return stated_claims(make_raw_article(source_key=source_key, stated=Stated.model_validate(stated, strict=False)))


def test_the_origin_follows_the_source() -> None:
    assert read().origin == "feed"
    assert read(source_key="seed:desk").origin == "seed"


def test_an_rss_author_is_taken_apart() -> None:
    found = read(authors=[StatedAuthor(name="lind@example.org (Ragna Lind)")])
    assert found.authors == (Author(name="Ragna Lind", email="lind@example.org"),)


def test_several_names_in_one_field_are_several_people_and_a_desk_is_none() -> None:
    found = read(
        authors=[StatedAuthor(name="Ragna Lind and Bo Dahl", email="x@example.org"), StatedAuthor(name="News Desk")]
    )
    assert [(person.name, person.email) for person in found.authors] == [("Ragna Lind", None), ("Bo Dahl", None)]
    assert found.agency == "News Desk"


def test_markup_in_fields_becomes_text_and_bad_addresses_go() -> None:
    found = read(
        title="Night &lt;b&gt;ferry&lt;/b&gt;",
        summary="<p>It sails.</p>",
        images=["javascript:x", "https://x.example/i"],
    )
    assert (found.summary, found.images) == ("It sails.", ("https://x.example/i",))
    assert found.title is not None
    assert "ferry" in found.title


def test_a_date_that_is_none_is_refused() -> None:
    assert read(published_at="soon").date_refused
    assert not read(published_at=" ").date_refused


def test_one_tag_that_lists_several_is_parted_and_a_name_with_a_comma_is_not() -> None:
    assert read(tags=("Ferries; Ostholm; Harbour",)).tags == ("Ferries", "Ostholm", "Harbour")
    assert read(tags=("Ferries, Ostholm, Harbour",)).tags == ("Ferries", "Ostholm", "Harbour")
    assert read(tags=("Lind, Ragna",)).tags == ("Lind, Ragna",)

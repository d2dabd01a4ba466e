from __future__ import annotations

from datetime import datetime

from tests.factories import make_raw_article
from worker.parsing import flags
from worker.parsing.article import Author, ParsedArticle, StatedTime
from worker.parsing.claims import Claims
from worker.parsing.merging import merged
from worker.record import parsed_fields


def at(local: str, offset: int | None = None, precision: str = "minute") -> StatedTime:
    return StatedTime(local=datetime.fromisoformat(local), offset_minutes=offset, precision=precision)  # type: ignore[arg-type]


def merge(*layers: Claims, **raw: object) -> ParsedArticle:
    return merged(make_raw_article(**raw), layers, set())


def test_the_first_layer_that_knows_a_field_decides_and_is_named() -> None:
    parsed = merge(
        Claims(origin="json_ld", title="Night ferry"),
        Claims(origin="meta", title="Another", authors=(Author(name="Bo Dahl"),)),
        Claims(origin="text", paragraphs=("One.", "Two.")),
    )
    assert (parsed.title, parsed.authors[0].name, parsed.text) == ("Night ferry", "Bo Dahl", "One.\n\nTwo.")
    origins = {name: each.origin for name, each in parsed.provenance.items()}
    assert origins == {"title": "json_ld", "authors": "meta", "text": "text"}


def test_a_headline_that_the_page_shows_goes_before_what_machines_are_told_but_not_before_a_person() -> None:
    stated, shown = Claims(origin="json_ld", title="Night ferry"), Claims(origin="page", title="Night ferry returns")
    assert merge(stated, shown).title == "Night ferry returns"
    assert merge(Claims(origin="seed", title="My own"), stated, shown).title == "My own"


def test_people_get_what_other_layers_know_of_them() -> None:
    parsed = merge(
        Claims(origin="json_ld", authors=(Author(name="Bo Dahl"),)),
        Claims(origin="page", authors=(Author(name="BO DAHL", email="bo@example.org", url="https://x.example/bo"),)),
    )
    assert parsed.authors == (Author(name="Bo Dahl", email="bo@example.org", url="https://x.example/bo"),)


def test_an_address_that_signs_without_a_name_is_the_stated_authors() -> None:
    text = Claims(origin="text", paragraphs=("One.",), emails=("bo@example.org",))
    assert merge(Claims(origin="seed", authors=(Author(name="Bo Dahl"),)), text).authors[0].email == "bo@example.org"
    assert merge(text).authors == ()


def test_the_site_is_no_author_of_its_articles() -> None:
    parsed = merge(
        Claims(origin="json_ld", publisher="The Islander", authors=(Author(name="The Islander"),)),
        Claims(origin="page", authors=(Author(name="Bo Dahl"),)),
    )
    assert [person.name for person in parsed.authors] == ["Bo Dahl"]


def test_times_are_refined_and_contradictions_flagged() -> None:
    refined = merge(
        Claims(origin="meta", published=at("2021-02-03", None, "day")),
        Claims(origin="page", published=at("2021-02-03T07:05", 60)),
    )
    assert refined.published == at("2021-02-03T07:05", 60)
    assert refined.provenance["published_at"].origin == "meta"
    apart = merge(
        Claims(origin="json_ld", published=at("2021-02-03T07:05", 0)),
        Claims(origin="meta", published=at("2021-03-09T07:05", 0)),
    )
    assert apart.flags == (flags.DATES_DISAGREE, flags.NO_TEXT)


def test_an_impossible_time_gives_way_to_a_possible_one() -> None:
    parsed = merge(
        Claims(origin="json_ld", published=at("2099-01-01T00:00", 0)),
        Claims(origin="meta", published=at("2021-02-03T07:05", 0)),
    )
    assert parsed.published == at("2021-02-03T07:05", 0)
    assert flags.DATE_INVALID in parsed.flags


def test_the_sources_zone_and_language_fill_in() -> None:
    parsed = merge(Claims(origin="text", published=at("2021-07-03T07:05")), timezone="Europe/Paris", language="fr-FR")
    assert parsed.published == at("2021-07-03T07:05", 120)
    assert (parsed.language, flags.ZONE_UNKNOWN in parsed.flags) == ("fr", False)


def test_a_language_against_the_script_is_not_believed() -> None:
    text = "섬 주민들은 밤배가 다시 다닌다는 소식을 반겼다."
    assert merge(Claims(origin="meta", language="en", paragraphs=(text,))).language == "ko"


def test_an_address_that_signs_alone_is_an_author_without_a_name_unless_somebody_is_named() -> None:
    told = Claims(origin="text", emails=("lind@example.org",), signatures=("lind@example.org",))
    assert merge(told).authors == (Author(name="", email="lind@example.org"),)
    assert parsed_fields(merge(told))["authors"] == [{"name": None, "email": "lind@example.org", "url": None}]
    stated = Claims(origin="seed", authors=(Author(name="Ragna Lind"),))
    assert merge(stated, told).authors == (Author(name="Ragna Lind", email="lind@example.org"),)
    assert merge(Claims(origin="text", emails=("tips@example.org",))).authors == ()


def test_an_instant_in_utc_is_told_in_the_time_that_the_page_shows_beside_it() -> None:
    def told(instant: str, shown: StatedTime) -> object:
        layers = (
            Claims(origin="meta", published=at(instant, 0, "second")),
            Claims(origin="page", published=shown),
        )
        return parsed_fields(merge(*layers))["published_at"]

    assert told("2020-03-05T00:47:31", at("2020-03-04T18:47")) == "2020-03-04T18:47:31-06:00"
    assert told("2020-03-04T23:00:00", at("2020-03-05", precision="day")) == "2020-03-05T00:00:00+01:00"
    assert told("2020-03-05T00:47:31", at("2020-03-04T18:47", -360)) == "2020-03-04T18:47:31-06:00"
    assert told("2020-03-04T17:09:00", at("2020-03-04T05:09")) == "2020-03-04T17:09:00+00:00"
    assert told("2020-03-05T00:47:31", at("2020-03-04T18:20")) == "2020-03-05T00:47:31+00:00"
    assert told("2020-03-05T11:00:00", at("2020-03-05", precision="day")) == "2020-03-05T11:00:00+00:00"


def test_the_day_that_the_page_shows_wins_where_a_second_machine_statement_says_it_too() -> None:
    stated = Claims(origin="json_ld", published=at("2020-03-02T07:29", 0))
    meta = Claims(origin="meta", published=at("2020-03-04T08:30", 60))
    shown = Claims(origin="page", published=at("2020-03-04", precision="day"))
    parsed = merge(stated, meta, shown)
    assert parsed_fields(parsed)["published_at"] == "2020-03-04T08:30:00+01:00"
    assert parsed.provenance["published_at"].origin == "meta"
    assert "json_ld" in parsed.provenance["published_at"].disagree
    assert flags.DATES_DISAGREE in parsed.flags
    assert parsed_fields(merge(stated, shown))["published_at"] == "2020-03-02T07:29:00+00:00"
    person = Claims(origin="seed", published=at("2020-03-02T07:29", 0))
    assert parsed_fields(merge(person, meta, shown))["published_at"] == "2020-03-02T07:29:00+00:00"


def test_a_first_name_is_told_in_full_where_another_layer_does() -> None:
    stated = Claims(origin="json_ld", authors=(Author(name="Ida"),))
    told = Claims(origin="text", authors=(Author(name="Ida Krog"),))
    assert [person.name for person in merge(stated, told).authors] == ["Ida Krog"]
    two = Claims(origin="text", authors=(Author(name="Ida Krog"), Author(name="Ida Lind")))
    assert [person.name for person in merge(stated, two).authors] == ["Ida"]


def test_whose_page_the_byline_links_to_goes_before_the_sites_owner_in_meta() -> None:
    owner = Claims(origin="meta", authors=(Author(name="Bo Dahl"),))
    linked = Claims(origin="page", authors=(Author(name="Ida Krog", url="https://x.example/author/ida-krog"),))
    assert [person.name for person in merge(owner, linked).authors] == ["Ida Krog"]
    unlinked = Claims(origin="page", authors=(Author(name="Ida Krog"),))
    assert [person.name for person in merge(owner, unlinked).authors] == ["Bo Dahl"]
    stated = Claims(origin="json_ld", authors=(Author(name="Bo Dahl"),))
    assert [person.name for person in merge(stated, linked).authors] == ["Bo Dahl"]


def test_what_a_template_leaves_around_a_section_goes() -> None:
    assert merge(Claims(origin="meta", section="Coast, Traffic, ")).section == "Coast, Traffic"
    assert merge(Claims(origin="meta", section=", "), Claims(origin="page", section="Coast")).section == "Coast"

from __future__ import annotations

import pytest

from worker.parsing.article import Author
from worker.parsing.bylines import Byline, is_byline_lead, is_person, merge_people, name_alone, printed_byline, signed


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ragna Lind", ["Ragna Lind"]),
        ("By Ragna Lind, Bo Dahl and Ida Krog", ["Ragna Lind", "Bo Dahl", "Ida Krog"]),
        ("By RAGNA LIND and IDA KROG-BERG", ["RAGNA LIND", "IDA KROG-BERG"]),
        ("By Ragna LindStaff Writer", ["Ragna Lind"]),
        ("By Ragna Lind, a deputy editor who has covered ferries", ["Ragna Lind"]),
        ("by Ragna Lind December 23, 2016 at 7:18am", ["Ragna Lind"]),
        ("Written by Ragna Lind, PhD on April 29, 2018", ["Ragna Lind"]),
        ("Von Jürgen von der Höhe und Ida Krog", ["Jürgen von der Höhe", "Ida Krog"]),
        ("Ein Kommentar von Ida Krog", ["Ida Krog"]),
        ("Par Élodie Dubois (avec Luc Petit)", ["Élodie Dubois"]),
        ("Por Inés Vega y Luis Mora", ["Inés Vega", "Luis Mora"]),
        ("Di Carla Neri", ["Carla Neri"]),
        ("Autorin: Ida Krog", ["Ida Krog"]),
        ("홍길순 기자", ["홍길순"]),
        ("Ragna Lind | lind@example.org", ["Ragna Lind"]),
    ],
)
def test_a_line_that_announces_itself_names_its_people_in_order(line: str, names: list[str]) -> None:
    byline = printed_byline(line)
    assert byline is not None
    assert [person.name for person in byline.people] == names


@pytest.mark.parametrize(
    "line",
    [
        "By the time she arrived, Mr Smith was gone",
        "By and large it was a good year",
        "Von heute an gilt das neue Gesetz",
        "Par ailleurs, rien ne change",
        "Read more at example.org",
        "",
        "By " + "a" * 400,
    ],
)
def test_prose_that_begins_like_a_byline_is_none(line: str) -> None:
    assert printed_byline(line) is None


@pytest.mark.parametrize(
    ("line", "email"),
    [
        ("By Ragna Lind (lind@example.org)", "lind@example.org"),
        ("By Ragna Lind ( lind@example.org)", "lind@example.org"),
        ("홍길순(hong@example.co.kr)", "hong@example.co.kr"),
        ("홍길순 기자 hong@example.co.kr", "hong@example.co.kr"),
        ("홍길순 기자 (hong@example.co.kr)", "hong@example.co.kr"),
    ],
)
def test_the_address_beside_a_name_is_that_persons(line: str, email: str) -> None:
    byline = printed_byline(line)
    assert byline is not None
    assert [person.email for person in byline.people] == [email]


def test_desks_and_agencies_are_no_people() -> None:
    assert signed("Ida Krog and Agencies").desk == "Agencies"
    assert signed("By Associated Press").people == ()
    assert signed("Redaktion").desk == "Redaktion"
    assert signed("Contributor").desk is None


def test_a_machine_may_name_somebody_by_one_word() -> None:
    assert [person.name for person in signed("seagull", trusted=True).people] == ["seagull"]
    assert signed("seagull").people == ()


@pytest.mark.parametrize("name", ["Ragna Lind", "J. K. Berg", "Per-Erik Å", "Ярослав Кузин", "홍길순", "Bo O'Dahl"])
def test_names_of_people_are_known_by_their_shape(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize("name", ["Sign Up", "the ferry", "Night Ferry 12", "Share This", "Ostholm", "News Desk"])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert not is_person(name)
    assert name_alone(name) is None


def test_the_same_person_named_twice_is_one_with_what_both_say() -> None:
    people = merge_people([Author(name="Bo Dahl"), Author(name="BO DAHL", email="bo@example.org")])
    assert people == (Author(name="Bo Dahl", email="bo@example.org"),)


def test_a_lead_alone_announces_the_next_line() -> None:
    assert is_byline_lead("By")
    assert is_byline_lead("Autor:")
    assert not is_byline_lead("By far")


def test_a_name_with_its_website_is_an_organisation() -> None:
    found = signed("Baltic Wave (www.wave.example)", trusted=True)
    assert (found.people, found.desk) == ((), "Baltic Wave")
    assert [person.name for person in signed("Ragna Lind (Ostholm)", trusted=True).people] == ["Ragna Lind"]


def test_the_software_user_is_no_author() -> None:
    assert signed("siteadmin", trusted=True).people == ()


def test_capitals_behind_the_names_are_whom_they_work_for() -> None:
    byline = printed_byline("Von Ida Krog und Bo Lind, NRK")
    assert byline is not None
    assert ([person.name for person in byline.people], byline.desk) == (["Ida Krog", "Bo Lind"], "NRK")
    assert printed_byline("By Ida Krog, PHD") == Byline(people=(Author(name="Ida Krog"),))
    assert printed_byline("By OST,") == Byline(desk="OST")


def test_the_editor_in_charge_signs_a_chinese_text() -> None:
    byline = printed_byline("(责编：王小明、李大伟)")
    assert byline is not None
    assert [person.name for person in byline.people] == ["王小明", "李大伟"]


def test_an_alias_may_begin_with_an_article_and_no_section_does() -> None:
    assert signed("Der Fährmann", trusted=True).people == (Author(name="Der Fährmann"),)
    assert signed("The Latest", trusted=True).people == ()
    assert signed("The Latest News Today", trusted=True).people == ()


def test_who_issued_a_press_release_is_its_desk() -> None:
    assert printed_byline("Herausgeber: Nordfähre SE") == Byline(desk="Nordfähre SE")
    assert printed_byline("Autorin/Autor Ida Krog") == Byline(people=(Author(name="Ida Krog"),))


def test_a_name_and_the_agency_glued_to_it_are_a_person_and_a_desk() -> None:
    byline = signed("By JILL LINDThe Associated Press")
    assert [person.name for person in byline.people] == ["JILL LIND"]
    assert byline.desk == "The Associated Press"

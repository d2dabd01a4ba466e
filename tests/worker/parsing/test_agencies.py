from __future__ import annotations

import pytest

from worker.parsing.agencies import is_agency, is_desk, is_role, parted_agency


@pytest.mark.parametrize("name", ["AP", "Reuters", "(dpa)", "연합뉴스", "AP/Reuters", "AFP and dpa"])
def test_agencies_are_known_by_name_and_in_company(name: str) -> None:
    assert is_agency(name)
    assert is_desk(name)


@pytest.mark.parametrize("name", ["Redaktion", "News Desk", "islander.example", "Inselverlag GmbH", "Rédaction"])
def test_desks_organisations_and_sites_are_no_people(name: str) -> None:
    assert is_desk(name)
    assert not is_agency(name)


def test_people_are_neither() -> None:
    assert not is_desk("Ragna Lind")
    assert not is_role("Ragna Lind")
    assert is_role("Contributor")


def test_an_agency_joined_to_a_name_is_parted_from_it() -> None:
    assert parted_agency("JANE DOEAssociated Press") == "JANE DOE | Associated Press"
    assert parted_agency("Jane DoeReuters") == "Jane Doe | Reuters"
    assert parted_agency("Ann Reuterson, Reuters") == "Ann Reuterson, Reuters"

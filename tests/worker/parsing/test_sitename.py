from __future__ import annotations

import pytest

from tests.worker.parsing.copied import HEADLINE, URL, copied_page
from worker.parsing.rawtext import claims
from worker.parsing.sitename import printed_site, site_in_title


@pytest.mark.parametrize(
    ("line", "url", "site"),
    [
        ("The Islander", "https://www.islander.example/a", "The Islander"),
        ("© 2019-2021 Islander. All rights reserved", "https://islander.example/a", "Islander"),
        ("Copyright 2021 by The Islander | Imprint", "https://islander.example/a", "The Islander"),
        ("Fährblatt", "https://fahrblatt.example/a", "Fährblatt"),
        ("Islander.example", "https://islander.example/a", "Islander.example"),
    ],
)
def test_the_outlets_name_is_what_says_the_addresss_own(line: str, url: str, site: str) -> None:
    assert printed_site(["Home", line, "Weather"], url) == site


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("© Ida Krog", "https://islander.example/a"),
        ("The Islander", None),
        ("The Islander", "https://paper.example/a"),
        ("NL", "https://nl.example/a"),  # too short to be more than a language
        ("The Islander is written in Ostholm by people who take the ferry to work", "https://islander.example/a"),
    ],
)
def test_a_line_that_says_something_else_names_no_outlet(line: str, url: str | None) -> None:
    assert printed_site([line], url) is None


def test_the_windows_title_names_the_outlet_behind_the_headline() -> None:
    assert site_in_title("Ferry strike ends - The Islander", "https://islander.example/a") == "The Islander"
    assert site_in_title("The Islander", "https://islander.example/a") is None
    assert site_in_title(None, "https://islander.example/a") is None


def test_a_copied_page_tells_its_outlet() -> None:
    assert claims(["The Islander", *copied_page(HEADLINE)], url=URL).publisher == "The Islander"
    assert claims(["The Islander", *copied_page(HEADLINE)]).publisher is None

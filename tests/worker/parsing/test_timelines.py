from __future__ import annotations

from datetime import date

from tests.worker.parsing.copied import HEADLINE, PROSE, URL, copied_page
from worker.parsing.rawtext import claims


def day(lines: list[str], url: str | None = URL) -> date | None:
    published = claims(lines, url=url).published
    return None if published is None else published.local.date()


MARCH_3 = date(2021, 3, 3)


def test_the_date_below_the_headline_counts_and_those_of_teasers_do_not() -> None:
    assert day(copied_page("March 1, 2021", "Fishing", HEADLINE, "March 3, 2021")) == MARCH_3


def test_a_labelled_date_wins_over_a_bare_one() -> None:
    assert day(copied_page(HEADLINE, "March 2, 2021", "Published: March 3, 2021")) == MARCH_3


def test_above_the_headline_the_nearest_date_counts() -> None:
    assert day(copied_page("Tuesday, March 9, 2021", "Fishing", "3. März 2021", "Harbour", HEADLINE)) == MARCH_3


def test_a_date_between_two_prints_of_the_headline_counts() -> None:
    assert day(copied_page(HEADLINE, "March 3, 2021", "Share", HEADLINE)) == MARCH_3


def test_of_several_dates_the_one_that_the_address_names_counts() -> None:
    url = "https://islander.example/2021/03/03/night-ferry-returns-to-ostholm/"
    assert day(copied_page(HEADLINE, "March 9, 2021", "March 3, 2021"), url) == MARCH_3


def test_dates_in_captions_and_sentences_are_no_dates_of_publication() -> None:
    caption = "The pier of Ostholm is seen from the harbour master's house on February 8, 2021"
    assert day(copied_page(HEADLINE, caption)) is None
    told = (*PROSE[:2], "It was built on May 4, 1987.", *PROSE[2:])
    assert day(copied_page(HEADLINE, body=told)) is None


def test_dates_of_comments_and_other_articles_are_not_taken() -> None:
    assert day(copied_page(HEADLINE)) is None


def test_updated_alone_is_no_publication() -> None:
    found = claims(copied_page(HEADLINE, "Updated March 3, 2021"), url=URL)
    assert (found.published, found.modified is not None) == (None, True)


def test_a_label_may_have_the_line_above_its_date_for_itself() -> None:
    updated = copied_page(HEADLINE, "Updated:", "Mar 6, 2021", "Original:", "Feb 21, 2021")
    assert day(updated) == date(2021, 2, 21)
    published = copied_page(HEADLINE, "Veröffentlicht am", "10. Februar 2021", "9. Februar 2021")
    assert day(published) == date(2021, 2, 10)


def test_above_the_text_a_date_may_end_in_a_full_stop() -> None:
    assert day(copied_page(HEADLINE, "Ostholm Harbour Board February 8, 2021.")) == date(2021, 2, 8)

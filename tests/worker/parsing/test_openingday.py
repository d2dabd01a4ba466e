from __future__ import annotations

from datetime import datetime

import pytest

from tests.factories import make_raw_article
from tests.worker.parsing.copied import HEADLINE, PROSE, URL, copied_page
from worker.parsing.openingday import closing_day, opening_day
from worker.parsing.parser import parse
from worker.parsing.rawtext import claims

MORE = tuple(f"{line} So it was said in Vik." for line in PROSE)
DAY = datetime(2022, 11, 21)  # noqa: DTZ001 - local by definition


@pytest.mark.parametrize(
    "paragraph",
    [
        "(21. November 2022) The harbour board of Ostholm votes again.",
        "Pressemitteilung vom 21. November 2022 | Ostholm – The harbour board votes again.",
        "Pressemitteilung Nr. 12/2022 vom 21.11.2022 – The harbour board votes again.",
        "Press release of 21 November 2022 - The harbour board votes again.",
        "21 November 2022 – The harbour board votes again.",
    ],
)
def test_a_text_may_open_with_its_day(paragraph: str) -> None:
    time = opening_day(["A standfirst.", paragraph], day_first=True)
    assert time is not None
    assert (time.local, time.precision) == (DAY, "day")


@pytest.mark.parametrize(
    "paragraph",
    [
        "21 November 2022 is the day on which the ferry sails.",
        "On 21 November 2022 – a Monday – the ferry sails.",
        "21 November 2022: the ferry sails; 22 November 2022: it does not.",
        "The board meets on (21 November 2022) in Ostholm.",
    ],
)
def test_a_sentence_that_begins_with_a_day_is_not_dated_by_it(paragraph: str) -> None:
    assert opening_day([paragraph], day_first=True) is None


def test_only_the_first_paragraphs_are_its_opening() -> None:
    assert opening_day(["One.", "Two.", "Three.", "(21. November 2022) Four."], day_first=True) is None


def test_a_description_may_close_with_the_day_in_brackets() -> None:
    time = closing_day("Bears of Ostholm: a record year (News of 21 November 2022)", day_first=None)
    assert time is not None
    assert time.local == DAY
    assert closing_day("The festival (1 May 2022 to 21 November 2022)", day_first=None) is None
    assert closing_day("The bears of 21 November 2022", day_first=None) is None
    assert closing_day(None, day_first=None) is None


def test_the_opening_dates_a_copied_page_and_a_page_that_nothing_else_dates() -> None:
    opened = ("(21. November 2022) The harbour board of Ostholm voted to bring the night ferry back.", *PROSE)
    found = claims(copied_page(HEADLINE, body=opened), url="https://islander.example/a")
    assert found.published is not None
    assert found.published.local == DAY
    body = "".join(f"<p>{line}</p>" for line in opened)
    page = f"<html lang=en><body><h1>{HEADLINE}</h1>{{}}{body}</body></html>"
    parsed = parse(make_raw_article(kind="page", body=page.format("").encode()))
    assert parsed.published is not None
    assert parsed.published.local == DAY
    stated = parse(make_raw_article(kind="page", body=page.format("<time datetime=2022-11-23>23</time>").encode()))
    assert stated.published is not None
    assert stated.published.local.day == 23


def test_inside_a_text_a_day_counts_beside_a_weekday_or_a_byline() -> None:
    for line in ("miércoles, 21 de noviembre de 2022", "21.11.2022 13:15 Uhr Autor/in: Ida Krog"):
        found = claims(copied_page(HEADLINE, body=(*PROSE, line, *MORE)), url=URL.replace("2021/03", "x"))
        assert found.published is not None
        assert found.published.local.date() == DAY.date()
    listed = (*PROSE, "21.11.2022 Ferry to Ostholm, pier two", *MORE)
    assert claims(copied_page(HEADLINE, body=listed), url=URL.replace("2021/03", "x")).published is None


def test_the_description_of_a_page_dates_it_where_nothing_else_does() -> None:
    head = '<meta name=description content="Bears: a record year (Notizia del 21 Novembre 2022)">'
    body = "".join(f"<p>{line}</p>" for line in PROSE)
    parsed = parse(make_raw_article(kind="page", body=f"<html><head>{head}</head><body>{body}</body></html>".encode()))
    assert parsed.published is not None
    assert (parsed.published.local, parsed.provenance["published_at"].origin) == (DAY, "text")

"""Nothing that one source says changes what another said: a feed with guid, link, text and dates of another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article
from worker.parsing.article import StatedTime
from worker.storage.arrival import Arrival
from worker.storage.reading import ArticleDetail, ArticleRow, article, articles
from worker.storage.store import Store

TEXT = make_paragraphs("paper", 8)
LINK = "https://paper.example/ferry"


def published(moment: datetime) -> StatedTime:
    return StatedTime(local=moment.replace(tzinfo=None), offset_minutes=0, precision="minute")


def make_said(source: str, paragraphs: list[str] = TEXT, **overrides: Any) -> Arrival:
    """What a feed says under the guid and link of the paper's article."""
    fields: dict[str, Any] = {"url": LINK, "title": "Ferry runs aground", "published": published(NOON)}
    raw: dict[str, Any] = {"source_key": f"feed:{source}", "source": source, "entry_key": "guid-1", "url": LINK}
    raw |= {name: overrides.pop(name) for name in ("seen_at", "entry_key", "from_page") if name in overrides}
    parsed = make_parsed_article(text="\n\n".join(paragraphs), **(fields | overrides))
    return make_arrival(parsed=parsed, **raw)


def papers(engine: Engine) -> ArticleRow:
    (row,) = (row for row in articles(engine, all_=True) if row.source == "paper")
    return row


HOSTILE: dict[str, Any] = {
    "other fields": {"tags": ("x",), "authors": ()},
    "another text": {"paragraphs": make_paragraphs("hostile", 8)},
    "another title": {"title": "Hostile"},
    "a near copy": {"paragraphs": [*TEXT[:6], *make_paragraphs("hostile", 1)]},
    "a removal": {"paragraphs": TEXT[:2]},
    "an update mark": {"title": "(LEAD) Ferry runs aground", "paragraphs": TEXT[:7]},
    "a correction mark": {"title": "CORRECTED-Ferry runs aground", "paragraphs": TEXT[:7]},
    "nothing": {"paragraphs": [], "title": None},
    "a wall": {"flags": ("paywall",)},
    "another guid": {"entry_key": "guid-2", "paragraphs": TEXT[:7]},
}


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
def test_a_feed_with_guid_and_link_of_another_changes_nothing_that_the_other_said(
    store: Store, engine: Engine, said: dict[str, Any]
) -> None:
    store.store([make_said("paper")], now=NOON)
    before = papers(engine)

    store.store([make_said("hostile", seen_at=NOON + timedelta(hours=1), **said)], now=NOON + timedelta(hours=1))

    after = papers(engine)
    assert after.parsed == before.parsed
    assert (after.revision, after.updated_at, after.public_id) == (1, NOON, before.public_id)
    detail = article(engine, after.public_id)
    assert isinstance(detail, ArticleDetail)
    assert detail.revisions == ()
    assert "paper" in [row.source for row in articles(engine)]  # and it is still what listings show


def test_who_dates_a_copy_back_a_year_does_not_take_the_lead(store: Store, engine: Engine) -> None:
    store.store([make_said("paper", published=published(NOON))], now=NOON)
    forged = make_said(
        "hostile", TEXT[:7], published=published(NOON - timedelta(days=365)), seen_at=NOON + timedelta(days=2)
    )

    store.store([forged], now=NOON + timedelta(days=2))

    assert [row.source for row in articles(engine)] == ["paper"]


def test_an_agency_that_was_polled_an_hour_late_still_leads(store: Store, engine: Engine) -> None:
    store.store([make_said("paper", published=published(NOON))], now=NOON)
    agency = make_said("agency", published=published(NOON - timedelta(hours=2)), seen_at=NOON + timedelta(hours=1))

    store.store([agency], now=NOON + timedelta(hours=1))
    longer = make_said("wire", [*TEXT, *make_paragraphs("more", 1)], published=published(NOON - timedelta(hours=3)))
    store.store([longer], now=NOON + timedelta(hours=1))

    assert [row.source for row in articles(engine)] == ["wire"]


@pytest.mark.parametrize(
    "link",
    [LINK, f"{LINK}?utm_source=hostile", "http://www.paper.example/ferry/", "https://amp.paper.example/ferry?amp=1"],
)
def test_the_same_address_with_an_unlike_text_is_kept_apart_and_flagged(
    store: Store, engine: Engine, link: str
) -> None:
    store.store([make_said("paper")], now=NOON)
    other = make_said("hostile", make_paragraphs("hostile", 8), url=link)

    for hours in range(3):  # and stays so when it comes again, also with other fields
        again = make_said("hostile", make_paragraphs("hostile", 8), url=link, tags=(str(hours),))
        store.store([again if hours else other], now=NOON + timedelta(hours=hours))

    by_source = {row.source: row for row in articles(engine)}
    assert "url_elsewhere" in by_source["hostile"].parsed.flags
    assert by_source["hostile"].revision == 1
    assert by_source["hostile"].story_id != by_source["paper"].story_id
    assert by_source["paper"].parsed.flags == ()


def test_another_article_of_the_same_site_is_not_taken_for_the_one_at_the_address(store: Store, engine: Engine) -> None:
    other = make_said("hostile", make_paragraphs("hostile", 8), url=f"{LINK}?id=2")
    store.store([make_said("paper"), other], now=NOON)

    assert {row.parsed.flags for row in articles(engine, all_=True)} == {()}


def test_a_copy_of_the_text_at_the_url_is_not_flagged(store: Store, engine: Engine) -> None:
    store.store([make_said("paper"), make_said("aggregator", TEXT[:6])], now=NOON)

    assert {row.parsed.flags for row in articles(engine, all_=True)} == {()}


def test_a_merge_brought_about_by_a_third_source_leaves_both_texts_alone(store: Store, engine: Engine) -> None:
    store.store([make_said("paper", TEXT[:4], url=None), make_said("other", TEXT[4:], url=None)], now=NOON)
    before = {row.source: row.parsed for row in articles(engine, all_=True)}

    store.store([make_said("hostile", TEXT, url=None)], now=NOON)

    rows = {row.source: row for row in articles(engine, all_=True)}
    assert len({row.story_id for row in rows.values()}) == 1
    assert {name: rows[name].parsed for name in before} == before
    assert all(rows[name].revision == 1 for name in before)

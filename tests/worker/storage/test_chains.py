"""A source's own update chain is one article with revisions, in whatever order and however often its items come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article
from worker.parsing.article import StatedTime
from worker.storage.arrival import Arrival
from worker.storage.reading import ArticleDetail, article, articles
from worker.storage.store import Store
from worker.storage.tables import outbox

PARAGRAPHS = make_paragraphs("chain", 6)
HALF_PAST = datetime(2026, 3, 1, 8, 30)  # noqa: DTZ001 - local by definition


def make_item(marker: str, length: int, hour: int, **overrides: Any) -> Arrival:
    """An item of the chain under one headline: ``length`` paragraphs, an entry of its own, published at ``hour``."""
    parsed = make_parsed_article(
        title=f"{marker}Ferry runs aground off Ostholm",
        text="\n\n".join(PARAGRAPHS[:length]),
        published=StatedTime(local=datetime(2026, 3, 1, hour), offset_minutes=0, precision="minute"),  # noqa: DTZ001
    )
    raw: dict[str, Any] = {"source_key": "feed:agency", "source": "Agency", "entry_key": f"item {length}"} | overrides
    return make_arrival(parsed=parsed, **raw)


def chain() -> list[Arrival]:
    return [make_item("", 2, 8), make_item("(LEAD) ", 4, 9), make_item("(2nd LD) ", 6, 10)]


def shown(engine: Engine) -> ArticleDetail:
    (row,) = articles(engine, all_=True)
    found = article(engine, row.public_id)
    assert isinstance(found, ArticleDetail)
    return found


@pytest.mark.parametrize("at_once", [True, False])
def test_the_items_of_a_chain_are_revisions_of_the_article_that_the_first_founded(
    store: Store, engine: Engine, at_once: bool
) -> None:
    first, lead, second = chain()
    batches = [[first, lead, second]] if at_once else [[first], [lead], [second]]

    settled = [outcome for batch in batches for outcome in store.store(batch, now=NOON).values()]

    assert settled == ["stored", "revised", "revised"]
    detail = shown(engine)
    assert detail.row.parsed == second.parsed
    assert (detail.row.entry_key, detail.row.revision) == ("item 2", 3)
    assert [each.parsed.title for each in detail.revisions] == [first.parsed.title, lead.parsed.title]
    with engine.connect() as connection:
        said = connection.execute(select(outbox.c.type, outbox.c.payload).order_by(outbox.c.seq)).all()
    assert [row.type for row in said] == ["article.stored", "article.revised", "article.revised"]
    assert {row.payload["id"] for row in said} == {detail.row.public_id}
    assert [row.payload.get("change") for row in said] == [None, "text", "text"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_customers_copy_does_not_take_the_lead_from_a_chain_that_goes_on(
    store: Store, engine: Engine, at_once: bool
) -> None:
    first, lead, second = chain()
    customer = make_item("", 2, 8, source_key="feed:daily", source="Daily", entry_key="d1")
    half_past = StatedTime(local=HALF_PAST, offset_minutes=0, precision="minute")
    copied = replace(customer.parsed, title="Ferry aground", published=half_past)
    daily = replace(customer, parsed=copied)
    batches = [[first, daily, lead, second]] if at_once else [[first], [daily], [lead], [second]]
    for batch in batches:
        store.store(batch, now=NOON)
    (row,) = articles(engine)
    assert (row.source, row.parsed.title) == ("Agency", second.parsed.title)


def test_an_item_that_comes_late_becomes_a_revision_and_the_newest_stays(store: Store, engine: Engine) -> None:
    first, lead, second = chain()

    assert list(store.store([second, first, lead], now=NOON).values()) == ["stored", "revised", "revised"]

    assert shown(engine).row.parsed == second.parsed


def test_items_that_are_polled_again_and_again_change_nothing(store: Store, engine: Engine) -> None:
    store.store(chain(), now=NOON)

    for hours in (1, 2, 3):
        again = [
            make_item(marker, length, hour, seen_at=NOON + timedelta(hours=hours), body=f"{hours}".encode())
            for marker, length, hour in (("", 2, 8), ("(LEAD) ", 4, 9), ("(2nd LD) ", 6, 10))
        ]
        assert set(store.store(again, now=NOON + timedelta(hours=hours)).values()) == {"duplicate"}

    assert (shown(engine).row.revision, shown(engine).row.parsed) == (3, chain()[-1].parsed)


def test_what_an_overtaken_item_says_later_never_replaces_the_newer_item(store: Store, engine: Engine) -> None:
    store.store(chain(), now=NOON)

    edited = make_item("", 3, 8, entry_key="item 2", seen_at=NOON + timedelta(hours=1))
    assert store.store([edited], now=NOON) == {edited.raw_id: "revised"}

    assert shown(engine).row.parsed == chain()[-1].parsed


def test_the_newest_item_may_change_itself(store: Store, engine: Engine) -> None:
    store.store(chain(), now=NOON)

    corrected = make_item("(2nd LD) ", 5, 10, entry_key="item 6", seen_at=NOON + timedelta(hours=1))
    assert store.store([corrected], now=NOON) == {corrected.raw_id: "revised"}

    assert shown(engine).row.parsed == corrected.parsed


def test_another_source_with_the_same_headline_is_no_item_of_the_chain(store: Store, engine: Engine) -> None:
    first, lead, _ = chain()
    foreign = make_item("(2nd LD) ", 6, 10, source_key="feed:other", source="Other")

    store.store([first, lead, foreign], now=NOON)

    by_source = {row.source: row for row in articles(engine, all_=True)}
    assert by_source["Agency"].parsed == lead.parsed
    assert by_source["Other"].copy_of == by_source["Agency"].public_id


def test_a_headline_that_returns_after_days_is_another_article(store: Store, engine: Engine) -> None:
    first = make_item("", 2, 8)
    text = "\n\n".join(make_paragraphs("next year", 4))
    again = make_arrival(
        parsed=make_parsed_article(
            title=f"(LEAD) {first.parsed.title}",
            text=text,
            published=StatedTime(local=datetime(2027, 3, 1), offset_minutes=0, precision="day"),  # noqa: DTZ001
        ),
        source_key="feed:agency",
        entry_key="next year",
    )

    assert list(store.store([first, again], now=NOON).values()) == ["stored", "stored"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_version_under_a_rewritten_headline_is_a_revision_as_well(
    store: Store, engine: Engine, at_once: bool
) -> None:
    first = make_item("(LEAD) ", 4, 8)
    rewritten = make_arrival(
        parsed=replace(make_item("", 6, 9).parsed, title="(2nd LD) Ferry runs aground off Ostholm, crew safe"),
        source_key="feed:agency",
        source="Agency",
        entry_key="rewritten",
    )

    for batch in [[first, rewritten]] if at_once else [[first], [rewritten]]:
        store.store(batch, now=NOON)

    assert shown(engine).row.parsed == rewritten.parsed
    assert shown(engine).row.revision == 2

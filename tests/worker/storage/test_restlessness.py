"""Feeds that change something with every poll: one article, bounded revisions, and few events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article
from worker.storage.arrival import Arrival
from worker.storage.reading import ArticleDetail, article, articles
from worker.storage.store import Store
from worker.storage.tables import outbox
from worker.storage.writing import REVISIONS_MAX

PARAGRAPHS = make_paragraphs("restless", 6)


def said(minute: int, **fields: Any) -> Arrival:
    moment = NOON + timedelta(minutes=minute)
    return make_arrival(parsed=make_parsed_article(**fields), source_key="feed:paper", seen_at=moment)


def poll(store: Store, minute: int, **fields: Any) -> None:
    store.store([said(minute, **fields)], now=NOON + timedelta(minutes=minute))


def events(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(outbox)).scalar_one()


def shown(engine: Engine) -> ArticleDetail:
    (row,) = articles(engine, all_=True)
    found = article(engine, row.public_id)
    assert isinstance(found, ArticleDetail)
    return found


def test_a_headline_edited_every_minute_makes_a_revision_every_ten(store: Store, engine: Engine) -> None:
    for minute in range(40):
        poll(store, minute, title=f"Ferry aground, reader's choice {'abcdefghij'[minute % 10]} {minute}")

    detail = shown(engine)
    assert detail.row.parsed.title == "Ferry aground, reader's choice j 39"
    assert 3 <= len(detail.revisions) <= 5
    assert events(engine) == 1 + len(detail.revisions)


def test_a_headline_edited_every_minute_of_a_day_is_one_article_with_fifty_revisions_and_few_events(
    store: Store, engine: Engine
) -> None:
    """1,440 edits, taken in as a worker that is behind does it: many in a batch."""
    edits = [said(minute, title=f"Ferry aground, reader's choice {minute}") for minute in range(24 * 60)]
    for start in range(0, len(edits), 48):
        batch = edits[start : start + 48]
        store.store(batch, now=batch[-1].raw.seen_at)

    detail = shown(engine)
    assert detail.row.parsed.title == "Ferry aground, reader's choice 1439"
    assert len(detail.revisions) == REVISIONS_MAX == 50
    assert 100 <= detail.row.revision <= 145
    assert events(engine) == detail.row.revision


def test_an_advertisement_that_changes_with_every_fetch_makes_no_storm(store: Store, engine: Engine) -> None:
    for minute in range(0, 600, 10):
        advertisement = make_paragraphs(f"ad {minute}", 1, words=12)
        poll(store, minute, text="\n\n".join([*PARAGRAPHS[:3], *advertisement, *PARAGRAPHS[3:]]))

    detail = shown(engine)
    assert len(detail.revisions) <= 2
    assert events(engine) <= 3


def test_a_changed_text_is_a_revision_however_soon(store: Store, engine: Engine) -> None:
    for minute in range(4):
        poll(store, minute, text="\n\n".join(PARAGRAPHS[: minute + 3]))

    assert len(shown(engine).revisions) == 3

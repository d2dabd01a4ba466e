"""Feeds that change something with every poll: one article, bounded revisions, and few events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article
from worker.storage.reading import ArticleDetail, article, articles
from worker.storage.store import Store
from worker.storage.tables import outbox

PARAGRAPHS = make_paragraphs("restless", 6)


def poll(store: Store, minute: int, **fields: Any) -> None:
    moment = NOON + timedelta(minutes=minute)
    parsed = make_parsed_article(**fields)
    store.store([make_arrival(parsed=parsed, source_key="feed:paper", seen_at=moment)], now=moment)


def events(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(outbox)).scalar_one()


def shown(engine: Engine) -> ArticleDetail:
    (row,) = articles(engine, all_=True)
    found = article(engine, row.public_id)
    assert isinstance(found, ArticleDetail)
    return found


def test_a_headline_edited_every_minute_makes_a_revision_every_ten(store: Store, engine: Engine) -> None:
    for minute in range(120):
        poll(store, minute, title=f"Ferry aground, reader's choice {'abcdefghij'[minute % 10]} {minute}")

    detail = shown(engine)
    assert detail.row.parsed.title == "Ferry aground, reader's choice j 119"
    assert 10 <= len(detail.revisions) <= 13
    assert events(engine) == 1 + len(detail.revisions)


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

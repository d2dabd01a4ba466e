from __future__ import annotations

from sqlalchemy import Engine

from tests.factories import NOON, make_arrival
from worker.storage.reading import articles
from worker.storage.store import Store


def test_a_new_article_is_stored_and_read_back(store: Store, engine: Engine) -> None:
    arrival = make_arrival()

    assert store.store([arrival], now=NOON) == {arrival.raw_id: "stored"}

    (row,) = articles(engine)
    assert row.parsed == arrival.parsed

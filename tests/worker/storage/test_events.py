from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from tests.factories import NOON, PARAGRAPHS, make_arrival, make_condemned, make_parsed_article
from worker.storage.engine import make_engine
from worker.storage.events import TYPES
from worker.storage.migrations import migrate
from worker.storage.quarantine import drop
from worker.storage.store import Store
from worker.storage.tables import outbox

HOUR = timedelta(hours=1)


def events(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.seq)).all())


def test_each_happening_is_an_event_with_a_number_of_its_own(store: Store, engine: Engine) -> None:
    stored = make_arrival(url="https://example.org/1")
    copied = make_arrival(parsed=make_parsed_article(title="Another"), source_key="seed:b")
    revised = make_arrival(parsed=make_parsed_article(text="\n\n".join(PARAGRAPHS[:2]), title="Third"))
    duplicate = make_arrival(source_key="seed:c", parsed=make_parsed_article(title="Another"))
    store.store([stored, copied], now=NOON)
    store.store([revised, duplicate, make_condemned()], now=NOON + HOUR)

    rows = events(engine)

    assert [row.seq for row in rows] == [1, 2, 3, 4]
    assert [row.type for row in rows] == ["article.stored", "article.copied", "article.revised", "article.quarantined"]
    assert {row.type for row in rows} < set(TYPES)
    assert all(row.relayed_at is None for row in rows)
    first, second, third, fourth = rows
    assert second.payload["copy_of"] == second.payload["story_id"] == first.payload["id"] == first.article_public_id
    assert (third.payload["id"], third.payload["revision"], third.payload["changed"]) == (
        first.payload["id"],
        2,
        ["title", "text"],
    )
    assert fourth.payload["reason"] == "parse_failed"


def test_an_event_names_the_article_as_records_do(store: Store, engine: Engine) -> None:
    store.store([make_arrival(parsed=make_parsed_article(url="https://example.org/1"))], now=NOON + HOUR)

    (row,) = events(engine)

    assert row.payload == {
        "id": row.article_public_id,
        "url": "https://example.org/1",
        "source": "desk",
        "title": "Night ferry returns to Ostholm",
        "published_at": "2026-03-01T09:30:00+01:00",
        "published_precision": "minute",
        "language": "en",
        "flags": [],
        "story_id": row.article_public_id,
        "copy_of": None,
        "revision": 1,
        "first_seen_at": "2026-03-01T12:00:00+00:00",
        "updated_at": "2026-03-01T13:00:00+00:00",
    }


def test_the_same_happening_has_the_same_id_in_another_store(store: Store, engine: Engine, tmp_path: Path) -> None:
    other = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)
    store.store([make_arrival()], now=NOON)
    Store(other).store([make_condemned(), make_arrival()], now=NOON + HOUR)

    assert events(engine)[0].event_id == events(other)[1].event_id
    other.dispose()


def test_coming_into_quarantine_again_is_another_event(store: Store, engine: Engine) -> None:
    condemned = make_condemned()
    store.store([condemned], now=NOON)
    drop(engine, [condemned.raw_id], now=NOON)
    store.store([condemned], now=NOON)

    first, second = events(engine)
    assert first.event_id != second.event_id

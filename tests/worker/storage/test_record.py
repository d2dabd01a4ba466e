from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import Engine

from tests.factories import NOON, make_arrival, make_parsed_article
from worker.storage.reading import articles
from worker.storage.record import RECORD_FIELDS, print_instant, record
from worker.storage.store import Store

DESIGNED = """
    id url canonical_url source sightings publisher title subtitle authors agency dateline published_at
    published_precision modified_at language text summary captions images tags section word_count flags story_id
    copy_of revision first_seen_at updated_at
"""


def test_a_record_has_exactly_the_designed_names_in_their_order(store: Store, engine: Engine) -> None:
    store.store([make_arrival(parsed=make_parsed_article(url="https://example.org/1"))], now=NOON)

    printed = record(next(articles(engine)))

    assert list(printed) == list(RECORD_FIELDS) == DESIGNED.split()
    assert printed["source"] == "desk"
    assert printed["sightings"] == [
        {"source": "desk", "entry_key": "one.txt", "url": None, "seen_at": "2026-03-01T12:00:00+00:00"}
    ]
    assert printed["authors"] == [{"name": "Ragna Lind", "email": "lind@example.org", "url": None}]
    assert json.loads(json.dumps(printed)) == printed


def test_system_times_are_printed_in_utc() -> None:
    assert print_instant(datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=9)))) == "2026-02-28T16:00:00+00:00"
    assert print_instant(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01T00:00:00+00:00"

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.feed_events import FeedEvent

EVENT = FeedEvent(
    type="feed.moved",
    url="https://harbour.example/rss",
    source="Hafen \udc80",
    reason="It moved.",
    at=datetime(2026, 3, 3, 10, 0, tzinfo=UTC),
)


def test_an_event_has_an_id_type_time_and_data() -> None:
    event_id, kind, time, data = EVENT.parts
    assert (kind, time, len(event_id)) == ("feed.moved", "2026-03-03T10:00:00.000+00:00", 16)
    assert json.loads(data) == {"feed": EVENT.url, "source": "Hafen ?", "reason": "It moved."}


def test_the_id_stands_for_what_happened_to_which_feed_and_when() -> None:
    later = replace(EVENT, at=EVENT.at + timedelta(seconds=1))
    others = [replace(EVENT, type="feed.missed"), replace(EVENT, url="https://b.example/"), later]
    assert len({event.event_id for event in (EVENT, *others)}) == 4
    assert replace(EVENT, reason="In other words.").event_id == EVENT.event_id

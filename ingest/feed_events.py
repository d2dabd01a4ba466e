"""What feeds do that their readers must know: a second stream beside the worker's, because `ingest` has no database.

It has its own sequence: a number is dealt out in the step that writes the event, and that step writes the feed's state
too, so that an event is told once, and a gap in the numbers is a real gap.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shared import routing

FEED_EVENTS: Final = routing.KEY_PREFIX + "feed_events"
"""STREAM, fields ``seq`` (a whole number) and ``event`` (a JSON object, see FeedEvent)."""

FEED_EVENTS_SEQ: Final = routing.KEY_PREFIX + "feed_events_seq"
"""The number of the latest event."""

FEED_EVENTS_MAX: Final = 10_000
"""About so many of the latest are kept."""

FeedEventType = Literal["feed.disabled", "feed.moved", "feed.missed"]


@dataclass(frozen=True, kw_only=True)
class FeedEvent:
    """``url`` is the feed's as configured, ``source`` its name, ``reason`` a sentence for people."""

    type: FeedEventType
    url: str
    source: str
    reason: str
    at: datetime

    def packed(self) -> bytes:
        """As it stands in the stream."""
        fields = {"type": self.type, "feed": self.url, "source": self.source, "reason": self.reason}
        return json.dumps({**fields, "at": self.at.isoformat(timespec="seconds")}, ensure_ascii=False).encode(
            "utf-8", "replace"
        )

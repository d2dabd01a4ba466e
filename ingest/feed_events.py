"""What feeds do that their readers must know: a second stream beside the worker's, because `ingest` has no database.

It has its own sequence: a number is dealt out in the step that writes the event, and that step writes the feed's state
too, so that an event is told once, and a gap in the numbers is a real gap.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shared import routing

FEED_EVENTS: Final = routing.EVENTS + ":feeds"
"""STREAM, one entry an event, shaped as those of the worker's stream: seq, id, type, time (ISO 8601), data (JSON)."""

FEED_EVENTS_SEQ: Final = FEED_EVENTS + ":seq"
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

    @property
    def event_id(self) -> str:
        """16 hex digits of what happened to which feed and when."""
        named = f"{self.type} {self.url} {self.at.isoformat()}"
        return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def parts(self) -> tuple[str, str, str, bytes]:
        """What the stream holds of it beside its number: id, type, time, data."""
        data = {"feed": self.url, "source": self.source, "reason": self.reason}
        packed = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return self.event_id, self.type, self.at.isoformat(timespec="milliseconds"), packed

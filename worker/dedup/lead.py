"""Which article of a story leads it: the one that was published first, as far as its source can be believed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from worker.parsing.article import StatedTime

BELIEVED: Final = timedelta(days=1)
"""How long before it was first seen a feed's article may say to have been published and still take the lead. Otherwise
whoever copies an article and dates it back a year would lead its story; who was polled a day late does not lose it."""


def leads_from(published: StatedTime | None, first_seen_at: datetime, source_key: str) -> datetime:
    """The instant, aware, by which an article stands in its story: the earliest leads.

    Its publication, not after it was first seen, and not more than BELIEVED before for a feed (what people hand in as
    seeds is believed). A mere day counts from its end: a date alone would come before every clock time of that day.
    """
    if published is None:
        return first_seen_at
    stated = published
    if published.precision == "day":
        stated = StatedTime(
            local=datetime.combine(published.local.date(), time(23, 59, 59)),
            offset_minutes=published.offset_minutes,
            precision="second",
        )
    moment = min(stated.utc, first_seen_at)
    return moment if source_key.startswith("seed:") else max(moment, first_seen_at - BELIEVED)

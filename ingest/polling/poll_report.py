"""What a poll comes to, and what it is while it is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingest.documents.entry import SitemapIndex
from ingest.feedlist.sources import FeedSource
from ingest.polling.hosts import HostManners
from ingest.polling.intake import Taking
from ingest.polling.memory import KeyedEntry
from ingest.polling.page_round import PageCounts
from ingest.polling.state import FeedState
from ingest.web.outcomes import Fetched

PollOutcome = Literal["polled", "unchanged", "failed", "inbox_full", "disabled"]


@dataclass(frozen=True, kw_only=True)
class PollReport:
    """What one poll came to. ``sentence`` is for people; ``reason`` is a reason code, None when nothing went wrong."""

    feed: FeedSource
    outcome: PollOutcome
    sentence: str
    accepted: int = 0
    entries: int = 0
    reason: str | None = None
    feed_links: tuple[str, ...] = ()
    next_poll_at: datetime | None = None
    seconds: float = 0
    pages: PageCounts | None = None


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A poll under way: the feed's state as it was read, as it is to be taken, and how its server wants to be asked."""

    feed: FeedSource
    before: FeedState
    state: FeedState
    manners: HostManners

    @property
    def address(self) -> str:
        """Where the feed is asked."""
        return self.state.address(self.feed)


@dataclass(frozen=True, kw_only=True)
class ElsewhereToAsk:
    """A poll of a feed that has moved to another domain, whose turn is to be waited for."""

    visit: Visit


@dataclass(frozen=True, kw_only=True)
class PagesToCome:
    """A poll that is done but for the ``waiting`` entries, which want their pages. ``report``: so far."""

    report: PollReport
    waiting: Sequence[KeyedEntry]
    taking: Taking


@dataclass(frozen=True, kw_only=True)
class PartsToCome:
    """A poll that met a sitemap index, whose parts are to be asked for."""

    visit: Visit
    fetched: Fetched
    index: SitemapIndex
    body_hash: bytes


Unfinished = ElsewhereToAsk | PartsToCome | PagesToCome
"""What of a poll is to come, out of its domain's turn."""

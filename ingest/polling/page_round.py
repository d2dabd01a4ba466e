"""The entries of one poll that want their pages: each accepted with its own state update, as its page comes.

The poll has let go of its feed's domain and of its slot by now: a hundred pages of one domain take minutes, and hold
up no feed. What is not reached in time is accepted as the feed has it, flagged, and the page is asked for at the next
polls: an entry waits a bounded time for its page, and never for good.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ingest.feedlist.sources import FeedSource
from ingest.polling import page_reasons
from ingest.polling.full_text import TRIES_MAX, owing, tries_of
from ingest.polling.intake import Intake, Taking
from ingest.polling.memory import KeyedEntry
from ingest.polling.pages import DEFERRED, NoPage, Page, Pages
from ingest.web.politeness import registrable_domain


@dataclass(kw_only=True)
class PageCounts:
    """``without`` counts by reason code; ``owed`` are those of them whose page is asked for again at the next poll.

    ``left``: entries of which nothing but the address is known, not accepted without their page yet.
    """

    fetched: int = 0
    without: Counter[str] = field(default_factory=Counter)
    owed: int = 0
    left: int = 0
    accepted: int = 0

    def __str__(self) -> str:
        parts = [f"{self.fetched} with their page"] if self.fetched else []
        if self.without:
            parts.append(page_reasons.told(self.without))
        if self.left:
            parts.append(f"{self.left} the next time")
        return ", ".join(parts)


class PageRound:
    """One use. ``taking`` is the poll's, what it accepted already among its seen entries; ``waiting`` are the rest."""

    def __init__(
        self,
        *,
        feed: FeedSource,
        waiting: Sequence[KeyedEntry],
        taking: Taking,
        pages: Pages,
        intake: Intake,
        now: Callable[[], datetime],
        seconds: float,
    ) -> None:
        self._feed = feed
        self._waiting = waiting
        self._taking = taking
        self._pages = pages
        self._intake = intake
        self._now = now
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self.counts = PageCounts()
        self.full = False

    async def run(self) -> Taking:
        """Gets the pages, domain by domain side by side. What the poll then has to write is ``Taking`` without more.

        ``full`` is set when the inbox had no room: then some are not accepted. Raises RedisError.
        """
        by_domain: dict[str, list[KeyedEntry]] = defaultdict(list)
        for keyed in self._waiting:
            by_domain[registrable_domain(keyed.entry.link or "")].append(keyed)
        end = asyncio.get_running_loop().time() + self._seconds
        tasks = [asyncio.create_task(self._domain(entries, end)) for entries in by_domain.values()]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return replace(self._taking, taken=(), pages={}, more=False)

    async def _domain(self, entries: Sequence[KeyedEntry], end: float) -> None:
        for keyed in entries:
            try:
                async with asyncio.timeout_at(end):
                    page: Page | NoPage = await self._pages.fetch(keyed.entry.link or "")
            except TimeoutError:
                page = DEFERRED
            async with self._turn:
                if self.full:
                    return
                await self._settle(keyed, page)

    async def _settle(self, keyed: KeyedEntry, page: Page | NoPage) -> None:
        if page is DEFERRED and not (keyed.entry.title or keyed.entry.body):
            self.counts.left += 1  # nothing to accept yet; as it is not remembered, the next poll finds it new
            return
        tries = tries_of(keyed, self._taking.seen)
        one = replace(self._taking, taken=(self._count(keyed, page, tries),), pages={keyed.digest: page}, more=True)
        now = self._now()
        if isinstance(page, NoPage) and tries:
            await self._intake.note(self._feed, one, now=now)  # it is in the inbox already, as the feed has it
        elif not await self._intake.take(self._feed, one, now=now):
            self.full = True
            return
        else:
            self.counts.accepted += 1
        self._taking = replace(self._taking, seen=one.seen_after(1, now))

    def _count(self, keyed: KeyedEntry, page: Page | NoPage, tries: int) -> KeyedEntry:
        """The entry as it is to be remembered. What was not asked for is no try."""
        if isinstance(page, Page):
            self.counts.fetched += 1
            return keyed
        self.counts.without[page.reason] += 1
        if not page.passing:
            return keyed
        tries = max(tries, 1) if page is DEFERRED else tries + 1
        self.counts.owed += tries < TRIES_MAX
        return owing(keyed, tries=tries)

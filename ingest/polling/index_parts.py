"""The newest parts of a sitemap index as one feed: each asked for in its domain's turn, by the feeds' own client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import structlog

from ingest.documents.entries import binary_sentence
from ingest.documents.entry import Entry, NotAFeed, ParsedFeed, SitemapIndex
from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import FeedSource
from ingest.polling.manners import mind_manners
from ingest.web.fetcher import Fetcher
from ingest.web.guard import same_origin
from ingest.web.outcomes import FetchFailed, NotModified
from ingest.web.politeness import HostGate
from shared.logs import redact

log = structlog.get_logger()

REQUESTS_MAX: Final = 6
"""Requests for one index in one poll: an index of indexes (years of months) is followed one level down."""


@dataclass(kw_only=True)
class _Gathered:
    feeds: list[ParsedFeed] = field(default_factory=list)
    failures: list[FetchFailed] = field(default_factory=list)
    requests: int = 0


class IndexParts:
    """Shared by all polls of a process."""

    def __init__(self, *, fetcher: Fetcher, reader: FeedReader, gate: HostGate, now: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._gate = gate
        self._now = now

    async def read(self, feed: FeedSource, index: SitemapIndex) -> ParsedFeed | FetchFailed:
        """What the parts hold together, or, when none could be read, why. Waits for turns: to be called out of turn."""
        gathered = _Gathered()
        await self._gather(feed, index.parts, gathered, deeper=True)
        if not gathered.feeds:
            failure = next(iter(gathered.failures), None)
            if failure is None:
                return FetchFailed(reason="not_a_feed", sentence="this is a sitemap index whose parts hold no entries")
            return replace(failure, sentence=f"of its sitemaps none could be read: {failure.sentence}")
        return _together(index, gathered)

    async def _gather(self, feed: FeedSource, parts: tuple[str, ...], gathered: _Gathered, *, deeper: bool) -> None:
        for part in parts:
            if gathered.requests >= REQUESTS_MAX:
                return
            read = await self._part(feed, part, gathered)
            if isinstance(read, ParsedFeed):
                gathered.feeds.append(read)
            elif isinstance(read, SitemapIndex) and deeper:
                await self._gather(feed, read.parts, gathered, deeper=False)
            else:
                failure = read if isinstance(read, FetchFailed) else _unreadable(read)
                log.info("feed.part_failed", url=redact(part), reason=failure.code, sentence=failure.sentence)
                gathered.failures.append(failure)

    async def _part(self, feed: FeedSource, part: str, gathered: _Gathered) -> ParsedFeed | NotAFeed | FetchFailed:
        if self._gate.rest(part):
            return FetchFailed(reason="host_paused", sentence="its server wants rest or does not answer")
        gathered.requests += 1
        async with self._gate.turn(part):
            outcome = await self._fetcher.fetch(
                part, headers=feed.headers if same_origin(part, feed.url) else None, look=binary_sentence
            )
        mind_manners(self._gate, part, outcome, now=self._now())
        if isinstance(outcome, FetchFailed):
            return outcome
        if isinstance(outcome, NotModified):
            return FetchFailed(reason="protocol_error", sentence="its server says 304 to a first request")
        return await self._reader.read_feed(outcome.body, url=outcome.url, content_type=outcome.content_type)


def _unreadable(read: NotAFeed) -> FetchFailed:
    return FetchFailed(reason=read.reason, sentence=read.sentence)


def _together(index: SitemapIndex, gathered: _Gathered) -> ParsedFeed:
    entries: dict[str | None, Entry] = {}
    for part in gathered.feeds:
        for entry in part.entries:
            entries.setdefault(entry.link, entry)
    notes = [f"the newest {len(gathered.feeds)} of {index.of} sitemaps"]
    notes += dict.fromkeys(part.note for part in gathered.feeds if part.note)
    if gathered.failures:
        notes.append(f"{len(gathered.failures)} could not be read ({gathered.failures[0].sentence})")
    first = gathered.feeds[0]
    return replace(
        first,
        entries=tuple(entries.values()),
        whole=index.whole and not gathered.failures and all(part.whole for part in gathered.feeds),
        note="; ".join(notes),
    )

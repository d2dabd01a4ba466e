"""A feed document handed in by hand: its entries become raw articles of the seed, in the backfill lane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ingest.documents.entries import NotAFeed, ParsedFeed
from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import FeedSource
from ingest.polling.entry_articles import raw_article
from ingest.polling.identity import keyed
from ingest.seeding.seeds import ReadFeedFile, Refused, Seed, SeedItem, SeedSource

ENTRIES_MAX = 100_000
"""A file is not asked for again, as a feed is; it is read whole."""


@asynccontextmanager
async def feed_files() -> AsyncIterator[ReadFeedFile]:
    """Reads feed files in a child that can be killed, started when the first one comes."""
    async with FeedReader(processes=1) as reader:

        async def read_feed_file(document: bytes, *, name: str, source: SeedSource) -> AsyncIterator[Seed]:
            parsed = await reader.read_feed(document, url=name, content_type=None, entries_max=ENTRIES_MAX)
            if isinstance(parsed, NotAFeed):
                yield Refused(input_id=name, reason=f"cannot be read as a feed: {parsed.sentence}")
                return
            for seed in _entries(parsed, name, source):
                yield seed

        yield read_feed_file


def _entries(parsed: ParsedFeed, name: str, source: SeedSource) -> list[Seed]:
    feed = FeedSource(url=name, timezone=source.timezone, language=source.language)
    seen_at = datetime.now(UTC)
    seeds: list[Seed] = []
    for each in keyed(parsed.entries):
        raw = raw_article(each, feed=feed, seen_at=seen_at)
        # A seed can never pass for a feed, whatever it holds.
        raw = raw.model_copy(update={"source_key": source.key, "source": source.name, "lane": "backfill"})
        seeds.append(SeedItem(input_id=f"{name} {each.key}", raw=raw))
    if not parsed.whole:
        seeds.append(Refused(input_id=name, reason=f"is not whole: {parsed.note or 'entries are missing'}"))
    elif not seeds:
        seeds.append(Refused(input_id=name, reason="is a feed without entries"))
    return seeds

"""A feed's entry to the raw article that goes into the inbox. Pure."""

from __future__ import annotations

from datetime import datetime

from ingest.feedlist.sources import FeedSource
from ingest.polling.identity import KeyedEntry
from shared.schema import RawArticle, Stated, StatedAuthor


def raw_article(keyed: KeyedEntry, *, feed: FeedSource, seen_at: datetime) -> RawArticle:
    """What the entry says of itself, as ``stated``; its full content, else its summary, as the body. Nothing is parsed.

    An entry with a title alone is an article too: its body is empty.
    """
    entry = keyed.entry
    return RawArticle(
        source_key=feed.source_key,
        source=feed.shown_name,
        entry_key=keyed.key,
        kind="fragment",
        body=entry.body.encode("utf-8", "replace"),
        url=entry.link,
        stated=Stated(
            title=entry.title,
            authors=tuple(
                StatedAuthor(name=author.name, email=author.email, url=author.url) for author in entry.authors
            ),
            published_at=entry.published,
            modified_at=entry.modified,
            language=entry.language,
            summary=entry.summary,
            publisher=entry.publisher,
            tags=entry.tags,
            images=entry.images,
        ),
        timezone=feed.timezone,
        language=feed.language,
        flags=tuple(dict.fromkeys((*entry.flags, *keyed.flags))),
        lane="live",
        seen_at=seen_at,
    )

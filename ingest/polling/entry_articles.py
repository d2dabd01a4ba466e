"""A feed's entry, with its page or without, to the raw article that goes into the inbox. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ingest.feedlist.sources import FeedSource
from ingest.polling.memory import KeyedEntry
from ingest.polling.pages import NoPage, Page
from shared.schema import Carried, RawArticle, Stated, StatedAuthor

CARRIED_CHARACTERS_MAX: Final = 100_000
_OF_THE_BODY: Final = frozenset({"truncated", "encoding_guessed"})
"""Flags of a feed's body: they say nothing of the page that takes its place."""


def raw_article(
    keyed: KeyedEntry, *, feed: FeedSource, seen_at: datetime, page: Page | NoPage | None = None
) -> RawArticle:
    """What the entry says of itself, as ``stated``; its page, else its full content, else its summary, as the body.

    Nothing is parsed. An entry with a title alone is an article too: its body is empty. With a page, ``url`` is where
    that came from: a redirect's end, which answers for the text, and not the link, which anybody may have written.
    """
    entry = keyed.entry
    flags = (*entry.flags, *keyed.flags)
    if isinstance(page, NoPage):
        flags = (*flags, "page_unavailable", page.flag)
    elif page is not None:
        flags = tuple(flag for flag in flags if flag not in _OF_THE_BODY)
    return RawArticle(
        source_key=feed.source_key,
        source=feed.shown_name,
        entry_key=keyed.key,
        kind="page" if isinstance(page, Page) else "fragment",
        body=page.body if isinstance(page, Page) else entry.body.encode("utf-8", "replace"),
        url=page.url if isinstance(page, Page) else entry.link,
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
        charset=page.charset if isinstance(page, Page) else None,
        from_page=isinstance(page, Page),
        carried=_carried(keyed) if isinstance(page, Page) else None,
        flags=tuple(dict.fromkeys(flags)),
        lane="live",
        seen_at=seen_at,
    )


def _carried(keyed: KeyedEntry) -> Carried | None:
    """What the worker reads when the page turns out to be a wall; no very long body, because this travels as it is."""
    entry = keyed.entry
    return Carried(body=entry.body, url=entry.link) if 0 < len(entry.body) <= CARRIED_CHARACTERS_MAX else None

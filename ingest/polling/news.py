"""What of a document is news to a feed: its entries by their keys, the new among them, whether any were missed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ingest.documents.entry import ParsedFeed
from ingest.feedlist.sources import FeedSource, FullText
from ingest.polling.full_text import stamped
from ingest.polling.identity import identify
from ingest.polling.memory import KeyedEntry, Seen, fresh, overlap_lost
from ingest.polling.state import FeedState
from ingest.polling.transitions import Circumstances, Transition, missed_event, redirected, succeeded
from ingest.web.outcomes import Fetched

TOLD_FIELDS: Final = frozenset({"missed_total", "missed_at", "moved_to", "move", "identity"})
"""Fields of the state that go with the events, or with the keys: written with the first entries, not with the last."""


@dataclass(frozen=True, kw_only=True)
class News:
    """``fresh`` are the entries to be taken, ``unknown`` how many of them were never seen before.

    ``known`` is whether any entry was; ``missed``, whether the document shares none with the one before.
    """

    entries: tuple[KeyedEntry, ...]
    fresh: tuple[KeyedEntry, ...]
    seen: Seen
    unknown: int
    known: bool
    missed: bool
    identity: str


def news_of(parsed: ParsedFeed, *, feed: FeedSource, state: FeedState, seen: Seen, rule: FullText) -> News:
    """``seen`` is the feed's memory; ``rule`` says which entries live by their page."""
    repairs = frozenset(state.identity.split())
    identified = identify(parsed.entries, rule=feed.identity, seen=seen, repairs=repairs)
    entries = stamped(identified.entries, rule)
    new = fresh(entries, seen)
    unknown = sum(one.record not in seen for one in new)
    return News(
        entries=entries,
        fresh=new,
        seen=seen,
        unknown=unknown,
        known=any(one.record in seen for one in entries),
        missed=unknown > 0 and overlap_lost(list(seen)[: state.entries], entries),
        identity=" ".join(sorted(identified.repairs)),
    )


def after_reading(
    state: FeedState, news: News, fetched: Fetched, parsed: ParsedFeed, at: Circumstances, *, more: bool
) -> Transition:
    """The state after a document that could be read, but for what its being taken decides; and what is to be told."""
    moved = redirected(state, fetched.hops, at, proof=news.known or not news.seen)
    rhythm = replace(moved.state.rhythm, ttl_seconds=parsed.ttl_seconds or 0, period_seconds=parsed.period_seconds or 0)
    after = succeeded(
        replace(moved.state, rhythm=rhythm),
        at,
        new=news.unknown,
        window=len(news.entries),
        validators=bool(fetched.etag or fetched.last_modified),
        fresh_for=fetched.fresh_for,
        missed=news.missed,
        more=more,
    )
    after = replace(after, whole_at=at.now, entries=len(news.entries), identity=news.identity)
    if not news.missed:
        return Transition(state=after, events=moved.events)
    event = missed_event(state, at, before=state.entries, window=len(news.entries))
    return Transition(state=after, events=(*moved.events, event))

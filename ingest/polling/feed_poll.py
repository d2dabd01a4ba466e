"""One poll of one feed: fetch, read, take what is new, and what the feed's state is after it.

Nothing is remembered of articles that the inbox did not take, so what is lost on the way the next poll finds again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from ingest.documents.entries import binary_sentence
from ingest.documents.entry import NotAFeed, ParsedFeed, SitemapIndex
from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import FeedSource
from ingest.polling.full_text import stamped, wants_page
from ingest.polling.identity import KeyedEntry, fresh, keyed
from ingest.polling.index_parts import IndexParts
from ingest.polling.intake import Intake, Taking
from ingest.polling.manners import mind_manners
from ingest.polling.page_round import PageCounts, PageRound
from ingest.polling.pages import Pages
from ingest.polling.schedule import INBOX_FULL_RETRY, INTERVAL_DEFAULT, next_poll_at, retry_after
from ingest.polling.state import FeedState, FeedStates
from ingest.web.fetcher import Fetcher
from ingest.web.outcomes import Fetched, FetchFailed, NotModified
from ingest.web.politeness import HostGate
from shared.logs import redact

log = structlog.get_logger()

PAGE_ROUND_SECONDS: Final = 600.0
ACCEPTED_MAX: Final = 1_000
"""New entries taken of one feed in one poll; the rest the next time."""

PollOutcome = Literal["polled", "unchanged", "failed", "inbox_full"]


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
class PagesToCome:
    """A poll that is done but for the ``waiting`` entries, which want their pages. ``report``: so far."""

    report: PollReport
    waiting: Sequence[KeyedEntry]
    taking: Taking


@dataclass(frozen=True, kw_only=True)
class PartsToCome:
    """A poll that met a sitemap index, whose parts are to be asked for."""

    feed: FeedSource
    state: FeedState
    fetched: Fetched
    index: SitemapIndex
    body_hash: bytes


Unfinished = PartsToCome | PagesToCome
"""What of a poll is to come, out of its domain's turn."""


class FeedPoll:
    """``now`` is the clock, ``chance`` a number between 0 and 1 that spreads the feeds.

    Without ``pages`` every entry is taken as the feed has it. ``page_round_seconds``: what a poll gives to its pages.
    """

    def __init__(
        self,
        *,
        intake: Intake,
        states: FeedStates,
        fetcher: Fetcher,
        reader: FeedReader,
        gate: HostGate,
        now: Callable[[], datetime],
        chance: Callable[[], float],
        pages: Pages | None = None,
        page_round_seconds: float = PAGE_ROUND_SECONDS,
    ) -> None:
        self._intake = intake
        self._states = states
        self._fetcher = fetcher
        self._reader = reader
        self._gate = gate
        self._now = now
        self._chance = chance
        self._pages = pages
        self._index_parts = IndexParts(fetcher=fetcher, reader=reader, gate=gate, now=now)
        self._page_round_seconds = page_round_seconds

    async def poll(self, feed: FeedSource) -> PollReport | Unfinished:
        """One poll of one feed, without waiting for anybody's turn. With what is then to come ``go_on`` goes on.

        Raises RedisError.
        """
        if not await self._intake.has_room():
            return self._no_room(feed, 0, 0)
        state = await self._states.load(feed.feed_id)
        if rest := self._gate.rest(feed.url):
            return await self._paused(feed, state, rest)
        outcome = await self._fetcher.fetch(
            feed.url, validators=state.validators(self._now()), headers=feed.headers, look=binary_sentence
        )
        mind_manners(self._gate, feed.url, outcome, now=self._now())
        match outcome:
            case FetchFailed():
                return await self._failed(feed, state, outcome)
            case NotModified(asked=asked):
                if not asked:
                    log.warning("feed.unasked_not_modified", url=redact(feed.url))
                return await self._unchanged(feed, state, "nothing new (304 Not Modified)")
            case Fetched():
                return await self._fetched(feed, state, outcome)

    async def _paused(self, feed: FeedSource, state: FeedState, rest: timedelta) -> PollReport:
        minutes = max(1, round(rest.total_seconds() / 60))
        sentence = f"not asked: its server wants rest or does not answer; again in {minutes} min"
        failure = FetchFailed(reason="host_paused", sentence=sentence)
        return await self._failed(feed, state, failure, not_before=rest, counted=False)

    async def _failed(
        self,
        feed: FeedSource,
        state: FeedState,
        failure: FetchFailed,
        *,
        not_before: timedelta | None = None,
        counted: bool = True,
        feed_links: tuple[str, ...] = (),
    ) -> PollReport:
        now = self._now()
        later = next_poll_at(
            now=now,
            interval=_interval(feed),
            failures=state.failures + counted,
            not_before=not_before or retry_after(failure.retry_after, now=now),
            chance=self._chance(),
        )
        changed = state.failed(
            now=now, next_poll_at=later, code=failure.code, sentence=failure.sentence, counted=counted
        )
        await self._states.write(feed.feed_id, changed.fields)
        return PollReport(
            feed=feed,
            outcome="failed",
            reason=failure.code,
            sentence=failure.sentence,
            feed_links=feed_links,
            next_poll_at=later,
        )

    async def _unchanged(self, feed: FeedSource, state: FeedState, sentence: str) -> PollReport:
        changed = self._succeeded(feed, state)
        await self._states.write(feed.feed_id, changed.fields)
        return PollReport(
            feed=feed,
            outcome="unchanged",
            sentence=sentence,
            entries=state.entries,
            next_poll_at=changed.next_poll_at,
        )

    def _succeeded(self, feed: FeedSource, state: FeedState) -> FeedState:
        now = self._now()
        later = next_poll_at(now=now, interval=_interval(feed), failures=0, chance=self._chance())
        return state.succeeded(now=now, next_poll_at=later)

    async def _fetched(self, feed: FeedSource, state: FeedState, fetched: Fetched) -> PollReport | Unfinished:
        body_hash = hashlib.blake2b(fetched.body, digest_size=16).digest()
        if body_hash == state.body_hash:
            current = replace(
                state, etag=fetched.etag or "", last_modified=fetched.last_modified or "", whole_at=self._now()
            )
            return await self._unchanged(feed, current, "nothing new (the same bytes as last time)")
        parsed = await self._reader.read_feed(fetched.body, url=fetched.url, content_type=fetched.content_type)
        if isinstance(parsed, SitemapIndex):
            return PartsToCome(feed=feed, state=state, fetched=fetched, index=parsed, body_hash=body_hash)
        if isinstance(parsed, NotAFeed):
            failure = FetchFailed(reason=parsed.reason, sentence=parsed.sentence)
            return await self._failed(feed, state, failure, feed_links=parsed.feed_links)
        return await self._take(feed, state, fetched, parsed, body_hash)

    async def _take(
        self, feed: FeedSource, state: FeedState, fetched: Fetched, parsed: ParsedFeed, body_hash: bytes
    ) -> PollReport | PagesToCome:
        rule = feed.full_text if self._pages else "never"
        entries = stamped(keyed(parsed.entries, rule=feed.identity), rule)
        seen = await self._states.seen(feed.feed_id)
        new = fresh(entries, seen)
        taken = new[-ACCEPTED_MAX:]
        waiting = [one for one in taken if wants_page(one, rule)]
        at_once = [one for one in taken if not wants_page(one, rule)]
        done = replace(
            self._succeeded(feed, state),
            etag=fetched.etag or "",
            last_modified=fetched.last_modified or "",
            body_hash=body_hash,
            whole_at=self._now(),
            entries=len(entries),
            accepted_total=state.accepted_total + len(at_once),
        )
        if not (parsed.whole and len(taken) == len(new)):
            done = _to_be_read_again(done)
        taking = Taking(taken=at_once, present=entries, seen=seen, done=done, more=bool(waiting))
        now = self._now()
        accepted = await self._intake.take(feed, taking, now=now)
        if accepted < len(at_once):
            return self._no_room(feed, accepted, len(entries))
        report = PollReport(
            feed=feed,
            outcome="polled",
            sentence=_polled_sentence(len(taken), len(entries), len(new), parsed.note),
            accepted=accepted,
            entries=len(entries),
            next_poll_at=done.next_poll_at,
        )
        if not waiting or self._pages is None:
            return report
        taking = replace(taking, taken=(), seen=taking.seen_after(accepted, now))
        return PagesToCome(report=report, waiting=waiting, taking=taking)

    async def go_on(self, begun: Unfinished) -> PollReport | Unfinished:
        """The poll's next step. To be called out of turn, because it waits for turns itself; pages may take minutes."""
        return await (self._parts(begun) if isinstance(begun, PartsToCome) else self._finish(begun))

    async def _parts(self, begun: PartsToCome) -> PollReport | PagesToCome:
        parsed = await self._index_parts.read(begun.feed, begun.index)
        if isinstance(parsed, FetchFailed):
            return await self._failed(begun.feed, begun.state, parsed)
        fetched, body_hash = begun.fetched, begun.body_hash
        if not begun.index.dated:  # an index that stays the same says nothing of its parts then
            fetched, body_hash = replace(fetched, etag=None, last_modified=None), b""
        return await self._take(begun.feed, begun.state, fetched, parsed, body_hash)

    async def _finish(self, begun: PagesToCome) -> PollReport:
        assert self._pages is not None
        feed = begun.report.feed
        pages = PageRound(
            feed=feed,
            waiting=begun.waiting,
            taking=begun.taking,
            pages=self._pages,
            intake=self._intake,
            now=self._now,
            seconds=self._page_round_seconds,
        )
        taking = await pages.run()
        counts = pages.counts
        accepted = begun.report.accepted + counts.accepted
        if pages.full:
            return self._no_room(feed, accepted, begun.report.entries)
        done = replace(taking.done, accepted_total=taking.done.accepted_total + counts.accepted)
        done = _to_be_read_again(done) if counts.owed or counts.left else done
        await self._intake.take(feed, replace(taking, done=done), now=self._now())
        return replace(begun.report, accepted=accepted, sentence=f"{begun.report.sentence}; {counts}", pages=counts)

    def _no_room(self, feed: FeedSource, accepted: int, entries: int) -> PollReport:
        later = self._now() + INBOX_FULL_RETRY
        return PollReport(
            feed=feed,
            outcome="inbox_full",
            reason="inbox_full",
            sentence="the inbox is full: the workers are behind or away; the rest is taken when there is room",
            accepted=accepted,
            entries=entries,
            next_poll_at=later,
        )


def _to_be_read_again(done: FeedState) -> FeedState:
    """Of a feed that was cut, not taken in whole, or whose pages are owed, nothing is stored that would make the server
    say "not modified" the next time: the rest would never arrive."""
    return replace(done, etag="", last_modified="", body_hash=b"")


def _interval(feed: FeedSource) -> timedelta:
    return INTERVAL_DEFAULT if feed.interval_minutes is None else timedelta(minutes=feed.interval_minutes)


def _polled_sentence(taken: int, entries: int, new: int, note: str | None) -> str:
    sentence = f"{taken} new of {entries} entries" if taken else f"nothing new among {entries} entries"
    if new > taken:
        sentence += f"; {new - taken} more the next time"
    return f"{sentence}; {note}" if note else sentence

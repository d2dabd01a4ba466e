"""One poll of one feed: fetch, read, take what is new, and what the feed's state is after it.

Nothing is remembered of articles that the inbox did not take, so what is lost on the way the next poll finds again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from ingest.documents.entries import binary_sentence
from ingest.documents.entry import NotAFeed, ParsedFeed, SitemapIndex
from ingest.documents.feed_reader import FeedReader
from ingest.feed_events import FeedEvent
from ingest.feedlist.sources import FeedSource
from ingest.polling.full_text import wants_page
from ingest.polling.index_parts import IndexParts
from ingest.polling.intake import Intake, Taking
from ingest.polling.manners import REFUSED, longest, mind_manners, rest_asked_for
from ingest.polling.news import TOLD_FIELDS, after_reading, news_of
from ingest.polling.page_round import PageRound
from ingest.polling.pages import Pages
from ingest.polling.poll_report import ElsewhereToAsk, PagesToCome, PartsToCome, PollReport, Unfinished, Visit
from ingest.polling.schedule import INBOX_FULL_RETRY
from ingest.polling.state import FeedState, FeedStates
from ingest.polling.transitions import Circumstances, enabled, failed, redirected, succeeded
from ingest.web.fetcher import Fetcher
from ingest.web.guard import same_origin
from ingest.web.outcomes import Fetched, FetchFailed, NotModified
from ingest.web.politeness import HostGate, registrable_domain
from shared.logs import redact

log = structlog.get_logger()

PAGE_ROUND_SECONDS: Final = 600.0
ACCEPTED_MAX: Final = 1_000
"""New entries taken of one feed in one poll; the rest the next time."""

DISABLED_LOOK: Final = timedelta(minutes=15)
"""A disabled feed is not asked, but looked at: its settings may have been changed."""


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
        self._hosts = states.hosts
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
        domain = registrable_domain(feed.url)
        before, manners = await self._states.load_beside(feed.feed_id, domain)
        if before.is_disabled(feed):
            return self._disabled(feed, before)
        state = enabled(before) if before.disabled else before
        visit = Visit(feed=feed, before=before, state=state, manners=manners)
        if registrable_domain(visit.address) != domain:
            return ElsewhereToAsk(visit=visit)
        return await self._ask(visit)

    async def _elsewhere(self, visit: Visit) -> PollReport | Unfinished:
        manners = await self._hosts.manners(registrable_domain(visit.address))
        async with self._gate.turn(visit.address):
            return await self._ask(replace(visit, manners=manners))

    async def _ask(self, visit: Visit) -> PollReport | Unfinished:
        feed, state = visit.feed, visit.state
        self._gate.slow_down(visit.address, visit.manners.pause)
        if rest := longest(self._gate.rest(visit.address), visit.manners.rest(self._now())):
            return await self._paused(visit, rest)
        outcome = await self._fetcher.fetch(
            visit.address,
            validators=state.validators(self._now()),
            headers=feed.headers if same_origin(visit.address, feed.url) else None,
            look=binary_sentence,
            rest_of=self._rest_of,
        )
        mind_manners(self._gate, visit.address, outcome, now=self._now())
        match outcome:
            case FetchFailed(reason="host_paused"):
                return await self._failed(visit, outcome, counted=False)
            case FetchFailed():
                return await self._failed(await self._rested(visit, outcome), outcome)
            case NotModified(asked=asked):
                if not asked:
                    log.warning("feed.unasked_not_modified", url=redact(feed.url))
                told = redirected(state, outcome.hops, self._at(visit), proof=False)
                sentence = "nothing new (304 Not Modified)"
                return await self._unchanged(replace(visit, state=told.state), sentence, outcome.fresh_for, told.events)
            case Fetched():
                return await self._fetched(visit, outcome)

    def _at(self, visit: Visit) -> Circumstances:
        return Circumstances(feed=visit.feed, now=self._now(), manners=visit.manners, chance=self._chance())

    async def _rest_of(self, url: str) -> timedelta | None:
        """For a redirect: whether its target may be asked."""
        manners = await self._hosts.manners(registrable_domain(url))
        return longest(self._gate.rest(url), manners.rest(self._now()))

    async def _rested(self, visit: Visit, failure: FetchFailed) -> Visit:
        """With what the server just asked for noted, for other pollers and the times after."""
        wait = rest_asked_for(failure, now=self._now())
        if wait is None:
            return visit
        last = failure.hops[-1].url if failure.hops else visit.address
        refused = wait if failure.status == REFUSED else None
        manners = await self._hosts.asked_for_rest(registrable_domain(last), until=self._now() + wait, refused=refused)
        return replace(visit, manners=manners) if last == visit.address else visit

    def _disabled(self, feed: FeedSource, state: FeedState) -> PollReport:
        return PollReport(
            feed=feed,
            outcome="disabled",
            sentence=f"not asked any more: {state.disabled}",
            reason="disabled",
            next_poll_at=self._now() + DISABLED_LOOK,
        )

    async def _paused(self, visit: Visit, rest: timedelta) -> PollReport:
        minutes = max(1, round(rest.total_seconds() / 60))
        sentence = f"not asked: its server wants rest or does not answer; again in {minutes} min"
        failure = FetchFailed(reason="host_paused", sentence=sentence)
        return await self._failed(visit, failure, counted=False, rest=rest)

    async def _failed(
        self,
        visit: Visit,
        failure: FetchFailed,
        *,
        rest: timedelta | None = None,
        counted: bool = True,
        feed_links: tuple[str, ...] = (),
    ) -> PollReport:
        feed = visit.feed
        told = failed(visit.state, failure, self._at(visit), counted=counted, rest=rest)
        await self._states.write(feed.feed_id, told.state.changes(visit.before), events=told.events)
        self._say(told.events)
        return PollReport(
            feed=feed,
            outcome="failed",
            reason=failure.code,
            sentence=failure.sentence,
            feed_links=feed_links,
            next_poll_at=told.state.next_poll_at,
        )

    async def _unchanged(
        self, visit: Visit, sentence: str, fresh_for: timedelta, events: Sequence[FeedEvent]
    ) -> PollReport:
        feed, state = visit.feed, visit.state
        done = succeeded(
            state, self._at(visit), window=state.entries, validators=state.has_validators, fresh_for=fresh_for
        )
        await self._states.write(feed.feed_id, done.changes(visit.before), events=events)
        self._say(events)
        return PollReport(
            feed=feed,
            outcome="unchanged",
            sentence=sentence,
            entries=state.entries,
            next_poll_at=done.next_poll_at,
        )

    def _say(self, events: Sequence[FeedEvent]) -> None:
        for event in events:
            log.warning(event.type, url=redact(event.url), feed=event.source, sentence=redact(event.reason))

    async def _fetched(self, visit: Visit, fetched: Fetched) -> PollReport | Unfinished:
        body_hash = hashlib.blake2b(fetched.body, digest_size=16).digest()
        if body_hash == visit.state.body_hash:
            told = redirected(visit.state, fetched.hops, self._at(visit), proof=True)
            current = replace(
                told.state, etag=fetched.etag or "", last_modified=fetched.last_modified or "", whole_at=self._now()
            )
            sentence = "nothing new (the same bytes as last time)"
            return await self._unchanged(replace(visit, state=current), sentence, fetched.fresh_for, told.events)
        parsed = await self._reader.read_feed(fetched.body, url=fetched.url, content_type=fetched.content_type)
        if isinstance(parsed, SitemapIndex):
            return PartsToCome(visit=visit, fetched=fetched, index=parsed, body_hash=body_hash)
        if isinstance(parsed, NotAFeed):
            failure = FetchFailed(reason=parsed.reason, sentence=parsed.sentence)
            return await self._failed(visit, failure, feed_links=parsed.feed_links)
        return await self._take(visit, fetched, parsed, body_hash)

    async def _take(
        self, visit: Visit, fetched: Fetched, parsed: ParsedFeed, body_hash: bytes
    ) -> PollReport | PagesToCome:
        feed = visit.feed
        rule = feed.full_text if self._pages else "never"
        news = news_of(parsed, feed=feed, state=visit.state, seen=await self._states.seen(feed.feed_id), rule=rule)
        taken = news.fresh[-ACCEPTED_MAX:]
        left = len(news.fresh) - len(taken)
        waiting = [one for one in taken if wants_page(one, rule)]
        at_once = [one for one in taken if not wants_page(one, rule)]
        told = after_reading(visit.state, news, fetched, parsed, self._at(visit), more=left > 0)
        done = replace(
            told.state,
            etag=fetched.etag or "",
            last_modified=fetched.last_modified or "",
            body_hash=body_hash,
            accepted_total=visit.state.accepted_total + len(at_once),
            left=left,
        )
        if left or not parsed.whole:
            done = _to_be_read_again(done)
        taking = Taking(
            taken=at_once,
            present=news.entries,
            seen=news.seen,
            done=done,
            before=visit.before,
            events=told.events,
            told=TOLD_FIELDS,
            more=bool(waiting),
        )
        now = self._now()
        accepted = await self._intake.take(feed, taking, now=now)
        if accepted < len(at_once):
            return self._no_room(feed, accepted, len(news.entries))
        self._say(told.events)
        report = PollReport(
            feed=feed,
            outcome="polled",
            sentence=_polled_sentence(len(taken), len(news.entries), len(news.fresh), parsed.note),
            accepted=accepted,
            entries=len(news.entries),
            next_poll_at=done.next_poll_at,
        )
        if not waiting or self._pages is None:
            return report
        return PagesToCome(report=report, waiting=waiting, taking=taking.rest(accepted, now))

    async def go_on(self, begun: Unfinished) -> PollReport | Unfinished:
        """The poll's next step. To be called out of turn, because it waits for turns itself; pages may take minutes."""
        match begun:
            case ElsewhereToAsk():
                return await self._elsewhere(begun.visit)
            case PartsToCome():
                return await self._parts(begun)
            case PagesToCome():
                return await self._finish(begun)

    async def _parts(self, begun: PartsToCome) -> PollReport | PagesToCome:
        parsed = await self._index_parts.read(begun.visit.feed, begun.index)
        if isinstance(parsed, FetchFailed):
            return await self._failed(begun.visit, parsed)
        fetched, body_hash = begun.fetched, begun.body_hash
        if not begun.index.dated:  # an index that stays the same says nothing of its parts then
            fetched, body_hash = replace(fetched, etag=None, last_modified=None), b""
        return await self._take(begun.visit, fetched, parsed, body_hash)

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


def _polled_sentence(taken: int, entries: int, new: int, note: str | None) -> str:
    sentence = f"{taken} new of {entries} entries" if taken else f"nothing new among {entries} entries"
    if new > taken:
        sentence += f"; {new - taken} more the next time"
    return f"{sentence}; {note}" if note else sentence

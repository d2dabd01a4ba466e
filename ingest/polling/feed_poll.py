"""One poll of one feed: fetch, read, take what is new, and what the feed's state is after it.

Nothing is remembered of articles that the inbox did not take, so what is lost on the way the next poll finds again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from ingest.documents.entries import binary_sentence
from ingest.documents.entry import NotAFeed, ParsedFeed
from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import FeedSource
from ingest.polling.identity import fresh, keyed
from ingest.polling.intake import Intake, Taking
from ingest.polling.schedule import INBOX_FULL_RETRY, INTERVAL_DEFAULT, RETRY_AFTER_MIN, next_poll_at, retry_after
from ingest.polling.state import FeedState, FeedStates
from ingest.web.fetcher import Fetcher
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome, NotModified
from ingest.web.politeness import HostGate
from shared.logs import redact

log = structlog.get_logger()

ACCEPTED_MAX: Final = 1_000
"""New entries taken of one feed in one poll; the rest the next time."""

_SILENCES: Final = frozenset({"connect_timeout", "read_timeout", "deadline", "dns_timeout"})

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


class FeedPoll:
    """``now`` is the clock, ``chance`` a number between 0 and 1 that spreads the feeds."""

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
    ) -> None:
        self._intake = intake
        self._states = states
        self._fetcher = fetcher
        self._reader = reader
        self._gate = gate
        self._now = now
        self._chance = chance

    async def poll(self, feed: FeedSource) -> PollReport:
        """One poll of one feed, without waiting for anybody's turn. Raises RedisError."""
        if not await self._intake.has_room():
            return self._no_room(feed, 0, 0)
        state = await self._states.load(feed.feed_id)
        if rest := self._gate.rest(feed.url):
            return await self._paused(feed, state, rest)
        outcome = await self._fetcher.fetch(
            feed.url, validators=state.validators(self._now()), headers=feed.headers, look=binary_sentence
        )
        self._mind_manners(feed, outcome)
        match outcome:
            case FetchFailed():
                return await self._failed(feed, state, outcome)
            case NotModified(asked=asked):
                if not asked:
                    log.warning("feed.unasked_not_modified", url=redact(feed.url))
                return await self._unchanged(feed, state, "nothing new (304 Not Modified)")
            case Fetched():
                return await self._fetched(feed, state, outcome)

    def _mind_manners(self, feed: FeedSource, outcome: FetchOutcome) -> None:
        failed = outcome if isinstance(outcome, FetchFailed) else None
        self._gate.answered(feed.url, silent=failed is not None and failed.reason in _SILENCES)
        if failed is not None and failed.status in (429, 503):
            wait = retry_after(failed.retry_after, now=self._now())
            if wait is None and failed.status == 429:
                wait = RETRY_AFTER_MIN
            if wait is not None:
                self._gate.asked_for_rest(feed.url, wait)

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

    async def _fetched(self, feed: FeedSource, state: FeedState, fetched: Fetched) -> PollReport:
        body_hash = hashlib.blake2b(fetched.body, digest_size=16).digest()
        if body_hash == state.body_hash:
            current = replace(
                state, etag=fetched.etag or "", last_modified=fetched.last_modified or "", whole_at=self._now()
            )
            return await self._unchanged(feed, current, "nothing new (the same bytes as last time)")
        parsed = await self._reader.read_feed(fetched.body, url=fetched.url, content_type=fetched.content_type)
        if isinstance(parsed, NotAFeed):
            failure = FetchFailed(reason=parsed.reason, sentence=parsed.sentence)
            return await self._failed(feed, state, failure, feed_links=parsed.feed_links)
        return await self._take(feed, state, fetched, parsed, body_hash)

    async def _take(
        self, feed: FeedSource, state: FeedState, fetched: Fetched, parsed: ParsedFeed, body_hash: bytes
    ) -> PollReport:
        entries = keyed(parsed.entries, rule=feed.identity)
        seen = await self._states.seen(feed.feed_id)
        new = fresh(entries, seen)
        taken = new[-ACCEPTED_MAX:]
        whole = parsed.whole and len(taken) == len(new)
        done = replace(
            self._succeeded(feed, state),
            # Of a feed that was cut, or not taken in whole, nothing is stored that would make the server say
            # "not modified" the next time: the rest would never arrive.
            etag=(fetched.etag or "") if whole else "",
            last_modified=(fetched.last_modified or "") if whole else "",
            body_hash=body_hash if whole else b"",
            whole_at=self._now(),
            entries=len(entries),
            accepted_total=state.accepted_total + len(taken),
        )
        accepted = await self._intake.take(
            feed, Taking(taken=taken, present=entries, seen=seen, done=done), now=self._now()
        )
        if accepted < len(taken):
            return self._no_room(feed, accepted, len(entries))
        return PollReport(
            feed=feed,
            outcome="polled",
            sentence=_polled_sentence(len(taken), len(entries), len(new), parsed.note),
            accepted=accepted,
            entries=len(entries),
            next_poll_at=done.next_poll_at,
        )

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


def _interval(feed: FeedSource) -> timedelta:
    return INTERVAL_DEFAULT if feed.interval_minutes is None else timedelta(minutes=feed.interval_minutes)


def _polled_sentence(taken: int, entries: int, new: int, note: str | None) -> str:
    sentence = f"{taken} new of {entries} entries" if taken else f"nothing new among {entries} entries"
    if new > taken:
        sentence += f"; {new - taken} more the next time"
    return f"{sentence}; {note}" if note else sentence

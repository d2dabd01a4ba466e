"""Polls the feeds of a list: each once, or each when it is due; politely, and each one's trouble its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from redis.exceptions import RedisError

from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import FeedSource
from ingest.polling.feed_poll import PAGE_ROUND_SECONDS, FeedPoll
from ingest.polling.intake import Intake, TakesArticles
from ingest.polling.leases import Leases
from ingest.polling.pages import Pages
from ingest.polling.poll_report import PagesToCome, PollReport, Unfinished
from ingest.polling.pulse import PollerPulse
from ingest.polling.roster import Roster
from ingest.polling.schedule import RETRY_AFTER_MIN
from ingest.polling.state import FeedStates
from ingest.web.fetcher import Fetcher
from ingest.web.politeness import HostGate, registrable_domain
from ingest.web.robots import Robots
from shared.logs import redact

log = structlog.get_logger()

STOP_GRACE_SECONDS: Final = 8.0
_LOOK_ROUND_SECONDS: Final = 30.0
_REDIS_PAUSE_SECONDS: Final = 1.0
_MOMENT_SECONDS: Final = 0.02
_NO_ROOM_SECONDS: Final = 1.0
"""As many polls are under way as may be: the end of one wakes the loop, so asking Redis sooner gives nothing."""

_UNKNOWN_FEED_SECONDS: Final = 30.0
"""A claimed feed that is not on our list is another poller's, which has a newer one; it is handed back for so long."""

OnReport = Callable[[PollReport], None]
OnPages = Callable[[PagesToCome], None]
"""Told when a poll's entries are known and their pages are to come, which may take minutes."""
Wait = Callable[[asyncio.Event, float, bool], Awaitable[None]]
"""Waits for the event, at most so many seconds; the flag says that no poll is under way (for clocks of trials)."""


@dataclass(frozen=True, kw_only=True)
class PageAccess:
    """How articles' pages are got: their clients, the pause between two of one domain, the time one poll gives them."""

    fetcher: Fetcher
    robots_fetcher: Fetcher
    pause_seconds: float = 5
    round_seconds: float = PAGE_ROUND_SECONDS
    concurrency: int = 50


class Poller:
    """``concurrency`` bounds the polls under way; ``host_pause_seconds`` lies between two to one registrable domain.

    ``inbox_patience_seconds``: how long a poll waits for room in a full inbox before it gives the feed up until later.
    Pollers that share a Redis share the feeds: each asks for what no other is at.
    """

    def __init__(
        self,
        *,
        inbox: TakesArticles,
        states: FeedStates,
        leases: Leases,
        fetcher: Fetcher,
        reader: FeedReader,
        concurrency: int = 100,
        host_pause_seconds: float = 2,
        inbox_patience_seconds: float = 60,
        pages: PageAccess | None = None,
        pulse: PollerPulse | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
        wait: Wait | None = None,
    ) -> None:
        self._leases = leases
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._host_pause_seconds = host_pause_seconds
        self._gate = HostGate(
            pause_seconds=host_pause_seconds,
            page_pause_seconds=pages.pause_seconds if pages else host_pause_seconds,
            holds=leases,
        )
        self._roster = Roster(leases=leases, states=states, now=now, chance=chance)
        self._wait = wait or _wait
        self._pulse = pulse
        self._asking = 0
        self._at_pages: set[asyncio.Task[Any]] = set()
        self._now = now
        self._wake = asyncio.Event()
        self._one = FeedPoll(
            intake=Intake(inbox=inbox, states=states, patience_seconds=inbox_patience_seconds),
            states=states,
            fetcher=fetcher,
            reader=reader,
            gate=self._gate,
            now=now,
            chance=chance,
            pages=_pages(pages, self._gate, now) if pages else None,
            page_round_seconds=pages.round_seconds if pages else PAGE_ROUND_SECONDS,
        )

    async def once(
        self,
        feeds: Sequence[FeedSource],
        *,
        on_report: OnReport | None = None,
        on_pages: OnPages | None = None,
    ) -> list[PollReport]:
        """Polls every enabled feed now, whatever its schedule; one report each, as they come."""
        enabled = [feed for feed in feeds if feed.enabled]
        async with self._leased():
            return list(await asyncio.gather(*(self._report(feed, on_report, on_pages) for feed in enabled)))

    async def run(
        self,
        feeds: Callable[[], Sequence[FeedSource]],
        *,
        stop: asyncio.Event,
        on_report: OnReport | None = None,
    ) -> None:
        """Polls each feed when it is due until ``stop`` is set, then ends within 8 s. It asks ``feeds`` time and again.

        Polls under way get the time to finish; what is cut off then has left nothing half-written, and its leases are
        given back.
        """
        running: set[asyncio.Task[PollReport]] = set()
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._wake.set())
        async with self._leased():
            try:
                while not stop.is_set():
                    self._wake.clear()
                    self._roster.read(feeds())
                    if not running:
                        await self._leases.settled()  # what was given back last may be due already
                    seconds = await self._start_what_is_due(running, on_report)
                    await self._wait(self._wake, min(seconds, _LOOK_ROUND_SECONDS), not running)
                    if running:  # one claim for all polls that end within a moment
                        await asyncio.sleep(_MOMENT_SECONDS)
            finally:
                stopping.cancel()
                for task in self._at_pages:
                    task.cancel()  # entries that wait for their pages are not accepted yet: the next start finds them
                await _finish(running)
                await self._sign_off()

    async def _sign_off(self) -> None:
        if self._pulse:
            try:
                await self._pulse.sign_off()
            except RedisError as error:
                log.warning("poller.not_signed_off", error=redact(str(error)))

    def look_round(self) -> None:
        """Makes ``run`` look at its list and its clock at once, instead of within half a minute."""
        self._wake.set()

    @contextlib.asynccontextmanager
    async def _leased(self) -> AsyncIterator[None]:
        keeping = asyncio.create_task(self._leases.keep())
        try:
            yield
        finally:
            keeping.cancel()
            await self._leases.close(rest_seconds=self._host_pause_seconds)

    async def _start_what_is_due(self, running: set[asyncio.Task[PollReport]], on_report: OnReport | None) -> float:
        """Seconds until there may be more to do."""
        try:
            # As many again as can be asked at once: when a slot is free, the next feed is there.
            room = 2 * self._concurrency - self._asking
            claim = await self._leases.claim(room)
            if await self._roster.post(claim.list_digest):
                self._wake.set()
            if self._pulse:
                await self._pulse.looked(claim, feeds=len(self._roster.listed))
        except RedisError as error:
            log.warning("poller.redis_unreachable", error=redact(str(error)))
            await asyncio.sleep(_REDIS_PAUSE_SECONDS)
            return 0
        for feed_id in claim.feed_ids:
            if feed := self._roster.listed.get(feed_id):
                self._start(feed, running, on_report)
            else:
                self._leases.hand_back(feed_id, _UNKNOWN_FEED_SECONDS)
        if claim.wait_seconds is None:
            return _LOOK_ROUND_SECONDS
        return max(claim.wait_seconds, _NO_ROOM_SECONDS if len(claim.feed_ids) >= room else _MOMENT_SECONDS)

    def _start(self, feed: FeedSource, running: set[asyncio.Task[PollReport]], on_report: OnReport | None) -> None:
        def finished(task: asyncio.Task[PollReport]) -> None:
            running.discard(task)
            if not task.cancelled() and (error := task.exception()):
                log.error("feed.report_raised", url=redact(feed.url), exc_info=error)
                self._polled(feed, self._now() + RETRY_AFTER_MIN)
            self._wake.set()

        task = asyncio.create_task(self._report(feed, on_report))
        task.add_done_callback(finished)
        running.add(task)

    def _polled(self, feed: FeedSource, later: datetime) -> None:
        wait = (later - self._now()).total_seconds()
        self._leases.polled(feed.feed_id, registrable_domain(feed.url), wait)

    async def _report(
        self, feed: FeedSource, on_report: OnReport | None, on_pages: OnPages | None = None
    ) -> PollReport:
        started = time.monotonic()
        begun = await self._safely(feed, self._ask(feed))
        # Out of the domain's turn and without a slot: getting pages holds up no feed.
        while not isinstance(begun, PollReport):
            if isinstance(begun, PagesToCome) and on_pages is not None:
                on_pages(begun)
            begun = await self._go_on(begun, feed)
        report = replace(begun, seconds=time.monotonic() - started)
        self._polled(feed, report.next_poll_at or self._now() + RETRY_AFTER_MIN)
        _tell(report)
        if self._pulse:
            self._pulse.ended(report.outcome)
        if on_report is not None:
            on_report(report)
        return report

    async def _ask(self, feed: FeedSource) -> PollReport | Unfinished:
        self._asking += 1
        try:
            async with self._gate.turn(feed.url), self._slots:
                return await self._one.poll(feed)
        finally:
            self._asking -= 1
            self._wake.set()

    async def _go_on(self, begun: Unfinished, feed: FeedSource) -> PollReport | Unfinished:
        task = asyncio.current_task()
        assert task is not None
        if isinstance(begun, PagesToCome):
            self._at_pages.add(task)
        try:
            return await self._safely(feed, self._one.go_on(begun))
        finally:
            self._at_pages.discard(task)

    async def _safely(
        self, feed: FeedSource, step: Coroutine[Any, Any, PollReport | Unfinished]
    ) -> PollReport | Unfinished:
        try:
            return await step
        except RedisError as error:
            sentence = f"the inbox cannot be reached ({redact(str(error))[:120]}); the feed is polled again later"
            return self._given_up(feed, "inbox_unreachable", sentence)
        except Exception as error:
            log.exception("feed.poll_raised", url=redact(feed.url))
            return self._given_up(feed, "internal_error", f"a defect of Copydesk ({type(error).__name__}); see its log")

    def _given_up(self, feed: FeedSource, reason: str, sentence: str) -> PollReport:
        later = self._now() + RETRY_AFTER_MIN
        return PollReport(feed=feed, outcome="failed", reason=reason, sentence=sentence, next_poll_at=later)


def _tell(report: PollReport) -> None:
    if report.outcome == "unchanged" and not logging.getLogger().isEnabledFor(logging.DEBUG):
        return  # nine polls in ten: neither worth a line nor its making
    level = log.debug if report.outcome == "unchanged" else log.info
    level(
        "feed.polled",
        feed=report.feed.shown_name,
        url=redact(report.feed.url),
        outcome=report.outcome,
        reason=report.reason,
        entries=report.entries,
        accepted=report.accepted,
        seconds=round(report.seconds, 3),
        **({"pages": report.pages.fetched, "without_page": dict(report.pages.without)} if report.pages else {}),
        sentence=report.sentence,
    )


def _pages(access: PageAccess, gate: HostGate, now: Callable[[], datetime]) -> Pages:
    robots = Robots(fetcher=access.robots_fetcher, turn=gate.page_turn)
    return Pages(fetcher=access.fetcher, robots=robots, gate=gate, now=now, concurrency=access.concurrency)


async def _wait(event: asyncio.Event, seconds: float, _idle: bool) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


async def _finish(tasks: Iterable[asyncio.Task[PollReport]]) -> None:
    running = list(tasks)
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=STOP_GRACE_SECONDS)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)

"""Polls of one feed over days and weeks: its server and its clock are the test's, all between them is real."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis

from ingest.documents.content_digest import content_digest
from ingest.documents.entry import Entry, NotAFeed, ParsedFeed
from ingest.feed_events import FEED_EVENTS
from ingest.feedlist.sources import FeedSource
from ingest.polling.feed_poll import FeedPoll
from ingest.polling.intake import Intake
from ingest.polling.poll_report import ElsewhereToAsk, PollReport
from ingest.polling.state import FeedState, FeedStates
from ingest.web.fetcher import RestOf, Validators
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome, Hop, NotModified
from ingest.web.politeness import HostGate
from tests.ingest.fakes import FakeInbox

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEED = FeedSource(url="https://harbour.example/rss", name="Harbour")
NEW = "https://elsewhere.example/rss"
WORDS = ["alder", "birch", "cedar", "elder", "fir", "hazel", "larch", "maple", "oak", "pine"]


def notice(number: int, *, day: str = "") -> Entry:
    words = " ".join(WORDS[int(digit)] for digit in f"{number:06d}")
    text = f"The harbour of {words} opens again.{day}"
    title = f"Notice {number}"
    return Entry(
        guid=f"n{number}",
        link=f"https://harbour.example/{number}",
        title=title,
        body=text,
        content_digest=content_digest(title=title, body=text, summary=None),
    )


@dataclass
class Server:
    """A feed with the newest ``window`` of what was published by now; ``answer`` may stand in for it."""

    now: datetime = START
    every: timedelta = HOUR
    begun: datetime = START - 30 * DAY
    window: int = 30
    restless: bool = False
    """Other bytes each time, and no validators."""

    answer: Callable[[str], FetchOutcome | None] = lambda _url: None
    asked: list[tuple[datetime, str, bool]] = field(default_factory=list)
    headers: list[object] = field(default_factory=list)
    entry: Callable[[int], Entry] = notice

    def numbers(self) -> range:
        latest = (self.now - self.begun) // self.every
        return range(latest, max(latest - self.window, -1), -1)

    async def fetch(
        self, url: str, *, validators: Validators, headers: object, rest_of: RestOf, **_: object
    ) -> FetchOutcome:
        self.asked.append((self.now, url, bool(validators.headers)))
        self.headers.append(headers)
        stood_in = self.answer(url)
        if isinstance(stood_in, FetchFailed | NotModified):
            return stood_in
        if stood_in and await rest_of(stood_in.url):  # as the fetcher does with each redirect
            return FetchFailed(reason="host_paused", sentence="it redirects to a server that wants rest")
        etag = f'"{self.numbers()[0]}"'
        if validators.etag == etag:
            return NotModified(hops=stood_in.hops if stood_in else ())
        body = json.dumps(list(self.numbers())).encode() + b" " * (len(self.asked) if self.restless else 0)
        return Fetched(
            url=url,
            body=body,
            content_type=None,
            etag=None if self.restless else etag,
            last_modified=None,
            hops=stood_in.hops if stood_in else (),
        )

    async def read_feed(self, data: bytes, **_: object) -> ParsedFeed | NotAFeed:
        return ParsedFeed(kind="rss20", entries=tuple(self.entry(number) for number in json.loads(data)))


@dataclass
class Desk:
    server: Server
    redis: FakeAsyncRedis
    feed: FeedSource = FEED

    def __post_init__(self) -> None:
        self.states = FeedStates(self.redis)
        self.inbox = FakeInbox(self.redis)
        self.restart()

    def restart(self) -> None:
        """Another process: nothing is left but what Redis holds."""
        self.polls = FeedPoll(
            intake=Intake(inbox=self.inbox, states=self.states, patience_seconds=0),
            states=self.states,
            fetcher=self.server,  # type: ignore[arg-type]
            reader=self.server,  # type: ignore[arg-type]
            gate=HostGate(pause_seconds=0),
            now=lambda: self.server.now,
            chance=lambda: 0.0,
        )

    async def poll(self) -> PollReport:
        begun = await self.polls.poll(self.feed)
        while not isinstance(begun, PollReport):
            assert isinstance(begun, ElsewhereToAsk)
            begun = await self.polls.go_on(begun)
        return begun

    async def live(self, span: timedelta) -> list[PollReport]:
        """Polls when it is due, for so long."""
        reports, end = [], self.server.now + span
        while self.server.now < end:
            reports.append(await self.poll())
            assert reports[-1].next_poll_at is not None
            assert reports[-1].next_poll_at > self.server.now
            self.server.now = reports[-1].next_poll_at
        return reports

    async def state(self) -> FeedState:
        return await self.states.load(self.feed.feed_id)

    async def events(self) -> list[tuple[str, dict[str, str]]]:
        """Types and data; first those that were told with entries."""
        with_entries = [event.parts for event in self.inbox.events]
        told: Any = await self.redis.xrange(FEED_EVENTS)
        return [
            *((kind, json.loads(data)) for _, kind, _, data in with_entries),
            *((fields[b"type"].decode(), json.loads(fields[b"data"])) for _, fields in told),
        ]

    def taken(self) -> list[str]:
        return [raw.entry_key for raw in self.inbox.accepted]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    redis = FakeAsyncRedis()
    yield Desk(Server(), redis)
    await redis.aclose()


def waits(reports: list[PollReport]) -> list[float]:
    times = [report.next_poll_at for report in reports if report.next_poll_at]
    return [(later - earlier) / HOUR * 60 for earlier, later in pairwise(times)]


def redirect(status: int, url: str) -> Fetched:
    return Fetched(
        url=url, body=b"x", content_type=None, etag=None, last_modified=None, hops=(Hop(status=status, url=url),)
    )


async def test_an_hourly_feed_is_asked_each_half_hour_and_nothing_is_missed_or_taken_twice(
    desk: Desk,
) -> None:
    reports = await desk.live(5 * DAY)
    assert all(28 <= wait <= 35 for wait in waits(reports)[40:])
    assert len(set(desk.taken())) == len(desk.taken()) == 29 + 5 * 24
    assert (await desk.state()).missed_total == 0
    assert 20 <= (await desk.state()).entries_per_day(desk.server.now) <= 28
    assert len(await desk.redis.hgetall("copydesk:feed:" + FEED.feed_id)) < 25
    assert await desk.events() == []


async def test_a_feed_that_ends_is_asked_twice_a_day(desk: Desk) -> None:
    await desk.live(3 * DAY)
    latest = desk.server.now
    desk.server.numbers = lambda: range(900, 870, -1)  # type: ignore[method-assign]
    reports = await desk.live(20 * DAY)
    assert waits(reports)[-1] == 720
    whole = [now for now, _, conditional in desk.server.asked if now > latest + DAY and not conditional]
    assert 18 <= len(whole) <= 20  # once a day it is asked without conditions, whatever it says to them


async def test_a_feed_that_grows_fast_is_missed_once_or_twice_told_and_caught_up_with(desk: Desk) -> None:
    desk.server.every = 12 * HOUR
    await desk.live(10 * DAY)
    before = (desk.server.now - desk.server.begun) // desk.server.every
    first = before + 1
    desk.server.begun = desk.server.now - first * timedelta(minutes=2)
    desk.server.every = timedelta(minutes=2)  # 30 an hour, from one hour to the next
    desk.server.window = 20
    reports = await desk.live(1 * DAY)
    state = await desk.state()
    assert 1 <= state.missed_total <= 4
    told = await desk.events()
    assert [kind for kind, _ in told] == ["feed.missed"] * state.missed_total
    assert told[0][1]["source"] == "Harbour"
    assert "what came between was missed" in told[0][1]["reason"]
    assert all(wait <= 20 for wait in waits(reports)[12:])
    last = [int(key.removeprefix("n")) for key in desk.taken()][-400:]
    assert sorted(last) == list(range(min(last), max(last) + 1))


async def test_a_flood_of_renamed_entries_is_none(desk: Desk) -> None:
    await desk.live(3 * DAY)
    count = len(desk.taken())
    plain = desk.server.entry
    desk.server.entry = lambda number: replace(plain(number), guid=f"urn:new:{number}")
    await desk.live(1 * DAY)
    assert 20 <= len(desk.taken()) - count <= 30
    desk.server.entry = lambda number: replace(
        plain(number), guid=f"urn:new:{number}", link=f"http://moved.example/{number}"
    )
    count = len(desk.taken())
    await desk.live(1 * DAY)
    assert 20 <= len(desk.taken()) - count <= 30
    assert (await desk.state()).missed_total == 0


async def test_a_counter_in_every_entry_brings_no_revisions(desk: Desk) -> None:
    desk.server.every, desk.server.restless = 400 * DAY, True
    desk.server.begun = START - 40 * desk.server.every
    counts = iter(range(1_000_000))

    def counting(number: int) -> Entry:
        plain = notice(number)
        body = f"{plain.body} <p>{next(counts)} comments</p>"
        return replace(plain, content_digest=content_digest(title=plain.title, body=body, summary=None))

    desk.server.entry = counting
    reports = await desk.live(10 * DAY)
    assert {report.outcome for report in reports} == {"polled"}
    assert next(counts) > 300
    assert len(desk.taken()) == 30


async def test_a_permanent_redirect_is_adopted_after_days_and_undone_when_the_new_place_fails(desk: Desk) -> None:
    desk.feed = replace(FEED, headers={"X-Key": "secret"})
    desk.server.answer = lambda url: redirect(301, NEW) if url == FEED.url else None
    await desk.live(2 * DAY)
    assert (await desk.state()).moved_to == ""
    await desk.live(4 * DAY)
    assert (await desk.state()).moved_to == NEW
    assert desk.server.asked[-1][1] == NEW
    assert (desk.server.headers[0], desk.server.headers[-1]) == ({"X-Key": "secret"}, None)
    assert desk.inbox.accepted[-1].source_key == f"feed:{FEED.url}"

    down = FetchFailed(reason="http_status", status=502, sentence="the server has trouble of its own (502 Bad Gateway)")
    desk.server.answer = lambda url: down if url == NEW else None
    reports = await desk.live(1 * DAY)
    assert [report.outcome for report in reports[:4]] == ["failed", "failed", "failed", "polled"]
    assert desk.server.asked[-1][1] == FEED.url
    events = await desk.events()
    assert [kind for kind, _ in events] == ["feed.moved", "feed.moved"]
    assert len(set(desk.taken())) == len(desk.taken())


async def test_a_maintenance_page_behind_a_permanent_redirect_takes_nothing_over(desk: Desk) -> None:
    await desk.live(1 * DAY)
    desk.server.answer = lambda _url: redirect(301, "https://harbour.example/maintenance")

    async def read(_data: bytes, **_: object) -> ParsedFeed | NotAFeed:
        return NotAFeed(sentence="this is a web page, not a feed")

    kept = desk.server.read_feed
    desk.server.read_feed = read  # type: ignore[method-assign, assignment]
    await desk.live(10 * DAY)
    assert (await desk.state()).move is None
    assert (await desk.state()).moved_to == ""
    desk.server.read_feed, desk.server.answer = kept, lambda _url: None  # type: ignore[method-assign]
    await desk.live(1 * DAY)
    assert (await desk.state()).failures == 0


async def test_another_feed_behind_a_permanent_redirect_takes_nothing_over(desk: Desk) -> None:
    await desk.live(1 * DAY)
    desk.server.answer = lambda _url: redirect(301, NEW)
    others = hashlib.sha256(b"parked").hexdigest()
    desk.server.entry = lambda number: Entry(
        guid=f"{others}{number}",
        link=f"https://casino.example/{number}",
        title=f"Win {number}",
        content_digest=bytes(8),
    )
    # Its entries are new each time, so none of them proves that the feed lives there.
    desk.server.every = timedelta(minutes=1)
    desk.feed = replace(FEED, interval_minutes=600)
    await desk.live(6 * DAY)
    state = await desk.state()
    assert (state.moved_to, state.move) == ("", None)


async def test_a_feed_that_is_gone_is_disabled_on_the_third_day_and_asked_again_when_its_settings_change(
    desk: Desk,
) -> None:
    gone = FetchFailed(reason="http_status", status=410, sentence="the feed is gone for good (410 Gone)")
    desk.server.answer = lambda _url: gone
    reports = await desk.live(5 * DAY)
    assert reports[-1].outcome == "disabled"
    assert reports[-1].sentence.startswith("not asked any more: the feed is gone for good (410 Gone), said on 3 days")
    assert [kind for kind, _ in await desk.events()] == ["feed.disabled"]
    asked = len(desk.server.asked)
    await desk.live(2 * DAY)
    assert len(desk.server.asked) == asked

    desk.server.answer = lambda _url: None
    desk.feed = replace(FEED, name="Harbour News")
    assert (await desk.poll()).outcome == "polled"
    assert not (await desk.state()).disabled


async def test_a_429_rests_its_domain_through_a_restart_and_is_remembered(desk: Desk) -> None:
    busy = FetchFailed(reason="http_status", status=429, sentence="less often", retry_after="7200")
    desk.server.answer = lambda _url: busy
    assert (await desk.poll()).next_poll_at == START + 2 * HOUR
    desk.restart()
    desk.server.answer = lambda _url: None
    desk.feed = replace(FEED, url="https://www.harbour.example/other.xml")
    paused = await desk.poll()
    assert (paused.reason, paused.next_poll_at, len(desk.server.asked)) == ("host_paused", START + 2 * HOUR, 1)
    desk.server.now = START + 2 * HOUR
    reports = await desk.live(5 * DAY)
    assert {report.outcome for report in reports} <= {"polled", "unchanged"}
    assert min(waits(reports)) >= 120
    assert desk.polls._gate._pause(desk.polls._gate._domain(desk.feed.url)) == 4


async def test_a_503_rests_for_once(desk: Desk) -> None:
    trouble = FetchFailed(reason="http_status", status=503, sentence="trouble", retry_after="7200")
    desk.server.answer = lambda _url: trouble
    assert (await desk.poll()).next_poll_at == START + 2 * HOUR
    desk.server.answer = lambda _url: None
    desk.server.now = START + 2 * HOUR
    desk.restart()
    assert min(waits(await desk.live(1 * DAY))) <= 30


async def test_a_redirect_into_a_domain_that_rests_is_no_failure_of_the_feed(desk: Desk) -> None:
    await desk.states.hosts.asked_for_rest("elsewhere.example", until=START + 3 * HOUR, refused=None)
    desk.server.answer = lambda url: redirect(302, NEW) if url == FEED.url else None
    assert (await desk.poll()).reason == "host_paused"
    assert (await desk.state()).failures == 0
    desk.server.now = START + 3 * HOUR
    assert (await desk.poll()).outcome == "polled"


async def test_a_miss_is_told_once_although_the_inbox_is_full(desk: Desk) -> None:
    desk.server.window = 60
    await desk.poll()
    desk.server.begun -= 100 * HOUR
    desk.server.now += 12 * HOUR
    desk.inbox.room = 1  # of two chunks
    full = await desk.poll()
    assert (full.outcome, full.accepted) == ("inbox_full", 50)
    desk.inbox.room = None
    desk.polls._intake._full_until = 0.0
    await desk.poll()
    assert [kind for kind, _ in await desk.events()] == ["feed.missed"]
    assert (await desk.state()).missed_total == 1
    assert len(set(desk.taken())) == len(desk.taken()) == 120

"""I034, I062 to I065, I093, I095 to I102: what hostile or sloppy feeds do from poll to poll."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from fakeredis import FakeAsyncRedis

from ingest.bootstrap import open_poller, redis_client
from ingest.documents.entries import read_feed
from ingest.documents.entry import NotAFeed, ParsedFeed
from ingest.feedlist.sources import FeedSource
from ingest.polling.feed_poll import FeedPoll
from ingest.polling.intake import Intake
from ingest.polling.poll_report import PollReport
from ingest.polling.schedule import retry_after
from ingest.polling.state import FeedStates
from ingest.settings import load_settings
from ingest.web.fetcher import Fetcher, Validators
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome
from ingest.web.politeness import HostGate
from tests.hostile.connects import Connects
from tests.hostile.numbered import inputs
from tests.ingest.fakes import FakeInbox
from tests.ingest.loopback import answer, loopback, says

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
FEED = FeedSource(url="https://harbour.example/rss")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
async def redis() -> AsyncIterator[FakeAsyncRedis]:
    client = FakeAsyncRedis()
    yield client
    await client.aclose()


@dataclass
class Desk:
    """One feed, polled again and again with what the test lays down; time moves when the test moves it."""

    redis: FakeAsyncRedis
    feed: FeedSource = FEED
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.inbox = FakeInbox(self.redis)
        self.states = FeedStates(self.redis)
        self.outcome: FetchOutcome = FetchFailed(reason="deadline", sentence="")
        self.asked = 0
        self._poll = FeedPoll(
            intake=Intake(inbox=self.inbox, states=self.states, patience_seconds=0),
            states=self.states,
            fetcher=self,  # type: ignore[arg-type]
            reader=self,  # type: ignore[arg-type]
            gate=HostGate(pause_seconds=0, clock=lambda: self.now.timestamp()),  # noqa: PLW0108 - ``now`` moves
            now=lambda: self.now,
            chance=lambda: 0.0,
        )

    async def fetch(self, _url: str, **_asked: object) -> FetchOutcome:
        self.asked += 1
        return self.outcome

    async def read_feed(
        self, data: bytes, *, url: str, content_type: str | None, **_named: object
    ) -> ParsedFeed | NotAFeed:
        return read_feed(data, url=url, content_type=content_type)

    async def poll(self, *items: str) -> int:
        """How many raw articles one poll of a feed of these items hands in."""
        before = len(self.inbox.accepted)
        document = f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode("utf-8", "surrogatepass")
        self.outcome = Fetched(url=self.feed.url, body=document, content_type=None, etag=None, last_modified=None)
        await self.report()
        return len(self.inbox.accepted) - before

    async def report(self) -> PollReport:
        report = await self._poll.poll(self.feed)
        assert isinstance(report, PollReport)
        return report


def item(guid: str | None, link: str | None = None, title: str = "Ferry", text: str = "The ferry sails.") -> str:
    named = f'<guid isPermaLink="false">{guid}</guid>' if guid is not None else ""
    linked = f"<link>{link}</link>" if link is not None else ""
    return f"<item>{named}{linked}<title>{title}</title><description>{text}</description></item>"


def notices(guid: str = "g{n}", link: str = "https://a.example/{n}", *, count: int = 8) -> list[str]:
    return [
        item(guid.format(n=n), link.format(n=n), f"Notice {LETTERS[n]}", f"Text of notice {LETTERS[n] * 3}.")
        for n in range(count)
    ]


COLLIDING = [
    item("same", "https://a.example/1", "One", "First."),
    item("same", "https://a.example/2", "Two", "Second."),
]

POLLS: dict[str, dict[str, tuple[Sequence[Sequence[str]], Sequence[int]]]] = {
    "I095": {
        "two entries, one guid": ([COLLIDING, COLLIDING, COLLIDING[::-1]], [2, 0, 0]),
        "one guid for all": ([notices("same"), notices("same")], [8, 0]),
    },
    "I096": {
        "session in the guid": ([notices(f"g{{n}};sid={poll}") for poll in range(4)], [8, 0, 0, 0]),
        "time in the guid": ([notices(f"g{{n}}-{1_700_000_000 + poll}") for poll in range(4)], [8, 0, 0, 0]),
    },
    "I097": {
        "http to https": ([notices("g{n}", "http://a.example/{n}"), notices("g{n}", "https://a.example/{n}")], [8, 0]),
        "another domain": ([notices("g{n}"), notices("g{n}", "https://b.example/{n}")], [8, 0]),
        "guids are links": (
            [notices("http://a.example/{n}", "http://a.example/{n}"), notices("https://a.example/{n}")],
            [8, 0],
        ),
    },
    "I099": {
        "empty": ([[item("", "https://a.example/1")]] * 2, [1, 0]),
        "spaces": ([[item("   ", "https://a.example/1")]] * 2, [1, 0]),
        "1 MiB": ([[item("x" * 1_048_576)]] * 2, [1, 0]),
        "NUL": ([[item("a\0b")]] * 2, [1, 0]),
        "case": ([[item("AB", title="A", text="One."), item("ab", title="B", text="Two.")]] * 2, [2, 0]),
        "nothing at all": ([["<item><title>Ferry</title></item>"]] * 2, [1, 0]),
    },
    "I100": {"counter in the text": ([[item("g", text=f"The ferry sails. {n} comments")] for n in range(40)], [1])},
}


@pytest.mark.parametrize(("documents", "expected"), inputs(POLLS))
async def test_from_poll_to_poll_an_entry_is_handed_in_once(
    documents: Sequence[Sequence[str]], expected: Sequence[int], redis: FakeAsyncRedis
) -> None:
    desk = Desk(redis)
    taken = [await desk.poll(*document) for document in documents]
    if len(expected) == len(taken):
        assert taken == list(expected)
    else:  # of noise that goes on for ever, only the first is certain; the rest is bounded
        assert taken[0] == expected[0]
        assert sum(taken) <= 25
    assert all(len(raw.entry_key) <= 1_024 for raw in desk.inbox.accepted)


@pytest.mark.parametrize("edits", inputs({"I100": [30]}))
async def test_an_edited_title_is_the_same_entry_each_time(edits: int, redis: FakeAsyncRedis) -> None:
    desk = Desk(redis)
    for edit in range(edits):
        desk.now += timedelta(minutes=1)
        assert await desk.poll(item("g", title=f"Ferry, version {LETTERS[edit % 26] * (1 + edit // 26)}")) == 1
    assert {raw.entry_key for raw in desk.inbox.accepted} == {"g"}


@pytest.mark.parametrize("days", inputs({"I098": [365]}))
async def test_a_guid_that_comes_back_with_another_text_is_told_again(days: int, redis: FakeAsyncRedis) -> None:
    desk = Desk(redis)
    assert await desk.poll(item("g", title="Ferry", text="The ferry sails.")) == 1
    desk.now += timedelta(days=days)
    assert await desk.poll(item("g", title="Bridge", text="The bridge opens to all who wait for it.")) == 1


@pytest.mark.parametrize("guid", inputs({"I101": ["g", "https://a.example/1"], "I102": ["g"]}))
async def test_two_feeds_with_one_guid_have_an_entry_each(guid: str, redis: FakeAsyncRedis) -> None:
    """What the worker then makes of them is tested where it decides (trust)."""
    one, other = Desk(redis), Desk(redis, FeedSource(url="https://hostile.example/rss"))
    assert (await one.poll(item(guid)), await other.poll(item(guid))) == (1, 1)
    first, second = one.inbox.accepted[0], other.inbox.accepted[0]
    assert (first.entry_key, first.source_key) != (second.entry_key, second.source_key)
    assert first.raw_id != second.raw_id


WAITS: dict[str, dict[str, tuple[str, float | None]]] = {
    "I062": {
        "ages": ("99999999999", 86_400),
        "negative": ("-5", 60),
        "past": ("Tue, 03 Mar 2020 10:00:00 GMT", 60),
        "NaN": ("NaN", None),
        "words": ("soon", None),
        "exponent": ("1e400", 86_400),
        "date": ("Tue, 03 Mar 2026 11:00:00 GMT", 3_600),
    }
}


@pytest.mark.parametrize(("value", "seconds"), inputs(WAITS))
def test_a_wait_that_a_server_asks_for_is_between_a_minute_and_a_day(value: str, seconds: float | None) -> None:
    wait = retry_after(value, now=NOW)
    assert (wait and wait.total_seconds()) == seconds


@pytest.mark.parametrize(
    "header", inputs({"I063": ["max-age=1e400", "max-age=-1", "max-age=999999999999999", "max-age", "=;,", "x" * 5000]})
)
async def test_a_freshness_that_cannot_be_delays_no_poll_beyond_the_ceiling(header: str) -> None:
    async with (
        loopback(says(answer(b"<rss/>", headers={"Cache-Control": header}))) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test") as fetcher,
    ):
        outcome = await fetcher.fetch(server.url)
    assert isinstance(outcome, Fetched)
    assert timedelta(0) <= outcome.fresh_for <= timedelta(days=366)


@pytest.mark.parametrize(
    ("status", "retry"), inputs({"I064": {"429": (429, "60"), "503": (503, None), "500": (500, None)}})
)
async def test_a_server_that_fails_for_days_is_asked_ever_less_often_and_never_given_up(
    status: int, retry: str | None, redis: FakeAsyncRedis
) -> None:
    desk = Desk(redis)
    desk.outcome = FetchFailed(reason="http_status", status=status, sentence="trouble", retry_after=retry)
    waits = []
    while desk.now - NOW < timedelta(days=40):
        report = await desk.report()
        assert report.next_poll_at is not None
        waits.append(report.next_poll_at - desk.now)
        desk.now = report.next_poll_at
    assert min(waits) >= timedelta(minutes=15)
    assert timedelta(days=6) <= waits[-1] <= timedelta(days=8)
    assert len(waits) < 40


@pytest.mark.parametrize(("status", "disabled"), inputs({"I065": {"410": (410, True), "404": (404, False)}}))
async def test_gone_on_three_days_switches_a_feed_off_visibly_and_missing_does_not(
    status: int, disabled: bool, redis: FakeAsyncRedis
) -> None:
    desk = Desk(redis)
    desk.outcome = FetchFailed(reason="http_status", status=status, sentence="gone")
    for _ in range(3):
        await desk.report()
        desk.now += timedelta(hours=25)
    state = await desk.states.load(FEED.feed_id)
    assert bool(state.disabled) == disabled


@pytest.mark.parametrize("reply", inputs({"I058": {"304 with a body": b"HTTP/1.1 304 Not Modified\r\n\r\nabc"}}))
async def test_a_server_whose_304_has_a_body_is_asked_without_validators_next(
    reply: bytes, redis: FakeAsyncRedis
) -> None:
    desk = Desk(redis)
    await desk.poll(item("g"))
    await desk.states.write(FEED.feed_id, {"etag": b'"v1"'})
    async with loopback(says(reply)) as server, Fetcher(guard=server.guard(), user_agent="x") as fetcher:
        desk.outcome = await fetcher.fetch(server.url, validators=Validators(etag='"v1"'))
    await desk.report()
    assert not (await desk.states.load(FEED.feed_id)).has_validators


@pytest.mark.parametrize("feeds", inputs({"I093": [12]}))
async def test_many_feeds_of_one_server_are_asked_one_at_a_time(
    feeds: int, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback(says(answer(b"<rss version='2.0'><channel/></rss>"))) as server:
        monkeypatch.setenv("COPYDESK_FETCH_ALLOW_NETWORKS", "127.0.0.0/8")
        monkeypatch.setenv("COPYDESK_FETCH_ALLOW_PORTS", str(server.port))
        monkeypatch.setenv("COPYDESK_HOST_PAUSE_SECONDS", "0.02")
        sources = [FeedSource(url=f"{server.url}?noise={number}") for number in range(feeds)]
        settings = load_settings(redis_url=valkey_url)
        async with aclosing(redis_client(valkey_url)) as redis, open_poller(settings, redis, valkey_url) as poller:
            reports = await poller.once(sources)
    assert len(reports) == len(server.requests) == feeds


INSIDE: dict[str, dict[str, Callable[[str], str]]] = {
    "I034": {
        "link": lambda inside: item("1", f"{inside}/article"),
        "enclosure": lambda inside: f"<item><guid>1</guid><enclosure url='{inside}/a.jpg' type='image/jpeg'/></item>",
        "image in the text": lambda inside: item("1", text=f"&lt;img src='{inside}/a.jpg'&gt;The ferry sails."),
        "guid": lambda inside: f"<item><guid>{inside}/article</guid><title>Ferry</title></item>",
    }
}


@pytest.mark.parametrize("make", inputs(INSIDE))
async def test_what_an_entry_names_inside_is_kept_as_text_and_never_asked(
    make: Callable[[str], str], valkey_url: str, monkeypatch: pytest.MonkeyPatch, connects: Connects
) -> None:
    async with loopback(says(answer(b"<html>secret</html>")), host="127.0.0.1") as inside:
        entry = make(f"http://127.0.0.1:{inside.port}")
        document = f'<rss version="2.0"><channel>{entry}</channel></rss>'.encode()
        async with loopback(says(answer(document)), host="127.0.0.2") as server:
            monkeypatch.setenv("COPYDESK_FETCH_ALLOW_NETWORKS", "127.0.0.2/32")
            monkeypatch.setenv("COPYDESK_FETCH_ALLOW_PORTS", f"{server.port},{inside.port}")
            monkeypatch.setenv("COPYDESK_PAGE_PAUSE_SECONDS", "0")
            settings = load_settings(redis_url=valkey_url)
            feed = FeedSource(url=f"http://127.0.0.2:{server.port}/rss", full_text="always")
            async with aclosing(redis_client(valkey_url)) as redis, open_poller(settings, redis, valkey_url) as poller:
                (report,) = await poller.once([feed])
    assert report.accepted == 1
    assert inside.connections == 0
    assert {address[0] for address in connects} <= {"127.0.0.2"}

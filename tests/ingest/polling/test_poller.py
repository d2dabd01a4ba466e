from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from fakeredis import FakeAsyncRedis

from ingest.documents.feed_reader import FeedReader, ReadLimits
from ingest.feedlist.sources import FeedSource
from ingest.polling.leases import Leases
from ingest.polling.poll_report import PollReport
from ingest.polling.poller import Poller
from ingest.polling.state import FeedStates
from ingest.web.fetcher import Fetcher
from ingest.web.guard import Guard
from ingest.web.limits import Limits
from tests.ingest.fakes import FakeInbox
from tests.ingest.loopback import Loopback, Talk, answer, hangs, loopback, repeats, says

QUICK = Limits(connect_seconds=0.5, read_seconds=0.5, total_seconds=1.0)
START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def rss(*items: str, title: str = "Harbour News") -> bytes:
    return f'<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'.encode()


def item(number: int, text: str = "The ferry sails again.") -> str:
    return (
        f"<item><guid>n{number}</guid><title>Notice {number}</title>"
        f"<link>https://news.example/{number}</link><description>{text}</description></item>"
    )


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1, limits=ReadLimits(seconds=5))
    yield one
    asyncio.run(one.close())


@dataclass(kw_only=True)
class Desk:
    """A poller with its fakes, over servers that the test made. Time stands still unless the test moves it."""

    poller: Poller
    inbox: FakeInbox
    states: FeedStates
    leases: Leases
    now: list[datetime] = field(default_factory=lambda: [START])

    async def poll(self, *urls: str, **named: object) -> list[PollReport]:
        return await self.poller.once([FeedSource(url=url, **named) for url in urls])  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def desk(
    *servers: Loopback, pause: float = 0, patience: float = 0.2, concurrency: int = 50, reader: FeedReader
) -> AsyncIterator[Desk]:
    guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[server.port for server in servers])
    redis = FakeAsyncRedis()
    began = time.monotonic()

    def clock_ms() -> int:
        return round((now[0].timestamp() + time.monotonic() - began) * 1000)

    inbox, states, now = FakeInbox(redis), FeedStates(redis), [START]
    leases = Leases(redis, clock_ms=clock_ms)
    async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK) as fetcher:
        poller = Poller(
            inbox=inbox,
            states=states,
            leases=leases,
            fetcher=fetcher,
            reader=reader,
            concurrency=concurrency,
            host_pause_seconds=pause,
            inbox_patience_seconds=patience,
            now=lambda: now[0],
            chance=lambda: 0.0,
        )
        yield Desk(poller=poller, inbox=inbox, states=states, leases=leases, now=now)
    await redis.aclose()


async def _until(met: Callable[[], bool], *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.02)


def serves(documents: list[bytes | Talk]) -> Talk:
    """Answers with one document after the other, the last for ever."""
    left = list(documents)

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        document = left.pop(0) if len(left) > 1 else left[0]
        if callable(document):
            await document(head, writer)
        else:
            writer.write(document)

    return talk


async def test_one_list_of_good_and_bad_feeds_ends_with_a_sentence_for_each(reader: FeedReader) -> None:
    page = (
        b"<!DOCTYPE html><html><head><title>Harbour</title>"
        b'<link rel="alternate" type="application/rss+xml" href="/rss"></head><body>Hello</body></html>'
    )

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        replies = {b"/good": answer(rss(item(1))), b"/404": answer(status="404 Not Found"), b"/page": answer(page)}
        path = head.split()[1]
        if path == b"/hangs":
            await hangs(head, writer)
        writer.write(replies[path])

    async with loopback(talk) as server, desk(server, reader=reader) as one:
        base = f"http://127.0.0.1:{server.port}"
        urls = [f"{base}/{path}" for path in ("good", "404", "hangs", "page")]
        reports = await one.poll(*urls, "http://10.11.12.13/rss", "http://127.0.0.1:1/x", "http://no.invalid/rss")
    by_path = {report.feed.url.rpartition("/")[2]: report for report in reports[:4]}
    assert by_path["good"].sentence == "1 new of 1 entries"
    assert (by_path["404"].reason, by_path["404"].sentence) == (
        "http_404",
        "there is nothing at this address (404 Not Found)",
    )
    assert by_path["hangs"].sentence == "the server sent nothing for 0.5 s"
    assert by_path["page"].sentence == f"this is a web page (Harbour), not a feed; it names the feed {base}/rss"
    assert by_path["page"].feed_links == (f"{base}/rss",)
    assert "COPYDESK_FETCH_ALLOW_NETWORKS=10.11.12.13/32" in reports[4].sentence
    assert reports[5].reason == "port_blocked"
    assert reports[6].reason in ("dns_error", "dns_timeout")
    assert one.inbox.titles == ["Notice 1"]


async def test_what_is_accepted_carries_the_feeds_identity_and_settings(reader: FeedReader) -> None:
    async with loopback(says(answer(rss(item(1))))) as server, desk(server, reader=reader) as one:
        await one.poll(server.url, name="Harbour", timezone="Asia/Seoul", language="ko")
    (raw,) = one.inbox.accepted
    assert (raw.source_key, raw.source, raw.entry_key) == (f"feed:{server.url}", "Harbour", "n1")
    assert (raw.lane, raw.kind, raw.timezone, raw.language) == ("live", "fragment", "Asia/Seoul", "ko")
    assert (raw.url, raw.body, raw.seen_at) == ("https://news.example/1", b"The ferry sails again.", START)


async def test_a_feed_without_a_name_is_shown_by_its_url(reader: FeedReader) -> None:
    async with loopback(says(answer(rss(item(1))))) as server, desk(server, reader=reader) as one:
        await one.poll(server.url)
    assert one.inbox.accepted[0].source == server.url


async def test_the_second_poll_is_conditional_and_takes_nothing_twice(reader: FeedReader) -> None:
    first = answer(rss(item(1), item(2)), headers={"ETag": '"v1"', "Last-Modified": "Tue, 03 Mar 2026 09:00:00 GMT"})
    replies = serves([first, answer(status="304 Not Modified"), answer(rss(item(3), item(1), item(2)))])
    async with loopback(replies) as server, desk(server, reader=reader) as one:
        sentences = [(await one.poll(server.url))[0].sentence for _ in range(3)]
    assert sentences == ["2 new of 2 entries", "nothing new (304 Not Modified)", "1 new of 3 entries"]
    assert one.inbox.titles == ["Notice 2", "Notice 1", "Notice 3"]
    assert "If-None-Match" not in server.requests[0]
    assert 'If-None-Match: "v1"\r\nIf-Modified-Since: Tue, 03 Mar 2026 09:00:00 GMT' in server.requests[1]


async def test_once_a_day_a_feed_is_asked_without_conditions(reader: FeedReader) -> None:
    reply = answer(rss(item(1)), headers={"ETag": '"v1"'})
    replies = serves([reply, answer(status="304 Not Modified"), reply])
    async with loopback(replies) as server, desk(server, reader=reader) as one:
        for hours in (0, 23, 2):
            one.now[0] += timedelta(hours=hours)
            await one.poll(server.url)
    assert ['If-None-Match: "v1"' in request for request in server.requests] == [False, True, False]


async def test_the_same_bytes_are_not_read_again(reader: FeedReader) -> None:
    async with loopback(says(answer(rss(item(1))))) as server, desk(server, reader=reader) as one:
        await one.poll(server.url)
        (report,) = await one.poll(server.url)
    assert (report.outcome, report.sentence) == ("unchanged", "nothing new (the same bytes as last time)")
    assert one.inbox.calls == [1]


async def test_changed_content_is_accepted_again_under_the_same_key(reader: FeedReader) -> None:
    replies = serves([answer(rss(item(1))), answer(rss(item(1, "The ferry sinks."))), answer(rss(item(1)))])
    async with loopback(replies) as server, desk(server, reader=reader) as one:
        for _ in range(3):
            await one.poll(server.url)
    assert [(raw.entry_key, raw.body) for raw in one.inbox.accepted] == [
        ("n1", b"The ferry sails again."),
        ("n1", b"The ferry sinks."),
        ("n1", b"The ferry sails again."),
    ]


async def test_an_entry_that_left_and_comes_back_is_not_news(reader: FeedReader) -> None:
    replies = serves([answer(rss(item(1))), answer(rss(item(2))), answer(rss(item(1), item(2)))])
    async with loopback(replies) as server, desk(server, reader=reader) as one:
        for _ in range(3):
            await one.poll(server.url)
    assert one.inbox.titles == ["Notice 1", "Notice 2"]


async def test_a_feed_that_ends_in_the_middle_keeps_no_validators(reader: FeedReader) -> None:
    cut = answer(rss(item(1), item(2))[:-60], headers={"ETag": '"v1"'})
    replies = serves([cut, cut, answer(rss(item(1), item(2)))])
    async with loopback(replies) as server, desk(server, reader=reader) as one:
        (first,) = await one.poll(server.url)
        await one.poll(server.url)
        await one.poll(server.url)
    assert "ends in the middle" in first.sentence
    assert not any("If-None-Match" in request for request in server.requests)
    assert set(one.inbox.titles) == {"Notice 1", "Notice 2"}


async def test_more_new_entries_than_are_taken_at_once_come_with_the_next_polls(
    reader: FeedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.polling.feed_poll.ACCEPTED_MAX", 60)
    reply = answer(rss(*(item(number) for number in range(130))), headers={"ETag": '"v1"'})
    async with loopback(says(reply)) as server, desk(server, reader=reader) as one:
        sentences, left = list[str](), list[int]()
        for _ in range(4):
            sentences.append((await one.poll(server.url))[0].sentence)
            left.append((await one.states.load(FeedSource(url=server.url).feed_id)).left)
    assert left == [70, 10, 0, 0]
    assert sentences[0] == "60 new of 130 entries; 70 more the next time"
    assert sentences[3] == "nothing new (the same bytes as last time)"
    assert len(set(one.inbox.titles)) == len(one.inbox.titles) == 130
    assert one.inbox.titles[59] == "Notice 0"  # the newest come first, oldest of them at the front
    assert max(one.inbox.calls) <= 50
    assert ["If-None-Match" in request for request in server.requests] == [False, False, False, True]


async def test_a_full_inbox_takes_nothing_for_granted(reader: FeedReader) -> None:
    reply = answer(rss(*(item(number) for number in range(70))), headers={"ETag": '"v1"'})
    async with loopback(says(reply)) as server, desk(server, reader=reader) as one:
        one.inbox.room = 1
        (report,) = await one.poll(server.url)
        state = await one.states.load(report.feed.feed_id)
        assert (report.outcome, report.accepted, state.etag) == ("inbox_full", 50, "")
        (paused,) = await one.poll(server.url)
        assert (paused.outcome, len(server.requests)) == ("inbox_full", 1)  # not even asked
        one.inbox.room = None
        one.poller._one._intake._full_until = 0.0
        (rest,) = await one.poll(server.url)
    assert rest.sentence == "20 new of 70 entries"
    assert len({raw.entry_key for raw in one.inbox.accepted}) == len(one.inbox.accepted) == 70


async def test_a_poll_waits_for_room_in_the_inbox(reader: FeedReader) -> None:
    async with loopback(says(answer(rss(item(1))))) as server, desk(server, patience=5, reader=reader) as one:
        one.inbox.room = 0
        polling = asyncio.create_task(one.poll(server.url))
        await _until(lambda: one.inbox.refused > 0)
        one.inbox.room = None
        (report,) = await polling
    assert (report.outcome, one.inbox.titles) == ("polled", ["Notice 1"])


async def test_failures_back_off_and_a_success_forgets_them(reader: FeedReader) -> None:
    bad, good = answer(status="500 Internal Server Error"), answer(rss(item(1)))
    async with loopback(serves([bad, bad, good])) as server, desk(server, reader=reader) as one:
        waits = []
        for _ in range(3):
            (report,) = await one.poll(server.url, interval_minutes=10)
            assert report.next_poll_at is not None
            waits.append(report.next_poll_at - START)
        state = await one.states.load(report.feed.feed_id)
    assert waits == [timedelta(minutes=20), timedelta(minutes=40), timedelta(minutes=10)]
    assert (state.failures, state.last_error, state.last_success_at) == (0, "", START)


async def test_retry_after_rests_the_whole_domain(reader: FeedReader) -> None:
    slow_down = answer(status="429 Too Many Requests", headers={"Retry-After": "7200"})
    async with loopback(says(slow_down)) as server, desk(server, reader=reader) as one:
        base = f"http://127.0.0.1:{server.port}"
        first, second = [(await one.poll(f"{base}/{name}"))[0] for name in ("a", "b")]
    assert first.next_poll_at == START + timedelta(hours=2)
    assert (second.reason, second.sentence) == (
        "host_paused",
        "not asked: its server wants rest or does not answer; again in 120 min",
    )
    assert len(server.requests) == 1


async def test_a_server_that_does_not_answer_is_not_waited_for_by_each_of_its_feeds(reader: FeedReader) -> None:
    async with loopback(hangs) as server, desk(server, reader=reader) as one:
        started = time.monotonic()
        reports = await one.poll(*(f"http://127.0.0.1:{server.port}/{number}" for number in range(40)))
    assert time.monotonic() - started < 4
    assert [report.reason for report in reports].count("read_timeout") == 3
    assert [report.reason for report in reports].count("host_paused") == 37


async def test_one_request_at_a_time_goes_to_a_domain_with_a_pause_between(reader: FeedReader) -> None:
    under_way, most, starts = 0, 0, []

    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        starts.append(time.monotonic())
        most = max(most, under_way)
        await asyncio.sleep(0.05)
        under_way -= 1
        writer.write(answer(rss()))

    async with loopback(talk) as server, desk(server, pause=0.2, reader=reader) as one:
        await one.poll(*(f"http://127.0.0.1:{server.port}/{number}" for number in range(4)))
    assert most == 1
    assert all(later - earlier > 0.12 for earlier, later in pairwise(starts))  # arrivals jitter on a busy machine


async def test_no_more_polls_than_allowed_are_under_way(reader: FeedReader) -> None:
    under_way, most = 0, 0

    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.05)
        under_way -= 1
        writer.write(answer(rss()))

    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(loopback(talk, host=f"127.0.0.{last}")) for last in range(2, 8)]
        one = await stack.enter_async_context(desk(*servers, concurrency=2, reader=reader))
        urls = [f"http://127.0.0.{last}:{server.port}/" for last, server in zip(range(2, 8), servers, strict=True)]
        reports = await one.poll(*urls)
    assert {report.outcome for report in reports} == {"polled"}
    assert most == 2


async def test_a_defect_in_one_poll_is_reported_and_the_others_go_on(
    reader: FeedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback(says(answer(rss(item(1))))) as server, desk(server, reader=reader) as one:
        load = one.states.load_beside
        bad = FeedSource(url=f"{server.url}/bad").feed_id

        async def broken(feed_id: str, domain: str) -> object:
            if feed_id == bad:
                raise RuntimeError("planted")
            return await load(feed_id, domain)

        monkeypatch.setattr(one.states, "load_beside", broken)
        reports = await one.poll(f"{server.url}/bad", server.url)
    assert [report.reason for report in reports] == ["internal_error", None]
    assert "planted" not in reports[0].sentence


async def test_a_disabled_feed_is_not_polled(reader: FeedReader) -> None:
    async with loopback(says(answer(rss()))) as server, desk(server, reader=reader) as one:
        assert await one.poll(server.url, enabled=False) == []
    assert server.connections == 0


async def test_a_hostile_feed_costs_itself_alone() -> None:
    slow = answer(rss("<a" * 1_000_000))
    async with (
        FeedReader(processes=1, limits=ReadLimits(seconds=1)) as reader,
        loopback(says(slow)) as hostile,
        loopback(says(answer(rss(item(1))))) as good,
        desk(hostile, good, reader=reader) as one,
    ):
        reports = await one.poll(hostile.url, good.url)
    assert [report.reason for report in reports] == ["parse_timeout", None]
    assert one.inbox.titles == ["Notice 1"]


async def test_the_loop_polls_what_is_due_and_ends_when_told_to(reader: FeedReader) -> None:
    async with loopback(says(answer(rss(item(1))))) as server, desk(server, reader=reader) as one:
        feeds: list[FeedSource] = [FeedSource(url=f"{server.url}/a", interval_minutes=30)]
        stop, reports = asyncio.Event(), list[PollReport]()

        def listed() -> Sequence[FeedSource]:
            return feeds

        running = asyncio.create_task(one.poller.run(listed, stop=stop, on_report=reports.append))
        await _until(lambda: len(reports) == 1)
        await one.leases.settled()
        one.now[0] += timedelta(minutes=29)
        feeds.append(FeedSource(url=f"{server.url}/b"))
        one.poller.look_round()
        await _until(lambda: len(reports) == 2)
        await one.leases.settled()
        one.now[0] += timedelta(minutes=2)
        one.poller.look_round()
        await _until(lambda: len(reports) == 3)
        stop.set()
        async with asyncio.timeout(2):
            await running
    assert [report.feed.url[-1] for report in reports] == ["a", "b", "a"]


async def test_the_loop_gives_polls_under_way_a_moment_and_cuts_off_what_hangs(
    reader: FeedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.polling.poller.STOP_GRACE_SECONDS", 0.1)
    drip = repeats(b"HTTP/1.1 200 OK\r\n\r\n", b"x", every_seconds=0.1)
    async with loopback(drip) as server, desk(server, reader=reader) as one:
        stop = asyncio.Event()
        running = asyncio.create_task(one.poller.run(lambda: [FeedSource(url=server.url)], stop=stop))
        await _until(lambda: bool(server.requests))
        started = time.monotonic()
        stop.set()
        await running
        assert time.monotonic() - started < 0.6
        assert (await one.states.load(FeedSource(url=server.url).feed_id)).last_poll_at is None

"""The loop that polls feeds as they come due, and its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from ingest.documents.feed_reader import FeedReader, ReadLimits
from ingest.feedlist.sources import FeedSource
from ingest.polling.leases import Claim
from ingest.polling.poll_report import PollReport
from tests.ingest.loopback import answer, loopback, repeats, says
from tests.ingest.polling.desk import desk, item, rss, until


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1, limits=ReadLimits(seconds=5))
    yield one
    asyncio.run(one.close())


async def test_the_loop_polls_what_is_due_and_ends_when_told_to(reader: FeedReader) -> None:
    async with loopback(says(answer(rss(item(1))))) as server, desk(server, reader=reader) as one:
        feeds: list[FeedSource] = [FeedSource(url=f"{server.url}/a", interval_minutes=30)]
        stop, reports = asyncio.Event(), list[PollReport]()

        def listed() -> Sequence[FeedSource]:
            return feeds

        running = asyncio.create_task(one.poller.run(listed, stop=stop, on_report=reports.append))
        await until(lambda: len(reports) == 1)
        await one.leases.settled()
        one.now[0] += timedelta(minutes=29)
        feeds.append(FeedSource(url=f"{server.url}/b"))
        one.poller.look_round()
        await until(lambda: len(reports) == 2)
        await one.leases.settled()
        one.now[0] += timedelta(minutes=2)
        one.poller.look_round()
        await until(lambda: len(reports) == 3)
        stop.set()
        async with asyncio.timeout(30):
            await running
    assert [report.feed.url[-1] for report in reports] == ["a", "b", "a"]


async def test_while_there_is_room_for_no_poll_redis_is_not_asked_over_and_over(reader: FeedReader) -> None:
    answered, asked, claims = asyncio.Event(), 0, 0

    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await answered.wait()
        writer.write(answer(rss()))

    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(loopback(talk, host=f"127.0.0.{last}")) for last in range(2, 6)]
        one = await stack.enter_async_context(desk(*servers, concurrency=1, reader=reader))
        feeds = [FeedSource(url=f"http://127.0.0.{last}:{each.port}/") for last, each in enumerate(servers, start=2)]
        claim, stop = one.leases.claim, asyncio.Event()

        async def counted(most: int) -> Claim:
            nonlocal claims
            claims += 1
            return await claim(most)

        one.leases.claim = counted  # type: ignore[method-assign]
        running = asyncio.create_task(one.poller.run(lambda: feeds, stop=stop))
        await until(lambda: asked == 1)
        await asyncio.sleep(1.5)
        meanwhile = claims
        answered.set()
        await until(lambda: asked == len(feeds))  # the end of each poll makes room at once
        stop.set()
        await running
    assert meanwhile < 20  # it was 60 and more


async def test_the_loop_gives_polls_under_way_a_moment_and_cuts_off_what_hangs(
    reader: FeedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.polling.poller.STOP_GRACE_SECONDS", 0.1)
    drip = repeats(b"HTTP/1.1 200 OK\r\n\r\n", b"x", every_seconds=0.1)
    async with loopback(drip) as server, desk(server, reader=reader) as one:
        stop = asyncio.Event()
        running = asyncio.create_task(one.poller.run(lambda: [FeedSource(url=server.url)], stop=stop))
        await until(lambda: bool(server.requests))
        stop.set()
        async with asyncio.timeout(30):
            await running
        # A poll that was let run to its own end would have written that it failed.
        assert (await one.states.load(FeedSource(url=server.url).feed_id)).last_poll_at is None

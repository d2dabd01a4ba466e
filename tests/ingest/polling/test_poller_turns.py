"""What a poll waits for: its domain's turn, rest and pause, a free slot, room in the inbox."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from ingest.documents.feed_reader import FeedReader, ReadLimits
from tests.ingest.loopback import answer, hangs, loopback, says
from tests.ingest.polling.conftest import Starts
from tests.ingest.polling.desk import START, desk, item, rss, until


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1, limits=ReadLimits(seconds=5))
    yield one
    asyncio.run(one.close())


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
        reports = await one.poll(*(f"http://127.0.0.1:{server.port}/{number}" for number in range(40)))
    assert [report.reason for report in reports].count("read_timeout") == 3
    assert [report.reason for report in reports].count("host_paused") == 37


async def test_one_request_at_a_time_goes_to_a_domain_with_a_pause_between(reader: FeedReader, starts: Starts) -> None:
    under_way, most = 0, 0

    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.05)
        under_way -= 1
        writer.write(answer(rss()))

    async with loopback(talk) as server, desk(server, pause=0.2, reader=reader) as one:
        await one.poll(*(f"http://127.0.0.1:{server.port}/{number}" for number in range(4)))
    assert most == 1
    assert len(starts.turns) == 4
    assert all(later - earlier >= 0.199 for earlier, later in pairwise(starts.turns))


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


async def test_a_poll_waits_for_room_in_the_inbox(reader: FeedReader) -> None:
    async with loopback(says(answer(rss(item(1))))) as server, desk(server, patience=5, reader=reader) as one:
        one.inbox.room = 0
        polling = asyncio.create_task(one.poll(server.url))
        await until(lambda: one.inbox.refused > 0)
        one.inbox.room = None
        (report,) = await polling
    assert (report.outcome, one.inbox.titles) == ("polled", ["Notice 1"])

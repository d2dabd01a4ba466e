from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from ingest.documents.feed_reader import FeedReader, ReadLimits
from ingest.feedlist.sources import FeedSource
from tests.ingest.loopback import answer, hangs, loopback, says
from tests.ingest.polling.desk import START, desk, item, rss, serves


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1, limits=ReadLimits(seconds=5))
    yield one
    asyncio.run(one.close())


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

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakeredis import FakeAsyncRedis

from ingest import feed_health
from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import FeedSource
from ingest.polling.state import FeedState, FeedStates, settings_digest
from ingest.web.fetcher import Fetcher
from ingest.web.limits import Limits
from tests.ingest.loopback import answer, loopback
from tests.ingest.speaking import result, said, speaker

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
FEED = b"<rss version='2.0'><channel><title>Harbour</title><item><guid>1</guid></item></channel></rss>"
SITEMAP = b"<urlset><url><loc>https://a.example/1</loc></url></urlset>"


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1)
    yield one
    asyncio.run(one.close())


async def site(head: bytes, writer: asyncio.StreamWriter) -> None:
    path, host = head.split()[1].decode(), head.split(b"Host: ")[1].split()[0].decode()
    index = f"<sitemapindex><sitemap><loc>http://{host}/s.xml</loc></sitemap></sitemapindex>".encode()
    answers = {"/feed": answer(FEED), "/index": answer(index), "/s.xml": answer(SITEMAP)}
    writer.write(answers.get(path, answer(status="404 Not Found")))


async def test_checking_says_of_each_feed_what_is_wrong_with_it(reader: FeedReader) -> None:
    speaks = speaker()
    limits = Limits(connect_seconds=1, read_seconds=1, total_seconds=2)
    async with (
        loopback(site) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=limits) as fetches,
    ):
        feeds = [FeedSource(url=f"http://127.0.0.1:{server.port}/{path}") for path in ("feed", "gone")]
        named = {"fetcher": fetches, "reader": reader, "host_pause_seconds": 0}
        assert await feed_health.check(feeds[:1], speaker=speaker(), **named) == 0  # type: ignore[arg-type]
        assert await feed_health.check(feeds, speaker=speaks, as_json=True, **named) == 1  # type: ignore[arg-type]
        lines = [json.loads(line) for line in result(speaks).splitlines()]
        plain = speaker()
        await feed_health.check(feeds, speaker=plain, **named)  # type: ignore[arg-type]
    assert [(line["url"], line["ok"]) for line in lines] == [(feeds[0].url, True), (feeds[1].url, False)]
    assert "its server cannot say whether anything changed" in lines[0]["says"]
    assert "FAILED" in result(plain)
    assert said(speaks) == "1 of 2 feeds is good.\n"


async def test_checking_a_sitemap_index_looks_into_its_newest_part(reader: FeedReader) -> None:
    async with loopback(site) as server, Fetcher(guard=server.guard(), user_agent="Copydesk/test") as fetches:
        feed = FeedSource(url=f"http://127.0.0.1:{server.port}/index")
        checked = await feed_health.check_feed(feed, fetcher=fetches, reader=reader)
    assert checked.ok
    assert checked.sentence.startswith("this is an index of 1 sitemaps, the newest of which: sitemap, 1 entries")


async def test_the_list_shows_each_feeds_health() -> None:
    redis = FakeAsyncRedis()
    states = FeedStates(redis)
    feeds = [
        FeedSource(url="https://a.example/", name="항구 뉴스"),
        FeedSource(url="https://b.example/"),
        FeedSource(url="https://c.example/", enabled=False),
        FeedSource(url="https://d.example/"),
    ]
    failing = FeedState(
        failures=3,
        last_poll_at=NOW,
        last_success_at=NOW - timedelta(days=3),
        next_poll_at=NOW + timedelta(hours=4),
        last_error="there is nothing at this address (404 Not Found)",
        last_error_code="http_404",
    )
    await states.write(feeds[0].feed_id, failing.fields)
    gone = FeedState(last_poll_at=NOW, disabled="gone for good", disabled_settings=settings_digest(feeds[3]))
    await states.write(feeds[3].feed_id, replace(gone, missed_total=2, moved_to="https://e.example/").fields)
    table, lines = speaker(), speaker()
    assert await feed_health.list_feeds(feeds, states=states, now=NOW, speaker=table) == 0
    assert await feed_health.list_feeds(feeds, states=states, now=NOW, as_json=True, speaker=lines) == 0
    first, second, third, fourth = result(table).splitlines()[1:]
    assert first.split("  ")[0] == "항구 뉴스"
    assert "failing" in first
    assert "3 d ago" in first
    assert "in 4 h" in first
    assert "404 Not Found" in first
    assert ("new" in second, "off" in third) == (True, True)
    assert "disabled" in fourth
    assert "gone for good" in fourth
    assert said(table) == "4 feeds, 1 failing, 1 disabled, 1 off, 1 new.\n"
    health = json.loads(result(lines).splitlines()[0])
    assert (health["failures"], health["last_error_code"], health["health"]) == (3, "http_404", "failing")
    assert health["next_poll_at"] == "2026-03-03T14:00:00+00:00"
    last = json.loads(result(lines).splitlines()[3])
    assert (last["disabled"], last["missed_total"], last["moved_to"]) == ("gone for good", 2, "https://e.example/")
    assert (last["entries_per_day"], last["missed_at"]) == (0.0, None)
    await redis.aclose()

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakeredis import FakeAsyncRedis

from ingest import feed_commands
from ingest.documents.feed_reader import FeedReader
from ingest.feed_commands import Speaker
from ingest.feedlist.sources import FeedSource, read_feed_list
from ingest.polling.state import FeedState, FeedStates
from ingest.web.fetcher import Fetcher
from ingest.web.limits import Limits
from tests.ingest.loopback import Loopback, answer, loopback

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
FEED = b"<rss version='2.0'><channel><title>Harbour \x1b[31mNews</title><item><guid>1</guid></item></channel></rss>"
PAGE = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>'


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1)
    yield one
    asyncio.run(one.close())


async def site(head: bytes, writer: asyncio.StreamWriter) -> None:
    path = head.split()[1]
    writer.write({b"/feed": answer(FEED), b"/": answer(PAGE)}.get(path, answer(status="404 Not Found")))


def speaker() -> Speaker:
    return Speaker(out=io.StringIO(), err=io.StringIO())


def said(one: Speaker) -> str:
    assert isinstance(one.err, io.StringIO)
    return one.err.getvalue()


def result(one: Speaker) -> str:
    assert isinstance(one.out, io.StringIO)
    return one.out.getvalue()


def fetcher(server: Loopback) -> Fetcher:
    limits = Limits(connect_seconds=1, read_seconds=1, total_seconds=2)
    return Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=limits)


@pytest.mark.parametrize("path", ["/feed", "/"])
async def test_a_feed_is_added_by_its_own_or_by_its_sites_url(reader: FeedReader, tmp_path: Path, path: str) -> None:
    speaks, feeds = speaker(), tmp_path / "feeds.toml"
    async with loopback(site) as server, fetcher(server) as fetches:
        url = f"http://127.0.0.1:{server.port}{path}"
        code = await feed_commands.add(url, feed_list=feeds, fetcher=fetches, reader=reader, speaker=speaks)
    (added,) = read_feed_list(feeds).feeds
    assert (code, added.url, added.name) == (0, f"http://127.0.0.1:{server.port}/feed", "Harbour [31mNews")
    assert f"Added {added.url} to {feeds}." in said(speaks)
    assert "\x1b" not in said(speaks)
    assert result(speaks) == ""


async def test_what_is_no_feed_is_not_added_unless_one_insists(reader: FeedReader, tmp_path: Path) -> None:
    speaks, feeds = speaker(), tmp_path / "feeds.toml"
    async with loopback(site) as server, fetcher(server) as fetches:
        url = f"http://127.0.0.1:{server.port}/gone"
        named = {"feed_list": feeds, "fetcher": fetches, "reader": reader, "speaker": speaks}
        assert await feed_commands.add(url, **named) == 1  # type: ignore[arg-type]
        assert not feeds.exists()
        assert await feed_commands.add(url, check=False, name="Quay", **named) == 0  # type: ignore[arg-type]
        assert await feed_commands.add(url, check=False, **named) == 0  # type: ignore[arg-type]
    assert "was not added: there is nothing at this address (404 Not Found)." in said(speaks)
    assert "is in" in said(speaks).splitlines()[-1]
    assert read_feed_list(feeds).feeds == (FeedSource(url=url, name="Quay"),)


@pytest.mark.parametrize("url", ["ftp://a.example/", "http://[", "https://a b/"])
async def test_an_address_that_is_none_is_wrong_use(reader: FeedReader, tmp_path: Path, url: str) -> None:
    speaks = speaker()
    async with loopback(site) as server, fetcher(server) as fetches:
        named = {"feed_list": tmp_path / "feeds.toml", "fetcher": fetches, "reader": reader, "speaker": speaks}
        assert await feed_commands.add(url, **named) == 2  # type: ignore[arg-type]
    assert len(said(speaks).splitlines()) == 1


async def test_checking_says_of_each_feed_what_is_wrong_with_it(reader: FeedReader) -> None:
    speaks = speaker()
    async with loopback(site) as server, fetcher(server) as fetches:
        feeds = [FeedSource(url=f"http://127.0.0.1:{server.port}/{path}") for path in ("feed", "gone")]
        named = {"fetcher": fetches, "reader": reader, "host_pause_seconds": 0}
        assert await feed_commands.check(feeds[:1], speaker=speaker(), **named) == 0  # type: ignore[arg-type]
        assert await feed_commands.check(feeds, speaker=speaks, as_json=True, **named) == 1  # type: ignore[arg-type]
        lines = [json.loads(line) for line in result(speaks).splitlines()]
        plain = speaker()
        await feed_commands.check(feeds, speaker=plain, **named)  # type: ignore[arg-type]
    assert [(line["url"], line["ok"]) for line in lines] == [(feeds[0].url, True), (feeds[1].url, False)]
    assert "its server cannot say whether anything changed" in lines[0]["says"]
    assert "FAILED" in result(plain)
    assert said(speaks) == "1 of 2 feeds are good.\n"


def test_an_import_takes_what_is_new_and_says_what_it_left_out(tmp_path: Path) -> None:
    feeds, opml = tmp_path / "feeds.toml", tmp_path / "list.opml"
    feeds.write_text('# mine\n[[feed]]\nurl = "https://a.example/"\nname = "Mine"\n')
    opml.write_text(
        '<opml><body><outline text="A" xmlUrl="https://a.example/"/><outline text="B" xmlUrl="https://b.example/"/>'
        '<outline text="C" xmlUrl="nowhere"/></body></opml>'
    )
    speaks = speaker()
    assert feed_commands.import_feeds(opml, feed_list=feeds, speaker=speaks) == 1
    assert [(feed.url, feed.name) for feed in read_feed_list(feeds).feeds] == [
        ("https://a.example/", "Mine"),
        ("https://b.example/", "B"),
    ]
    assert "left out 'nowhere'" in said(speaks)
    assert "Added 1 feeds" in said(speaks)
    assert feed_commands.import_feeds(tmp_path / "none.opml", feed_list=feeds, speaker=speaks) == 2


async def test_the_list_shows_each_feeds_health() -> None:
    redis = FakeAsyncRedis()
    states = FeedStates(redis)
    feeds = [
        FeedSource(url="https://a.example/", name="항구 뉴스"),
        FeedSource(url="https://b.example/"),
        FeedSource(url="https://c.example/", enabled=False),
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
    table, lines = speaker(), speaker()
    assert await feed_commands.list_feeds(feeds, states=states, now=NOW, speaker=table) == 0
    assert await feed_commands.list_feeds(feeds, states=states, now=NOW, as_json=True, speaker=lines) == 0
    first, second, third = result(table).splitlines()[1:]
    assert first.split("  ")[0] == "항구 뉴스"
    assert "failing" in first
    assert "3 d ago" in first
    assert "in 4 h" in first
    assert "404 Not Found" in first
    assert ("new" in second, "off" in third) == (True, True)
    health = json.loads(result(lines).splitlines()[0])
    assert (health["failures"], health["last_error_code"], health["interval_minutes"]) == (3, "http_404", 30)
    assert health["next_poll_at"] == "2026-03-03T14:00:00+00:00"
    await redis.aclose()

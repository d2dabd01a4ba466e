from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import feed_commands
from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.discovery import Discovery, FoundFeed
from ingest.feedlist.sources import FeedSource, read_feed_list
from ingest.speaker import Speaker
from ingest.web.fetcher import Fetcher
from ingest.web.limits import Limits
from ingest.web.politeness import HostGate
from ingest.web.robots import Robots
from tests.ingest.loopback import Loopback, answer, loopback
from tests.ingest.speaking import result, said, speaker

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


@contextlib.asynccontextmanager
async def searching(reader: FeedReader, speaks: Speaker) -> AsyncIterator[tuple[Discovery, Loopback]]:
    limits = Limits(connect_seconds=1, read_seconds=1, total_seconds=2)
    gate = HostGate(pause_seconds=0)
    async with (
        loopback(site) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=limits) as fetcher,
    ):
        robots = Robots(fetcher=fetcher, turn=gate.turn)
        yield Discovery(fetcher=fetcher, reader=reader, robots=robots, gate=gate, say=speaks.say), server


@pytest.mark.parametrize(("path", "requests"), [("/feed", 1), ("/", 2)])
async def test_a_feed_is_added_by_its_own_or_by_its_sites_url(
    reader: FeedReader, tmp_path: Path, path: str, requests: int
) -> None:
    speaks, feeds = speaker(), tmp_path / "feeds.toml"
    async with searching(reader, speaks) as (discovery, server):
        url = f"http://127.0.0.1:{server.port}{path}"
        code = await feed_commands.add(url, feed_list=feeds, discovery=discovery, speaker=speaks, full_text="never")
    (added,) = read_feed_list(feeds).feeds
    assert (code, added.url, added.name) == (0, f"http://127.0.0.1:{server.port}/feed", "Harbour [31mNews")
    assert added.full_text == "never"
    assert f"Added {added.url} to {feeds}." in said(speaks)
    assert "\x1b" not in said(speaks)
    assert result(speaks) == ""
    assert len(server.requests) == requests


async def test_what_is_no_feed_is_not_added_unless_one_insists(reader: FeedReader, tmp_path: Path) -> None:
    speaks, feeds = speaker(), tmp_path / "feeds.toml"
    async with searching(reader, speaks) as (discovery, server):
        url = f"http://127.0.0.1:{server.port}/gone"
        assert await feed_commands.add(url, feed_list=feeds, discovery=discovery, speaker=speaks) == 1
        assert len(server.requests) == 1  # nothing is guessed for an address that is not there
        assert not feeds.exists()
        assert await feed_commands.add(url, feed_list=feeds, discovery=None, speaker=speaks, name="Quay") == 0
        assert await feed_commands.add(url, feed_list=feeds, discovery=None, speaker=speaks) == 0
    assert f"{url}: there is nothing at this address (404 Not Found)." in said(speaks)
    assert "was not added: no feed was found there." in said(speaks)
    assert "is in" in said(speaks).splitlines()[-1]
    assert read_feed_list(feeds).feeds == (FeedSource(url=url, name="Quay"),)


async def test_a_feed_that_is_listed_stays_as_it_is_and_options_given_for_it_are_told(tmp_path: Path) -> None:
    speaks, feeds = speaker(), tmp_path / "feeds.toml"
    url = "https://a.example/rss"
    assert await feed_commands.add(url, feed_list=feeds, discovery=None, speaker=speaks, name="Quay") == 0
    before = feeds.read_text()
    given = {"name": "Pier", "tags": ("sea",), "interval_minutes": None}
    assert await feed_commands.add(url, feed_list=feeds, discovery=None, speaker=speaks, **given) == 1
    assert said(speaks).endswith(f"{url} is in {feeds} already and was left as it is: change its name, tags there.\n")
    assert await feed_commands.add(url, feed_list=feeds, discovery=None, speaker=speaks) == 0
    assert said(speaks).endswith(f"{url} is in {feeds} already.\n")
    assert feeds.read_text() == before


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("Harbour News", (), "Harbour News"),
        ("Feed", (), "a.example"),
        ("RSS Feed", (), "a.example"),
        (None, (), "a.example"),
        ("x" * 300, (), "x" * 256),
        ("Feed", ("a.example",), None),
        ("Harbour News", ("Harbour News", None), None),
    ],
)
def test_a_feed_without_a_name_is_called_by_its_title_else_its_host(
    title: str | None, taken: tuple[str | None, ...], name: str | None
) -> None:
    found = FoundFeed(
        url="https://a.example/rss", kind="rss20", stage="itself", title=title, entries=1, newest=None, sentence="rss20"
    )
    assert feed_commands.default_name(found, taken=taken) == name


async def test_two_feeds_of_one_title_do_not_get_one_name(reader: FeedReader, tmp_path: Path) -> None:
    speaks, feeds = speaker(), tmp_path / "feeds.toml"
    feeds.write_text('[[feed]]\nurl = "https://a.example/"\nname = "Harbour [31mNews"\n')
    async with searching(reader, speaks) as (discovery, server):
        url = f"http://127.0.0.1:{server.port}/feed"
        assert await feed_commands.add(url, feed_list=feeds, discovery=discovery, speaker=speaks) == 0
    assert [feed.name for feed in read_feed_list(feeds).feeds] == ["Harbour [31mNews", None]


@pytest.mark.parametrize("url", ["ftp://a.example/", "http://[", "https://a b/"])
async def test_an_address_that_is_none_is_wrong_use(tmp_path: Path, url: str) -> None:
    speaks = speaker()
    assert await feed_commands.add(url, feed_list=tmp_path / "feeds.toml", discovery=None, speaker=speaks) == 2
    assert len(said(speaks).splitlines()) == 1


async def test_a_password_in_an_address_is_not_kept_and_it_is_said_how_else(tmp_path: Path) -> None:
    speaks, feeds = speaker(), tmp_path / "feeds.toml"
    url = "https://reader:hush@a.example/rss"
    assert await feed_commands.add(url, feed_list=feeds, discovery=None, speaker=speaks) == 0
    assert "hush" not in feeds.read_text()
    assert "hush" not in said(speaks)
    assert 'headers = { Authorization = "$NEWS_AUTHORIZATION" }' in said(speaks)


async def test_discover_prints_what_there_is_and_adds_nothing(reader: FeedReader) -> None:
    speaks, lines = speaker(), speaker()
    async with searching(reader, speaks) as (discovery, server):
        base = f"http://127.0.0.1:{server.port}"
        assert await feed_commands.discover(f"{base}/", discovery=discovery, speaker=speaks) == 0
        assert await feed_commands.discover(f"{base}/", discovery=discovery, speaker=lines, as_json=True) == 0
    assert result(speaks).startswith(f"{base}/feed  Harbour [31mNews; rss20, 1 entries")
    assert f"copydesk feeds add {base}/feed" in said(speaks)
    found = json.loads(result(lines))
    assert (found["url"], found["kind"], found["stage"], found["entries"]) == (f"{base}/feed", "rss20", "page", 1)


async def test_discover_guesses_where_the_page_says_nothing_and_fails_where_nothing_is(reader: FeedReader) -> None:
    speaks = speaker()
    async with searching(reader, speaks) as (discovery, server):
        base = f"http://127.0.0.1:{server.port}"
        assert await feed_commands.discover(f"{base}/x", discovery=discovery, speaker=speaks) == 0
        assert await feed_commands.discover("http://10.0.0.1/", discovery=discovery, speaker=speaks) == 1
    assert result(speaks).startswith(f"{base}/feed")
    assert said(speaks).endswith("No feed was found at http://10.0.0.1/.\n")


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
    assert "Added 1 feed " in said(speaks)
    assert feed_commands.import_feeds(tmp_path / "none.opml", feed_list=feeds, speaker=speaks) == 2


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("list.opml", "", "list.opml is empty.\n"),
        ("list.opml", "<opml version='2.0'><body></body></opml>", "list.opml holds no feed.\n"),
        ("other.toml", "", "other.toml holds no feed.\n"),
    ],
)
def test_a_file_without_feeds_is_no_import(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / name).write_text(text)
    speaks = speaker()
    assert feed_commands.import_feeds(tmp_path / name, feed_list=tmp_path / "feeds.toml", speaker=speaks) == 2
    assert said(speaks) == f"{tmp_path}/{sentence}"


def test_an_export_overwrites_a_file_only_when_told_to(tmp_path: Path) -> None:
    there, speaks = tmp_path / "out.opml", speaker()
    there.write_text("mine")
    feeds = [FeedSource(url="https://a.example/")]
    assert feed_commands.export(feeds, file=there, at=NOW, speaker=speaks) == 2
    assert (there.read_text(), said(speaks)) == ("mine", f"{there} is there already; --force overwrites it.\n")
    assert feed_commands.export(feeds, file=there, at=NOW, overwrite=True, speaker=speaks) == 0
    assert [feed.url for feed in read_feed_list(there).feeds] == ["https://a.example/"]
    assert feed_commands.export(feeds, file=Path("/dev/null"), at=NOW, speaker=speaks) == 0


def test_a_list_that_ends_in_the_middle_is_said_and_what_is_there_taken(tmp_path: Path) -> None:
    feeds, opml = tmp_path / "feeds.toml", tmp_path / "list.opml"
    opml.write_text('<opml><body><outline text="A" xmlUrl="https://a.example/"/><outline text="B" xmlUrl="https://b')
    speaks = speaker()
    assert feed_commands.import_feeds(opml, feed_list=feeds, speaker=speaks) == 1
    assert [feed.url for feed in read_feed_list(feeds).feeds] == ["https://a.example/"]
    assert "ends in the middle: feeds may be missing" in said(speaks)
    assert "left out: 0." in said(speaks)


FEEDS = """
[[feed]]
url = "https://a.example/rss?x=1&y=2"
name = "항구 <News> & more"
tags = ["world", "ports"]
timezone = "Asia/Seoul"
language = "ko"
interval_minutes = 15
full_text = "never"
identity = "link"
enabled = false

[[feed]]
url = "https://b.example/"
tags = ["a/b", "c, d"]

[[feed]]
url = "https://c.example/"
tags = ["world"]

[[feed]]
url = "https://d.example/"
"""


def test_what_is_exported_is_imported_as_it_was(tmp_path: Path) -> None:
    ours, opml, back = tmp_path / "feeds.toml", tmp_path / "out.opml", tmp_path / "back" / "feeds.toml"
    ours.write_text(FEEDS)
    feeds, speaks = read_feed_list(ours).feeds, speaker()
    assert feed_commands.export(feeds, file=opml, at=NOW, speaker=speaks) == 0
    assert feed_commands.import_feeds(opml, feed_list=back, speaker=speaks) == 0
    returned = {feed.url: feed for feed in read_feed_list(back).feeds}
    for feed in feeds:
        named = feed.name or feed.url
        assert returned[feed.url] == FeedSource(**{**vars(feed), "name": named})


def test_an_export_goes_to_stdout_without_its_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hush")
    ours = tmp_path / "feeds.toml"
    ours.write_text('[[feed]]\nurl = "https://a.example/"\nheaders = { X-Key = "$TOKEN" }\n')
    speaks = speaker()
    assert feed_commands.export(read_feed_list(ours).feeds, file=None, at=NOW, speaker=speaks) == 0
    assert result(speaks).startswith("<?xml version='1.0' encoding='UTF-8'?>\n<opml")
    assert 'xmlUrl="https://a.example/"' in result(speaks)
    assert "hush" not in result(speaks)
    assert "Secret headers of 1 feed were left out" in said(speaks)
    assert feed_commands.export((), file=tmp_path / "none" / "x.opml", at=NOW, speaker=speaks) == 2

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.discovery import USUAL_FEEDS, USUAL_SITEMAPS, Discovery
from ingest.web.fetcher import Fetcher
from ingest.web.limits import Limits
from ingest.web.politeness import HostGate
from ingest.web.robots import Robots
from tests.ingest.loopback import Loopback, answer, loopback

ATOM = answer(
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title><entry><id>1</id><updated>2026-03-02T10:00:00Z</updated>'
    b"</entry><entry><id>2</id><updated>2026-03-03T10:00:00+01:00</updated></entry></feed>"
)
JSON = answer(b'{"version": "https://jsonfeed.org/version/1.1", "title": "Quay", "items": []}')
SITEMAP = answer(b"<urlset><url><loc>https://a.example/1</loc></url></urlset>")
LIMITS = Limits(connect_seconds=1, read_seconds=1, total_seconds=2)


def page(body: str, head: str = "") -> bytes:
    return answer(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode())


def alternate(href: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" href="{href}" title="{title}">'


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1)
    yield one
    asyncio.run(one.close())


@dataclass(kw_only=True)
class Search:
    discovery: Discovery
    server: Loopback
    said: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def asked(self) -> list[str]:
        return [request.split()[1] for request in self.server.requests]

    async def find(self, path: str = "/", *, first_only: bool = False) -> list[tuple[str, str]]:
        found = await self.discovery.discover(f"{self.base}{path}", first_only=first_only)
        return [(feed.url.removeprefix(self.base), feed.stage) for feed in found]


@contextlib.asynccontextmanager
async def search(reader: FeedReader, answers: dict[str, bytes]) -> AsyncIterator[Search]:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.get(head.split()[1].decode(), answer(status="404 Not Found")))

    gate, said = HostGate(pause_seconds=0), list[str]()
    async with (
        loopback(talk) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=LIMITS) as fetcher,
    ):
        robots = Robots(fetcher=fetcher, turn=gate.turn)
        discovery = Discovery(fetcher=fetcher, reader=reader, robots=robots, gate=gate, say=said.append)
        yield Search(discovery=discovery, server=server, said=said)


async def test_a_feed_is_known_by_one_request(reader: FeedReader) -> None:
    async with search(reader, {"/atom": ATOM}) as one:
        (found,) = await one.discovery.discover(f"{one.base}/atom")
        assert one.asked == ["/atom"]
    assert (found.kind, found.title, found.entries, found.stage) == ("atom10", "Harbour", 2, "itself")
    assert found.newest == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


async def test_what_the_page_names_is_asked_for_and_nothing_else(reader: FeedReader) -> None:
    head = alternate("/comments", "Comments on Harbour") + alternate("atom") + alternate("/gone") + alternate("/f.json")
    answers = {"/news/": page('<a href="/rss">RSS</a>', head), "/news/atom": ATOM, "/comments": ATOM, "/f.json": JSON}
    async with search(reader, answers) as one:
        assert await one.find("/news/") == [("/news/atom", "page"), ("/f.json", "page"), ("/comments", "page")]
        assert one.asked == ["/news/", "/news/atom", "/gone", "/f.json", "/comments"]


async def test_the_first_is_enough_for_who_wants_one(reader: FeedReader) -> None:
    answers = {"/": page("", alternate("/atom") + alternate("/f.json")), "/atom": ATOM, "/f.json": JSON}
    async with search(reader, answers) as one:
        assert await one.find(first_only=True) == [("/atom", "page")]
        assert one.asked == ["/", "/atom"]


async def test_a_page_that_names_none_may_link_to_one(reader: FeedReader) -> None:
    links = '<a href="/about">About</a><a href="/news/feed-me.html">Feed me</a><a href="/world.rss">World</a>'
    links += '<a href="/x?id=3">RSS</a><a href="javascript:rss">x</a>'
    async with search(reader, {"/": page(links), "/world.rss": ATOM, "/x?id=3": JSON}) as one:
        assert await one.find() == [("/world.rss", "anchor"), ("/x?id=3", "anchor")]
        assert one.asked == ["/", "/world.rss", "/x?id=3"]


async def test_then_the_usual_places_are_tried_nearest_first_until_one_is_there(reader: FeedReader) -> None:
    async with search(reader, {"/blog/a": page("Hello"), "/blog/rss.xml": ATOM, "/feed": ATOM}) as one:
        assert await one.find("/blog/a") == [("/blog/rss.xml", "usual")]
        assert one.asked == ["/blog/a", "/robots.txt", "/blog/feed", "/blog/rss.xml"]


async def test_then_sitemaps_those_that_robots_txt_names_for_news_first(reader: FeedReader) -> None:
    async with search(reader, {"/": page("Hello"), "/s/news.xml": SITEMAP}) as one:
        robots = f"Sitemap: {one.base}/s/all.xml\nSitemap: {one.base}/s/news.xml\nUser-agent: *\nDisallow: /feed\n"
        one.discovery._robots._fetcher = _Says(robots)  # type: ignore[assignment]
        assert await one.find() == [("/s/news.xml", "sitemap")]
        assert "/feed" not in one.asked  # a guess keeps to robots.txt
        assert one.asked[-1] == "/s/news.xml"


class _Says:
    """A fetcher of one robots.txt."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def fetch(self, url: str) -> object:
        from ingest.web.outcomes import Fetched  # noqa: PLC0415

        return Fetched(url=url, body=self._text.encode(), content_type=None, etag=None, last_modified=None)


async def test_a_site_without_any_was_asked_a_bounded_number_of_times(reader: FeedReader) -> None:
    async with search(reader, {"/a/b": page("Hello")}) as one:
        assert await one.find("/a/b") == []
        assert len(one.asked) == 2 + 2 * len(USUAL_FEEDS) + len(USUAL_SITEMAPS)
    assert "this is a web page, not a feed" in one.said[0]


async def test_a_site_that_cannot_be_asked_is_not_guessed_at(reader: FeedReader) -> None:
    async with search(reader, {}) as one:
        assert await one.discovery.discover("http://10.0.0.1/") == ()
        assert one.asked == []
    assert "COPYDESK_FETCH_ALLOW_NETWORKS" in one.said[0]


async def test_the_address_to_list_is_where_permanent_redirects_lead(reader: FeedReader) -> None:
    answers = {
        "/old": answer(status="301 Moved Permanently", headers={"Location": "/new"}),
        "/new": answer(status="302 Found", headers={"Location": "/now"}),
        "/now": ATOM,
    }
    async with search(reader, answers) as one:
        assert await one.find("/old") == [("/new", "itself")]

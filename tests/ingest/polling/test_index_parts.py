"""Sitemaps and their indexes, from real servers through the poller into the inbox."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from ingest.documents.feed_reader import FeedReader, ReadLimits
from tests.ingest.loopback import answer, gzip_bytes
from tests.ingest.polling.site import PAGE, site


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1, limits=ReadLimits(seconds=5))
    yield one
    asyncio.run(one.close())


SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    "{}</urlset>"
)


def sitemap(base: str, *paths: str) -> bytes:
    rows = "".join(
        f"<url><loc>{base}{path}</loc><news:news><news:title>{path}</news:title>"
        f"<news:publication_date>2026-03-03T08:00:00Z</news:publication_date></news:news></url>"
        for path in paths
    )
    return SITEMAP.format(rows).encode()


def index(base: str, *parts: str, changed: str = "") -> bytes:
    rows = "".join(f"<sitemap><loc>{base}{part}</loc>{changed}</sitemap>" for part in parts)
    return answer(f"<sitemapindex>{rows}</sitemapindex>".encode(), headers={"ETag": '"v1"'})


async def test_a_news_sitemap_is_polled_as_a_feed_gzipped_too(reader: FeedReader) -> None:
    async with site(reader, "/a", "/b") as one:
        one.answers["/feed"] = answer(gzip_bytes(sitemap(one.base, "/a", "/b")), headers={"ETag": '"v1"'})
        report = await one.poll()
        one.answers["/feed"] = answer(status="304 Not Modified")
        again = await one.poll()
        raw = one.accepted(f"{one.base}/a")
    assert report.sentence == "2 new of 2 entries; 2 with their page"
    assert (raw.kind, raw.stated.title, raw.stated.published_at) == ("page", "/a", "2026-03-03T08:00:00+00:00")
    assert again.outcome == "unchanged"


async def test_of_a_sitemap_index_the_newest_parts_are_one_feed(reader: FeedReader) -> None:
    async with site(reader, "/a", "/b", "/c") as one:
        one.answers["/feed"] = index(one.base, "/old-1.xml", "/old-2.xml", "/old-3.xml", "/old-4.xml")
        one.answers["/old-4.xml"] = answer(sitemap(one.base, "/a", "/b"))
        one.answers["/old-3.xml"] = answer(sitemap(one.base, "/b", "/c"))
        report = await one.poll()
        one.answers["/old-4.xml"] = answer(sitemap(one.base, "/d", "/a", "/b"))
        one.answers["/d"] = PAGE
        again = await one.poll()
    assert report.sentence == (
        "3 new of 3 entries; the newest 2 of 4 sitemaps; 1 could not be read "
        "(there is nothing at this address (404 Not Found)); 3 with their page"
    )
    assert one.asked[:4] == ["/feed", "/old-4.xml", "/old-3.xml", "/old-2.xml"]
    assert again.sentence.startswith("1 new of 4 entries")  # not dated: an unchanged index proves nothing
    assert not any("If-None-Match" in request for request in one.server.requests)


async def test_an_unchanged_index_that_dates_its_parts_is_enough(reader: FeedReader) -> None:
    async with site(reader, "/a") as one:
        one.answers["/feed"] = index(one.base, "/n.xml", changed="<lastmod>2026-03-03</lastmod>")
        one.answers["/n.xml"] = answer(sitemap(one.base, "/a"))
        await one.poll()
        again = await one.poll()
    assert (again.sentence, one.asked.count("/n.xml")) == ("nothing new (the same bytes as last time)", 1)
    assert 'If-None-Match: "v1"' in one.server.requests[-1]


async def test_an_index_of_indexes_is_followed_one_level_and_a_loop_ends(reader: FeedReader) -> None:
    async with site(reader, "/a") as one:
        one.answers["/feed"] = index(one.base, "/2026.xml")
        one.answers["/2026.xml"] = index(one.base, "/feed", "/2026-03.xml")
        one.answers["/2026-03.xml"] = answer(sitemap(one.base, "/a"))
        report = await one.poll()
    assert report.accepted == 1
    assert one.asked.count("/2026.xml") == 1


async def test_an_index_none_of_whose_parts_can_be_read_is_a_failure(reader: FeedReader) -> None:
    async with site(reader) as one:
        one.answers["/feed"] = index(one.base, "/n.xml")
        report = await one.poll()
    assert (report.outcome, report.reason) == ("failed", "http_404")
    assert report.sentence == "of its sitemaps none could be read: there is nothing at this address (404 Not Found)"


async def test_of_a_plain_sitemap_nothing_is_accepted_before_its_page_is_reached(reader: FeedReader) -> None:
    async with site(reader, "/a", "/b", pause=0.6, round_seconds=1.0) as one:
        rows = "".join(f"<url><loc>{one.base}{path}</loc></url>" for path in ("/a", "/b"))
        one.answers["/feed"] = answer(f"<urlset>{rows}</urlset>".encode(), headers={"ETag": '"v1"'})
        first = await one.poll()
        assert [raw.kind for raw in one.inbox.accepted] == ["page"]
        await one.poll()
    assert first.sentence == "2 new of 2 entries; 1 with their page, 1 the next time"
    assert sorted(raw.kind for raw in one.inbox.accepted) == ["page", "page"]

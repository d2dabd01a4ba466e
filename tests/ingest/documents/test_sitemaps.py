from __future__ import annotations

import pytest

from ingest.documents.entries import read_feed
from ingest.documents.entry import NotAFeed, ParsedFeed, SitemapIndex
from ingest.documents.sitemaps import PARTS_MAX

URL = "https://courier.example/sitemap_news.xml"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <!-- two articles -->
  <url>
    <loc>https://courier.example/2026/ferry</loc>
    <lastmod>2026-03-03T09:30:00+01:00</lastmod>
    <news:news>
      <news:publication><news:name>Varsland Courier</news:name><news:language>nb</news:language></news:publication>
      <news:publication_date>2026-03-03T08:00:00+01:00</news:publication_date>
      <news:title>Ferry &amp; horses sail again</news:title>
      <news:keywords>ferry, horses,ferry , sea</news:keywords>
    </news:news>
    <image:image><image:loc>/ferry.jpg</image:loc><image:title>Not the headline</image:title></image:image>
  </url>
  <url>
    <loc> https://courier.example/2026/storm </loc>
    <news:news><news:publication_date>2026-03-04</news:publication_date><news:title>Storm ahead</news:title></news:news>
  </url>
</urlset>"""


def read(text: str) -> ParsedFeed:
    found = read_feed(text.encode(), url=URL, content_type="application/xml")
    assert isinstance(found, ParsedFeed)
    return found


def index(*parts: tuple[str, str | None]) -> SitemapIndex:
    rows = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</sitemap>"
        for loc, changed in parts
    )
    text = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'
    found = read_feed(text.encode(), url=URL, content_type="application/xml")
    assert isinstance(found, SitemapIndex)
    return found


def test_a_news_sitemaps_entries_are_titles_with_their_pages_the_newest_first() -> None:
    feed = read(NEWS)
    storm, ferry = feed.entries
    assert (feed.kind, feed.title, feed.whole, feed.note) == ("news_sitemap", "Varsland Courier", True, None)
    assert (ferry.link, ferry.title, ferry.body) == (
        "https://courier.example/2026/ferry",
        "Ferry & horses sail again",
        "",
    )
    assert (ferry.published, ferry.modified) == ("2026-03-03T08:00:00+01:00", "2026-03-03T09:30:00+01:00")
    assert (ferry.publisher, ferry.language, ferry.tags) == ("Varsland Courier", "nb", ("ferry", "horses", "sea"))
    assert ferry.images == ("https://courier.example/ferry.jpg",)
    assert (storm.link, storm.title, storm.published) == (
        "https://courier.example/2026/storm",
        "Storm ahead",
        "2026-03-04",
    )


@pytest.mark.parametrize(
    "written",
    [
        NEWS.replace("http://www.google.com", "https://www.google.com").replace(
            "http://www.sitemaps", "https://sitemaps"
        ),
        NEWS.replace("news:", "n:").replace("xmlns:news", "xmlns:n"),
        NEWS.replace(' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"', ""),
        NEWS.replace('<?xml version="1.0" encoding="UTF-8"?>\n', ""),
        NEWS.replace("<loc>", "<loc><![CDATA[").replace("</loc>", "]]></loc>"),
    ],
    ids=["https", "another prefix", "no namespace declared", "no prolog", "CDATA"],
)
def test_namespaces_are_written_in_every_way_there_is(written: str) -> None:
    assert [(entry.title, entry.link) for entry in read(written).entries] == [
        (entry.title, entry.link) for entry in read(NEWS).entries
    ]


def test_a_plain_sitemap_has_pages_and_when_they_changed() -> None:
    feed = read(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://courier.example/</loc></url>'
        "<url><loc>https://courier.example/a</loc><lastmod>2026-03-01</lastmod></url><url><loc>javascript:x</loc></url>"
        "<url><loc>https://courier.example/b</loc><lastmod>2026-03-02</lastmod></url><url/></urlset>"
    )
    assert (feed.kind, feed.whole) == ("sitemap", True)
    assert [(entry.link, entry.modified, entry.published) for entry in feed.entries] == [
        ("https://courier.example/b", "2026-03-02", None),
        ("https://courier.example/a", "2026-03-01", None),
    ]


def test_of_a_long_sitemap_the_newest_are_read_and_it_is_said() -> None:
    rows = "".join(
        f"<url><loc>https://courier.example/{n}</loc><lastmod>20{10 + n // 300}-01-01</lastmod></url>"
        for n in range(3_000)
    )
    feed = read(f"<urlset>{rows}</urlset>")
    assert (len(feed.entries), feed.whole) == (2_000, False)
    assert feed.note == "of 3000 entries the newest 2000 were read"
    assert {entry.modified for entry in feed.entries} == {f"20{year}-01-01" for year in range(14, 20)} | {"2013-01-01"}


def test_a_sitemap_that_ends_in_the_middle_says_so() -> None:
    feed = read(NEWS[: NEWS.index("<loc> https")])
    assert ([entry.title for entry in feed.entries], feed.whole) == (["Ferry & horses sail again"], False)
    assert feed.note == "the sitemap ends in the middle; what is there was read"


@pytest.mark.parametrize(
    ("parts", "newest"),
    [
        pytest.param(
            [("a", "2026-01-01"), ("b", "2026-03-01T10:00:00Z"), ("c", "2026-02-01"), ("d", "2025-01-01"), ("e", None)],
            ["b", "c", "a"],
            id="by lastmod",
        ),
        pytest.param(
            [("sitemap-2025-12.xml", None), ("sitemap-2026-2.xml", None), ("sitemap-2026-11.xml", None)],
            ["sitemap-2026-11.xml", "sitemap-2026-2.xml", "sitemap-2025-12.xml"],
            id="by the months in their names",
        ),
        pytest.param(
            [(f"post-sitemap{n}.xml", None) for n in ("", 2, 9, 10, 11)],
            ["post-sitemap11.xml", "post-sitemap10.xml", "post-sitemap9.xml"],
            id="by their numbers",
        ),
        pytest.param([(name, None) for name in "wxyz"], ["w", "x", "y"], id="by their order"),
        pytest.param(
            [("pages.xml", "2026-03-09"), ("sitemap-news.xml", "2026-03-01"), ("archive-2026.xml", "2026-03-02")],
            ["sitemap-news.xml"],
            id="the news sitemap alone",
        ),
        pytest.param(
            [
                ("post-sitemap.xml", "2026-03-01"),
                ("page-sitemap.xml", "2026-03-09"),
                ("category-sitemap.xml", "2026-03-09"),
            ],
            ["post-sitemap.xml"],
            id="no pages and categories",
        ),
        pytest.param(
            [("tags.xml", None), ("pages.xml", None)], ["tags.xml", "pages.xml"], id="there is nothing better"
        ),
    ],
)
def test_of_an_index_the_newest_parts_are_asked_for(parts: list[tuple[str, str | None]], newest: list[str]) -> None:
    found = index(*parts)
    assert list(found.parts) == [f"https://courier.example/{name}" for name in newest]
    assert len(found.parts) <= PARTS_MAX
    assert found.of == len(parts)


def test_an_index_says_whether_its_parts_are_dated() -> None:
    assert index(("a", "2026-01-01")).dated
    assert not index(("a", "2026-01-01"), ("b", None)).dated


def test_an_index_of_nothing_is_no_feed() -> None:
    found = read_feed(
        b"<sitemapindex><sitemap><loc>ftp://x/</loc></sitemap></sitemapindex>", url=URL, content_type=None
    )
    assert isinstance(found, NotAFeed)
    assert found.sentence == "this is a sitemap index that names no sitemaps"


def test_a_sitemap_that_pulls_in_files_is_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>'
    found = read_feed(bomb.encode(), url=URL, content_type=None)
    assert isinstance(found, NotAFeed)
    assert found.reason == "xml_entities"

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime

import pytest

from ingest.seeding.archives import archived_pages
from ingest.seeding.items import PassedOver, Refused, Seed, SeedItem, SeedSource
from shared.schema import RawArticle
from tests.ingest.seeding.warcs import PAGE, Archive

URL = "https://courier.example/night-ferry"


def seeds(archive: Archive | bytes) -> list[Seed]:
    data = archive.data if isinstance(archive, Archive) else archive
    stream = io.BufferedReader(io.BytesIO(data))
    return list(archived_pages(stream, name="crawl.warc.gz", source=SeedSource(name="crawl")))


def only(archive: Archive) -> Seed:
    (seed,) = seeds(archive)
    return seed


def raw(archive: Archive) -> RawArticle:
    seed = only(archive)
    assert isinstance(seed, SeedItem), seed
    return seed.raw


def test_a_page_is_a_raw_article_under_its_address() -> None:
    article = raw(Archive().respond(URL, http={"Content-Type": 'text/html; charset="EUC-KR"'}))
    assert (article.source_key, article.entry_key, article.url) == ("seed:crawl", URL, URL)
    assert (article.kind, article.charset, article.body) == ("page", "EUC-KR", PAGE.encode())
    assert not article.from_page


def test_an_article_was_seen_when_the_crawler_saw_it() -> None:
    seen = [
        raw(Archive().respond(URL, WARC_Date=date)).seen_at
        for date in ("2019-05-06T07:08:09Z", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "yesterday")
    ]
    assert seen[0] == datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert all(abs((each - datetime.now(UTC)).total_seconds()) < 60 for each in seen[1:])


def test_two_captures_of_one_address_are_two_versions_of_one_article() -> None:
    archive = Archive().respond(URL, WARC_Date="2019-05-06T07:08:09Z")
    archive.respond(URL, PAGE.replace("voted", "refused").encode(), WARC_Date="2019-05-07T07:08:09Z")
    one, other = (seed.raw for seed in seeds(archive) if isinstance(seed, SeedItem))
    assert one.entry_key == other.entry_key
    assert one.raw_id != other.raw_id
    assert one.seen_at < other.seen_at


@pytest.mark.parametrize(
    ("body", "http"),
    [
        (gzip.compress(PAGE.encode()), {"Content-Encoding": "gzip"}),
        (PAGE.encode(), {"Content-Encoding": "gzip"}),
        (b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE.encode()), {"Transfer-Encoding": "chunked"}),
        (PAGE.encode(), {"Transfer-Encoding": "chunked"}),
    ],
)
def test_chunks_and_codings_are_undone_whether_they_are_there_or_only_said(body: bytes, http: dict[str, str]) -> None:
    assert raw(Archive().respond(URL, body, http=http)).body == PAGE.encode()


def test_a_page_that_the_archive_or_the_server_cut_is_flagged() -> None:
    assert raw(Archive().respond(URL, WARC_Truncated="length")).flags == ("truncated",)
    page = PAGE.replace("voted", "voted " + " ".join(map(str, range(20_000)))).encode()
    cut = raw(Archive().respond(URL, gzip.compress(page)[:-4_000], http={"Content-Encoding": "gzip"}))
    assert cut.flags == ("truncated",)
    assert cut.body.startswith(PAGE[:60].encode())


def test_resources_and_extracted_texts_are_articles_too() -> None:
    page = raw(Archive().add("resource", URL, PAGE.encode(), Content_Type="text/html"))
    text = raw(Archive().add("conversion", URL, "Die Fähre fährt.".encode(), Content_Type="text/plain"))
    assert (page.kind, text.kind, text.body.decode()) == ("page", "text", "Die Fähre fährt.")


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (Archive().respond(URL, status="404 Not Found"), "HTTP status 404"),
        (Archive().respond(URL, status="301 Moved"), "HTTP status 301"),
        (Archive().respond(URL, b"GIF89a", http={"Content-Type": "image/gif"}), "image/gif"),
        (Archive().respond(URL, b" "), "empty page"),
        (Archive().add("revisit", URL, b""), "revisit record"),
        (Archive().add("request", URL, b"GET / HTTP/1.1\r\n\r\n"), "request record"),
        (Archive().add("warcinfo", None, b"software: x"), "warcinfo record"),
        (Archive().add("resource", "dns:courier.example", b"x"), "record of something that has no web address"),
    ],
)
def test_what_is_no_articles_page_is_passed_over_with_its_reason(archive: Archive, reason: str) -> None:
    seed = only(archive)
    assert isinstance(seed, PassedOver)
    assert seed.reason == reason


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (Archive().respond(URL, b"x" * 90, http={"Content-Encoding": "br"}), "is encoded as 'br'"),
        (Archive().respond(URL, b"\x1f\x8b\x08\0\0\0\0\0\0\3damaged!"), "has a compressed page that is damaged"),
        (Archive().respond(URL, b"\x1f\x8b\x08\0", http={"Content-Encoding": "gzip"}), "ends before it begins"),
        (Archive().respond(URL, gzip.compress(bytes(33 << 20))), "has a page of more than"),
        (Archive().respond(URL, b"\0\1\2" * 99, http={"Content-Type": "text/plain"}), "does not look like text"),
    ],
)
def test_a_page_that_cannot_be_read_is_refused_with_its_reason(archive: Archive, reason: str) -> None:
    seed = only(archive)
    assert isinstance(seed, Refused)
    assert reason in seed.reason
    assert seed.input_id == f"crawl.warc.gz record 1 ({URL})"


def test_a_response_without_http_is_refused() -> None:
    (seed,) = seeds(
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <"
        + URL.encode()
        + b">\r\nContent-Length: 4\r\n\r\nnone\r\n\r\n"
    )
    assert seed == Refused(input_id=f"crawl.warc.gz record 1 ({URL})", reason="holds no HTTP response")


def test_a_file_without_any_record_is_refused() -> None:
    assert [seed.reason for seed in seeds(b"WARP\n") if isinstance(seed, Refused)] == [
        "is none: these bytes belong to no record"
    ]
    assert seeds(b"") == [Refused(input_id="crawl.warc.gz", reason="holds no WARC record")]

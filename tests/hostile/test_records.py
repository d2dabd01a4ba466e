"""I103 to I118: what strangers write into the fields of an entry or a line, all the way to the record and out again."""

from __future__ import annotations

import csv
import html
import io
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from rich.console import Console
from sqlalchemy import Engine

from ingest.documents.entries import read_feed
from ingest.documents.entry import Entry, ParsedFeed
from ingest.feedlist.sources import FeedSource, SourcesError, new_feed, parse_feeds_toml
from ingest.polling.entry_articles import raw_article
from ingest.polling.identity import keyed
from ingest.seeding.jsonlines import Line, LineError, read_line
from shared.logs import configure_logging
from shared.schema import RawArticle, pack_body, pack_meta, unpack
from tests.factories import NOON, make_raw_article
from tests.hostile.connects import Connects
from tests.hostile.numbered import inputs
from worker.listing import as_csv, print_table
from worker.parsing import flags
from worker.parsing.article import ParsedArticle
from worker.parsing.parser import parse
from worker.record import parsed_fields
from worker.storage import reading
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Arrival, Store

FEED = FeedSource(url="https://harbour.example/rss")
TEXT = "The ferry left the quay at noon with forty people on board."


def entry_of(item: str) -> Entry:
    document = f'<rss version="2.0"><channel><item>{item}</item></channel></rss>'
    read = read_feed(document.encode("utf-8", "surrogatepass"), url=FEED.url, content_type=None)
    assert isinstance(read, ParsedFeed), read
    return read.entries[0]


def record_of(item: str) -> dict[str, Any]:
    """The record's fields, over the wire and through JSON, which takes no lone surrogate when it is written out."""
    (known,) = keyed([entry_of(item)])
    raw = raw_article(known, feed=FEED, seen_at=NOON)
    received = unpack(pack_meta(raw), pack_body(raw))
    fields = parsed_fields(parse(received))
    json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()
    return fields


DATES: dict[str, dict[str, str]] = {
    "I103": {
        "year 99999": "Mon, 01 Jan 99999 00:00:00 GMT",
        "year 1": "Mon, 01 Jan 0001 00:00:00 GMT",
        "end of time": "9999-12-31T23:59:59-23:00",
        "31 February": "Tue, 31 Feb 2026 10:00:00 GMT",
        "no such hour": "2026-03-03T25:61:61Z",
        "no such zone": "Tue, 03 Mar 2026 10:00:00 -9999",
        "another": "2026-03-03T10:00:00+99:99",
        "now": "now",
        "digits": "1" * 100_000,
        "question marks": "?" * 3_000,
        "ten years on": "Tue, 03 Mar 2036 10:00:00 GMT",
    }
}


@pytest.mark.parametrize("date", inputs(DATES))
def test_a_date_that_cannot_be_is_no_date_or_a_flagged_one_at_once(date: str) -> None:
    record_of("<title>warm</title>")
    started = time.thread_time()
    fields = record_of(f"<title>Ferry</title><description>{TEXT}</description><pubDate>{date}</pubDate>")
    assert time.thread_time() - started < 0.5
    published = fields["published_at"]
    assert published is None or published.startswith("2026-03-03") or flags.DATE_INVALID in fields["flags"]


@pytest.mark.parametrize("date", inputs({"I104": ["Tue, 03 Mar 2036 10:00:00 GMT", "2099-01-01T00:00:00Z"]}))
def test_a_date_in_the_future_orders_nothing_and_is_flagged(date: str, engine: Engine) -> None:
    fields = record_of(f"<title>Ferry</title><description>{TEXT}</description><pubDate>{date}</pubDate>")
    assert flags.DATE_INVALID in fields["flags"]
    assert fields["published_at"] is None


@pytest.mark.parametrize("date", inputs({"I105": ["2025-03-30T03:30:00", "2025-03-09 02:30"]}))
def test_a_local_time_without_zone_stays_local_and_is_flagged(date: str) -> None:
    line = {"text": TEXT, "published_at": date, "timezone": None}
    fields = parsed_fields(parse(raw_of(read_line(json.dumps(line).encode()))))
    assert fields["published_at"] == f"{date[:10]}T{date[11:16]}:00"
    assert flags.ZONE_UNKNOWN in fields["flags"]


def raw_of(line: Line | LineError) -> RawArticle:
    assert isinstance(line, Line), line
    raw = make_raw_article(kind=line.kind, body=line.body, stated=line.stated, url=line.url)
    return unpack(pack_meta(raw), pack_body(raw))


LINES: dict[str, dict[str, bytes]] = {
    "I106": {
        "lone surrogate": b'{"text": "a \\ud800 b", "title": "\\udfff"}',
        "key": b'{"text": "a", "id": "\\ud800"}',
        "author": b'{"text": "a", "authors": [{"name": "\\ud800 Lind"}]}',
    },
    "I107": {
        "NUL": b'{"text": "a\\u0000b", "title": "x\\u0000"}',
        "url": b'{"text": "a", "url": "https://a.example/1/\\u0000"}',
    },
}


@pytest.mark.parametrize("line", inputs(LINES))
def test_what_no_database_takes_never_reaches_one(line: bytes, engine: Engine) -> None:
    read = read_line(line)
    if isinstance(read, LineError):
        assert read.reason
        return
    raw = raw_of(read)
    parsed = parse(raw)
    Store(engine).store([arrival(raw, parsed)], now=NOON)
    (row,) = reading.articles(engine, all_=True)
    stored = json.dumps(parsed_fields(row.parsed), ensure_ascii=False)
    assert "\0" not in stored.encode().decode()


def arrival(raw: RawArticle, parsed: ParsedArticle) -> Arrival:
    return Arrival(raw_id=raw.raw_id, raw=raw, meta=pack_meta(raw), body=pack_body(raw), parsed=parsed)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    return engine


TITLES: dict[str, dict[str, str]] = {
    "I108": {
        "NFD": "Kuca\u0301n quay",
        "zero width": "Fer\u200bry",
        "homoglyph": "Fеrry",
        "override": "Ferry \u202eyrref",
    }
}


@pytest.mark.parametrize("title", inputs(TITLES))
def test_a_title_is_kept_as_it_is_given(title: str) -> None:
    given = record_of(f"<title>{title}</title><description>{TEXT}</description>")["title"]
    assert given.replace("\u200b", "") == title.replace("\u200b", "")


MARKUP: dict[str, dict[str, tuple[str, str]]] = {
    "I109": {
        "tag": ("<img src=x onerror=alert(1)>Ferry", "Ferry"),
        "script": ("<script>alert(1)</script>Ferry", "Ferry"),
        "once more escaped": ("&lt;b&gt;Ferry&lt;/b&gt;", "Ferry"),
        "comparison": ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
    }
}


@pytest.mark.parametrize(("title", "text"), inputs(MARKUP))
def test_a_title_is_plain_text(title: str, text: str) -> None:
    shown = record_of(f"<title>{html.escape(title)}</title><description>{TEXT}</description>")["title"]
    assert shown == text or ("alert" not in shown and text in shown)


LINKS = {
    "I110": [
        "javascript:alert(1)",
        "JaVaScRiPt\t:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        " javascript:alert(1)",
        "https://",
        "http://[",
    ]
}


@pytest.mark.parametrize("link", inputs(LINKS))
def test_a_link_that_is_no_web_address_is_none(link: str, connects: Connects) -> None:
    fields = record_of(f"<guid isPermaLink='false'>1</guid><title>Ferry</title><link>{link}</link>")
    assert (fields["url"], fields["canonical_url"], connects) == (None, None, [])
    assert flags.BAD_LINK in fields["flags"]


BODIES = {
    "I111": [
        "<svg/onload=alert(1)>",
        "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'></iframe>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<p style='background:url(http://127.0.0.1/)'>x</p>",
        "<base href='http://127.0.0.1/'><meta http-equiv=refresh content='0;url=http://127.0.0.1/'>",
        "<form action='http://127.0.0.1/'><input name=a></form>",
        "<script>alert(1)</script><noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    ]
}


@pytest.mark.parametrize("body", inputs(BODIES))
def test_nothing_that_could_act_is_left_of_a_body(body: str, connects: Connects) -> None:
    fields = record_of(f"<title>Ferry</title><description>{html.escape(f'<p>{TEXT}</p>{body}')}</description>")
    said = f"{fields['text']} {fields['summary']}".lower()
    assert TEXT.lower() in said
    for forbidden in ("<svg", "<iframe", "<img", "<script", "<style", "<base", "<meta", "<form", "onerror", "onload"):
        assert forbidden not in said
    assert connects == []


BULKS: dict[str, dict[str, str]] = {
    "I112": {"20,000 nested divs": f"{'<div>' * 20_000}<p>{TEXT}</p>{'</div>' * 20_000}"},
    "I113": {
        "100,000 links": f"<p>{TEXT}</p>" + "<a href='https://a.example/'>x</a>" * 100_000,
        "100,000 images": f"<p>{TEXT}</p>" + "<img src='https://a.example/x.png'>" * 100_000,
    },
}


@pytest.mark.parametrize("body", inputs(BULKS))
def test_a_body_of_bulk_is_read_in_time_and_keeps_its_text_or_says_so(body: str) -> None:
    started = time.thread_time()
    fields = record_of(f"<title>Ferry</title><description><![CDATA[{body}]]></description>")
    assert time.thread_time() - started < 10
    assert TEXT in fields["text"] or {flags.PARTIAL, flags.NO_TEXT, flags.TRUNCATED} & set(fields["flags"])
    assert len(fields["images"]) <= 100


CELLS = {"I114": ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", '=cmd|"/c calc"!A1']}


@pytest.mark.parametrize("cell", inputs(CELLS))
def test_no_cell_for_a_spreadsheet_is_a_formula(cell: str, engine: Engine) -> None:
    raw = make_raw_article()
    Store(engine).store([arrival(raw, ParsedArticle(title=cell, text=TEXT))], now=NOON)
    header, row = csv.reader(io.StringIO("\r\n".join(as_csv(reading.articles(engine))), newline=""))
    assert row[header.index("title")] == "'" + cell


STEERING = {"I115": ["a\r\nb", "a\x1b[2Jb", "a\u2028b", "a\x9b31mb", "a\x00b", 'a", "level": "debug']}


@pytest.mark.parametrize("text", inputs(STEERING))
def test_what_a_stranger_wrote_neither_splits_a_log_line_nor_steers_a_terminal(
    text: str, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = make_raw_article()
    Store(engine).store([arrival(raw, ParsedArticle(title=text.replace("\0", ""), text=TEXT))], now=NOON)
    out = io.StringIO()
    print_table(reading.articles(engine), Console(file=out, width=120, highlight=False))
    assert not {"\x1b", "\x9b", "\r", "\u2028"} & set(out.getvalue())
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        configure_logging("test")
        structlog.get_logger().warning("article.odd", title=text, url=f"http://u:secret@a.example/{text}")
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["level"] == "warning"
    assert "secret" not in line


def _feed_interval(value: str) -> object:
    return parse_feeds_toml(
        f'[[feed]]\nurl = "https://a.example/"\ninterval_minutes = {value}\n'.encode(), path=Path("f")
    )


NUMBERS: dict[str, dict[str, Callable[[], object]]] = {
    "I116": {
        "2^65": lambda: _feed_interval(str(2**65)),
        "-1": lambda: _feed_interval("-1"),
        "1e309": lambda: _feed_interval("1e309"),
        "nan": lambda: _feed_interval("nan"),
        "text": lambda: _feed_interval('"NaN"'),
        "zero": lambda: _feed_interval("0"),
        "command line": lambda: new_feed(url="https://a.example/", interval_minutes=-5),
    }
}


@pytest.mark.parametrize("given", inputs(NUMBERS))
def test_a_number_that_cannot_be_is_refused_in_a_sentence(given: Callable[[], object]) -> None:
    with pytest.raises(SourcesError, match="interval_minutes"):
        given()


LINE_NUMBERS = {"I116": [b'{"text": "a", "title": 1e400}', b'{"text": "a", "published_at": 7}', b'{"text": 1}']}


@pytest.mark.parametrize("line", inputs(LINE_NUMBERS))
def test_a_line_with_a_number_for_a_text_is_refused_in_a_sentence(line: bytes) -> None:
    read = read_line(line)
    assert isinstance(read, LineError)
    assert "has to be" in read.reason


SEARCHES = {"I117": ["%", "_", "'; DROP TABLE articles; --", "%00", "'" * 500, '"' * 500, "\\", "a\0b", "%" * 5000]}


@pytest.mark.parametrize("search", inputs(SEARCHES))
def test_a_search_is_words_and_nothing_else(search: str, engine: Engine) -> None:
    raw = make_raw_article()
    Store(engine).store([arrival(raw, ParsedArticle(title="Ferry", text=TEXT))], now=NOON)
    assert list(reading.articles(engine, search=search)) == []
    assert len(list(reading.articles(engine, search="ferry QUAY"))) == 1


BOUNDED: dict[str, dict[str, tuple[str, str, int]]] = {
    "I118": {
        "1 MB language": (f"<title xml:lang='{'x' * 1_000_000}'>q</title>", "language", 35),
        "100,000 tags": ("<title>q</title>" + "<category>t</category>" * 100_000, "tags", 50),
        "distinct tags": ("<title>q</title>" + "".join(f"<category>{n}</category>" for n in range(5_000)), "tags", 50),
        "a long tag": (f"<title>q</title><category>{'…' * 100_000}</category>", "tags", 1),
    }
}


@pytest.mark.parametrize(("item", "field", "most"), inputs(BOUNDED))
def test_a_field_is_bounded(item: str, field: str, most: int) -> None:
    value = record_of(item)[field]
    assert len(value or "") <= most
    if field == "tags":
        assert all(len(tag) <= 128 for tag in value)

"""I067 to I094: documents that are attacks, or that real publishers break. Read as the poller reads: in a child that
can be killed. One bad entry never loses the good one beside it."""

from __future__ import annotations

import html
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from ingest.documents.entry import NotAFeed, ParsedFeed
from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.sources import SourcesError, parse_opml
from ingest.web.guard import Guard, Refusal
from tests.hostile.connects import Connects
from tests.hostile.numbered import inputs

pytestmark = pytest.mark.asyncio(loop_scope="module")

URL = "https://harbour.example/feeds/all.xml"
GOOD = "<item><guid>good</guid><title>Good</title></item>"
SECONDS_MAX = 8.0
"""Beyond what RELIABILITY asks (3 s): two cores that run other tests too."""
JSON_FEED = '{"version": "https://jsonfeed.org/version/1", "items": '


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[FeedReader]:
    async with FeedReader(processes=1) as reader:
        await reader.read_feed(b"<rss/>", url=URL, content_type=None)
        yield reader


def rss(*items: str, start: str = "", head: str = "") -> str:
    return f'{start}<?xml version="1.0"?>{head}<rss version="2.0"><channel>{"".join(items)}</channel></rss>'


def with_entity(entity: str, use: str = "&a;") -> str:
    return f'<!DOCTYPE r [{entity}]><rss version="2.0"><channel><title>{use}</title>{GOOD}</channel></rss>'


def entity_bomb() -> str:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    return with_entity(lines, "&a11;")


def attributes(name: str, count: int) -> str:
    return " ".join(f"{name}{number}='u{number}'" for number in range(count))


REFUSED: dict[str, dict[str, tuple[str | bytes, str]]] = {
    "I066": {
        "login page": ("<!DOCTYPE html><title>Sign in</title>", "not_a_feed"),
        "captcha": ("<html><body>Are you a robot?</body></html>", "not_a_feed"),
        "OPML": ('<opml version="2.0"><body/></opml>', "not_a_feed"),
        "JSON": ('{"a": 1}', "not_a_feed"),
        "words": ("just some words", "not_a_feed"),
        "nothing": ("", "not_a_feed"),
    },
    "I067": {"billion laughs": (entity_bomb(), "xml_entities")},
    "I068": {"quadratic": (with_entity(f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 5_000), "xml_entities")},
    "I069": {
        "file": (with_entity('<!ENTITY a SYSTEM "file:///etc/hostname">'), "xml_entities"),
        "http": (with_entity('<!ENTITY a PUBLIC "x" "http://127.0.0.1/">'), "xml_entities"),
        "parameter": (with_entity('<!ENTITY % a SYSTEM "http://127.0.0.1/">%a;'), "xml_entities"),
    },
    "I074": {
        "20,000": (rss(f"<x {attributes('a', 20_000)}/>{GOOD}"), "too_many_attributes"),
        "50,000": (rss(f"<x {attributes('a', 50_000)}/>{GOOD}"), "too_many_attributes"),
    },
    "I075": {"20,000": (rss(f"<x {attributes('xmlns:a', 20_000)}/>"), "too_many_attributes")},
    "I086": {"a million <": ("<" * 1_000_000, "not_a_feed"), "a million &": ("&" * 1_000_000, "not_a_feed")},
    "I091": {
        "deep": (JSON_FEED + "[" * 100_000, "not_a_feed"),
        "long number": (JSON_FEED + '[], "x": ' + "9" * 5_000 + "}", "not_a_feed"),
        "no items": (JSON_FEED + "7}", "not_a_feed"),
    },
}


@pytest.mark.parametrize(("document", "reason"), inputs(REFUSED))
async def test_what_is_no_feed_or_an_attack_is_refused_with_its_reason(
    document: str | bytes, reason: str, reader: FeedReader
) -> None:
    found, seconds = await read(document, reader)
    assert isinstance(found, NotAFeed), found
    assert (found.reason, bool(found.sentence)) == (reason, True)
    assert seconds < SECONDS_MAX


async def read(document: str | bytes, reader: FeedReader) -> tuple[ParsedFeed | NotAFeed, float]:
    data = document.encode("utf-8", "replace") if isinstance(document, str) else document
    started = time.perf_counter()
    found = await reader.read_feed(data, url=URL, content_type=None)
    return found, time.perf_counter() - started


def mangled(body: str) -> str:
    return rss(f"<item><guid>odd</guid>{body}</item>{GOOD}")


UTF_7 = rss("<item><title>+ADw-script+AD4-</title></item>", GOOD)
INNER = "<rss><channel><item><title>in</title></item></channel></rss>"


def json_feed(*items: str) -> str:
    return f'{JSON_FEED}[{", ".join(items)}, {{"id": "good", "title": "Good"}}]}}'


def nested(depth: int) -> str:
    return mangled(f"<description>{'<div>' * depth}x{'</div>' * depth}</description>")


RECOVERED: dict[str, dict[str, str | bytes]] = {
    "I070": {
        "Netscape's DTD": (
            '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
            f'"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>{GOOD}</channel></rss>'
        ),
        "foreign DTD": rss(GOOD, head='<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd">'),
        "entity of one letter": with_entity('<!ENTITY a "&#228;">'),
    },
    "I071": {
        "300": nested(300),
        "5,000": nested(5_000),
        "escaped": mangled(f"<description>{'&lt;div&gt;' * 5_000}x</description>"),
    },
    "I072": {"2 MB title": mangled(f"<title>{'t' * 2_000_000}</title>")},
    "I073": {"2 MB text": mangled(f"<description>{'t' * 2_000_000}</description>")},
    "I075": {"400 namespaces": rss(f"<x {attributes('xmlns:a', 400)}/>{GOOD}")},
    "I077": {"40 KiB author": mangled(f"<author>x@{'a.' * 20_000}!</author>")},
    "I078": {"surrogate": mangled("<title>a&#xD800;b</title>"), "pair": mangled("<title>&#xD83D;&#xDE00;</title>")},
    "I079": {
        "beyond Unicode": mangled("<title>a&#x110000;b</title>"),
        "twenty nines": mangled(f"<title>a&#{'9' * 20};b</title>"),
    },
    "I080": {
        "reference": mangled("<title>a&#0;b</title>"),
        "raw": mangled("<title>a\0b</title><link>https://a.example/\0</link>"),
        "JSON": json_feed('{"id": "odd", "title": "a\\u0000b"}'),
    },
    "I081": {"controls": mangled("<title>a\x01\x1f\ufffe\ufeffb</title>")},
    "I082": {
        "utf-8 called utf-16": f'<?xml version="1.0" encoding="utf-16"?>{rss(GOOD)[21:]}',
        "utf-7": f'<?xml version="1.0" encoding="utf-7"?>{UTF_7[21:]}',
        "EBCDIC": rss(GOOD).encode("cp037"),
        "unknown": f'<?xml version="1.0" encoding="x-none"?>{rss(GOOD)[21:]}',
        "1 MB name": f'<?xml version="1.0" encoding="{"x" * 1_000_000}"?>{rss(GOOD)[21:]}',
        "utf-16": rss(GOOD).encode("utf-16"),
        "utf-16 without mark": rss(GOOD).encode("utf-16-le"),
    },
    "I083": {"bad byte": mangled("<title>한글 항구 XX</title>").encode().replace(b"XX", b"\xff")},
    "I084": {
        "two roots": rss(GOOD) + rss(GOOD),
        "PHP warning": rss(GOOD, start="<br />\n<b>Warning</b>: x() in <b>/var/x.php</b> on line 3<br />\n"),
        "mark and blanks": b"\xef\xbb\xbf \n " + rss(GOOD).encode(),
        "text before the prolog": rss(GOOD, start="hello "),
    },
    "I085": {
        "open CDATA": rss(f"{GOOD}<item><description><![CDATA[{'x' * 1_000_000}"),
        "ends of CDATA": rss(f"{GOOD}<item><description>{']]>' * 100_000}</description></item>"),
        "comments": rss(GOOD + "<!-- x" * 100_000),
    },
    "I088": {
        "RSS in RSS": mangled(f"<description>{INNER}</description>"),
        "escaped": mangled(f"<description>{html.escape(INNER)}</description>"),
    },
    "I091": {
        "deep inside": json_feed('{"id": "odd", "x": ' + "[" * 500 + "]" * 500 + "}"),
        "same key twice": json_feed('{"id": "odd", "id": "odd2"}'),
        "huge number": json_feed('{"id": 1e400}'),
        "2^65": json_feed('{"id": 36893488147419103232}'),
        "long text": json_feed('{"id": "odd", "content_text": "' + "x" * 5_000_000 + '"}'),
        "wrong types": json_feed('{"id": ["odd"], "title": 7, "url": {}, "authors": "x", "tags": 1}', "null", "7"),
    },
    "I092": {"stylesheet": rss(GOOD, head='<?xml-stylesheet href="http://127.0.0.1/" type="text/xsl"?>')},
}


@pytest.mark.parametrize("document", inputs(RECOVERED))
async def test_a_bad_entry_never_loses_the_good_one_beside_it(
    document: str | bytes, reader: FeedReader, connects: Connects
) -> None:
    found, seconds = await read(document, reader)
    assert isinstance(found, ParsedFeed), found
    assert "Good" in [entry.title for entry in found.entries]
    assert "in" not in [entry.title for entry in found.entries]
    assert seconds < SECONDS_MAX
    assert connects == []
    for entry in found.entries:
        said = f"{entry.title}{entry.guid}{entry.link}{entry.body}"
        assert not {"\0", "\x01", "\ufffe"} & set(said)
        assert "<script" not in said
        assert said.encode()  # no lone surrogate
        assert len(entry.title or "") <= 1_000
        assert len(entry.body) <= 1_000_000
        assert all(len(author.name or "") <= 256 for author in entry.authors)


FLAGGED: dict[str, dict[str, tuple[str | bytes, str]]] = {
    "I072": {"2 MB title": (RECOVERED["I072"]["2 MB title"], "title_truncated")},
    "I073": {"2 MB text": (RECOVERED["I073"]["2 MB text"], "truncated")},
    "I080": {name: (document, "control_chars_removed") for name, document in RECOVERED["I080"].items()},
    "I081": {name: (document, "control_chars_removed") for name, document in RECOVERED["I081"].items()},
    "I082": {"latin-1 undeclared": (mangled("<title>Hafen Möwe größe</title>").encode("latin-1"), "encoding_guessed")},
    "I083": {"bad byte": (RECOVERED["I083"]["bad byte"], "encoding_guessed")},
}


@pytest.mark.parametrize(("document", "flag"), inputs(FLAGGED))
async def test_what_was_lost_or_guessed_is_flagged(document: str | bytes, flag: str, reader: FeedReader) -> None:
    found, _ = await read(document, reader)
    assert isinstance(found, ParsedFeed)
    assert flag in found.entries[0].flags


@pytest.mark.parametrize("count", inputs({"I076": [100_000]}))
async def test_of_too_many_entries_the_first_are_read_and_the_cut_is_told(count: int, reader: FeedReader) -> None:
    document = rss(*(f"<item><guid>{number}</guid></item>" for number in range(count)), "<title>End</title>")
    found, seconds = await read(document, reader)
    assert isinstance(found, ParsedFeed)
    assert [entry.guid for entry in found.entries] == [str(number) for number in range(len(found.entries))]
    assert (found.whole, 0 < len(found.entries) < count) == (False, True)
    assert str(count) in (found.note or "")
    assert seconds < SECONDS_MAX


EMPTY = {
    "I087": [
        rss(),
        "<rss/>",
        "<channel/>",
        '<feed xmlns="http://www.w3.org/2005/Atom"/>',
        '{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    ]
}


@pytest.mark.parametrize("document", inputs(EMPTY))
async def test_a_feed_without_entries_is_a_feed(document: str, reader: FeedReader) -> None:
    found, _ = await read(document, reader)
    assert isinstance(found, ParsedFeed)
    assert (found.entries, found.whole) == ((), True)


def atom(content: str, base: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{base}><entry><id>1</id>{content}</entry></feed>'


BINARY = {
    "I089": {
        "octets": atom('<content type="application/octet-stream">aGVsbG8=</content>'),
        "image": atom('<content type="image/png">aGVsbG8=</content>'),
    }
}


@pytest.mark.parametrize("document", inputs(BINARY))
async def test_content_that_is_no_text_is_not_taken_for_it(document: str, reader: FeedReader) -> None:
    found, _ = await read(document, reader)
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].body == ""


BASES: dict[str, dict[str, tuple[str, Sequence[str | None]]]] = {
    "I090": {
        "javascript": ("javascript:alert(1)//", ["https://harbour.example/feeds/x/y"]),
        "file": ("file:///etc/", [None]),
        "inside": ("http://169.254.169.254/latest/", ["http://169.254.169.254/latest/x/y"]),
    }
}


@pytest.mark.parametrize(("base", "links"), inputs(BASES))
async def test_a_base_is_joined_with_when_it_is_a_web_address_and_asked_never(
    base: str, links: Sequence[str | None], reader: FeedReader, connects: Connects
) -> None:
    found, _ = await read(atom('<link href="x/y"/>', f' xml:base="{base}"'), reader)
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].link in links
    assert connects == []


def _many_outlines(count: int) -> str:
    return "".join(f'<outline xmlUrl="https://a.example/{number}"/>' for number in range(count))


LISTS: dict[str, dict[str, tuple[str, Callable[[str], bool]]]] = {
    "I094": {
        "entities": (entity_bomb().replace("rss", "opml"), lambda outcome: "neither" in outcome or outcome == "0"),
        "depth 10^4": ("<outline>" * 10_000 + '<outline xmlUrl="https://a.example/"/>', lambda outcome: True),
        "many": (_many_outlines(20_000), lambda outcome: outcome == "20000"),
        "internal": ('<outline xmlUrl="http://127.0.0.1/"/><outline xmlUrl="file:///etc"/>', lambda outcome: True),
    }
}


@pytest.mark.parametrize(("outlines", "expected"), inputs(LISTS))
async def test_a_hostile_list_of_feeds_is_read_in_bounds_and_fetches_nothing(
    outlines: str, expected: Callable[[str], bool], connects: Connects
) -> None:
    document = outlines if "<!DOCTYPE" in outlines else f'<opml version="2.0"><body>{outlines}</body></opml>'
    started = time.perf_counter()
    try:
        listed = parse_opml(document.encode(), path=Path("list.opml"))
    except SourcesError as error:
        outcome = str(error)
    else:
        outcome = str(len(listed.feeds))
        for feed in listed.feeds[:5]:
            assert feed.url.startswith("http")
            if "127.0.0.1" in feed.url:
                assert isinstance(Guard().target(feed.url), Refusal)
    assert expected(outcome), outcome
    assert time.perf_counter() - started < SECONDS_MAX
    assert connects == []

"""The publishers of the benchmark, in a process of their own: `python -m tests.bench.pollers.site` prints its port.

Cheap on purpose, because it shares the machine with who is measured: documents are templates in which only the feed's
name is put in. Feed N lives on an address of its own (127.x.y.z), so that one request at a time to one domain is no
limit. 75 % RSS 2.0, 20 % Atom, 5 % RDF; 30 entries; 20 to 120 KB, 60 in the mean, as feeds of news have.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

ENTRIES = 30
_NAME = b"@feed@"
_VARIANTS = 40
_TEXT = (
    "the harbour council ferry said on Tuesday that new boats would sail after a long dispute over fares and “safety” "
    "while passengers waited in the rain for news of a timetable which nobody had seen since the old line was closed "
    "and the mayor called it a matter of weeks rather than months before service between the islands could resume"
)
_WORDS = _TEXT.split()


def url_of(number: int, port: int, *, stamped: bool = False) -> str:
    """Where feed ``number`` (below 4 million) is served. A stamped one differs with each answer, its entries do not."""
    kind = "stamped" if stamped else "feed"
    return f"http://127.{number // 62500 + 1}.{number // 250 % 250 + 1}.{number % 250 + 1}:{port}/{kind}{number}.xml"


def _paragraphs(chance: random.Random, count: int) -> str:
    return "\n".join(
        f"<p>{' '.join(chance.choices(_WORDS, k=chance.randint(25, 70))).capitalize()}. "
        f'<a href="https://news.example/topic/{chance.randint(1, 99)}?a=1&amp;b=2">More</a></p>'
        for _ in range(count)
    )


def _story(chance: random.Random, number: int) -> dict[str, str]:
    return {
        "title": escape(" ".join(chance.choices(_WORDS, k=9)).capitalize()),
        "link": f"https://news.example/@feed@/{number}?at_medium=RSS&amp;at_campaign=feed",
        "guid": f"https://news.example/@feed@/?p={number}",
        "author": chance.choice(("Mara Quill", "Ivo Stern", "Noor Haddad and Tom Vale")),
        "tag": chance.choice(_WORDS),
        "summary": " ".join(chance.choices(_WORDS, k=30)).capitalize() + ".",
        "content": _paragraphs(chance, chance.randint(2, 7)),
        "day": f"{number % 28 + 1:02d}",
    }


_RSS_ITEM = """<item><title>{title}</title><link>{link}</link><dc:creator><![CDATA[{author}]]></dc:creator>
<pubDate>Tue, {day} Mar 2026 09:15:00 +0000</pubDate><category><![CDATA[{tag}]]></category>
<guid isPermaLink="false">{guid}</guid><description><![CDATA[<p>{summary}</p>]]></description>
<content:encoded><![CDATA[{content}]]></content:encoded>
<media:content url="https://img.example/@feed@/{day}.jpg" medium="image"/></item>
"""
_ATOM_ENTRY = """<entry><title type="html">{title}</title><link rel="alternate" type="text/html" href="{link}"/>
<id>{guid}</id><published>2026-03-{day}T09:15:00Z</published><updated>2026-03-{day}T10:00:00Z</updated>
<author><name>{author}</name></author><category term="{tag}"/><summary type="html">{summary}</summary>
<content type="html">{escaped}</content></entry>
"""
_RDF_ITEM = """<item rdf:about="{guid}"><title>{title}</title><link>{link}</link><description>{summary}</description>
<dc:creator>{author}</dc:creator><dc:date>2026-03-{day}T09:15:00Z</dc:date>
<content:encoded><![CDATA[{content}]]></content:encoded></item>
"""
_SHAPES = {
    "rss": (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News of @feed@</title>'
        '<link>https://news.example/</link><atom:link href="https://news.example/feed" rel="self"/>'
        "<description>What happens</description><language>en-GB</language>",
        _RSS_ITEM,
        "</channel></rss>",
    ),
    "atom": (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        "<title>News of @feed@</title><id>tag:news.example,2026:@feed@</id><updated>2026-03-28T10:00:00Z</updated>"
        '<link rel="alternate" href="https://news.example/"/>',
        _ATOM_ENTRY,
        "</feed>",
    ),
    "rdf": (
        '<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel rdf:about="https://news.example/">'
        "<title>News of @feed@</title><link>https://news.example/</link><description>What happens</description>"
        "</channel>",
        _RDF_ITEM,
        "</rdf:RDF>",
    ),
}


def documents() -> list[bytes]:
    """The templates; ``@feed@`` stands for the feed's name."""
    made = []
    for variant in range(_VARIANTS):
        chance = random.Random(variant)
        head, entry, tail = _SHAPES["atom" if variant % 5 == 4 else "rdf" if variant % 20 == 7 else "rss"]
        stories = [_story(chance, number) for number in range(ENTRIES)]
        body = "".join(entry.format(**story, escaped=escape(story["content"])) for story in stories)
        made.append(f"{head}{body}{tail}".encode())
    return made


class _Publisher(asyncio.Protocol):
    """HTTP/1.1 for well-behaved clients: GET, keep-alive, If-None-Match."""

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies = bodies

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._pending = b""

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            head, self._pending = self._pending[:end], self._pending[end + 4 :]
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        name = path.strip(b"/").removesuffix(b".xml")
        lowered = head.lower()
        if b'if-none-match: "v1"' in lowered:
            return b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n'
        kind, number = (b"feed", name[4:]) if name.startswith(b"feed") else (b"stamped", name[7:])
        body = self._bodies[int(number) % len(self._bodies)].replace(_NAME, name)
        etag = b'"v1"'
        if kind == b"stamped":
            etag = b'"%d"' % time.monotonic_ns()
            body += b"<!-- %s -->" % etag
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/xml; charset=utf-8\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
            % (etag, len(body))
        ) + body


async def _serve() -> None:
    bodies = documents()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Publisher(bodies), "0.0.0.0", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # ends with who started it
    server.close()


@contextmanager
def site() -> Iterator[int]:
    """The running publishers' port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.pollers.site"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    asyncio.run(_serve())

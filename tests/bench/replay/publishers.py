"""The publishers of a replay: each feed's entries as RSS, in a window that moves with the clock.

The clock is the poller's own, in a file that both map: 8 bytes, seconds since the epoch.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import mmap
import os
import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

SHOWN_FOR = timedelta(hours=24)
"""So long an entry is in its feed: no healthy feed is left alone for longer than 12 hours and a tenth."""

SHOWN_MIN = 10
"""The newest are there longer where nothing newer came."""

MONTHS_APART = timedelta(days=1)
"""Between the last entry of a month and the first of the next that the stream has."""

_SECONDS = struct.Struct("<d")


class SharedClock:
    """Seconds since the epoch that another process sees too."""

    def __init__(self, path: Path, *, start: datetime | None = None) -> None:
        if start is not None:
            path.write_bytes(_SECONDS.pack(start.timestamp()))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SECONDS.size)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(_SECONDS.unpack(self._map[:])[0], UTC)

    @now.setter
    def now(self, moment: datetime) -> None:
        self._map[:] = _SECONDS.pack(moment.timestamp())


@dataclass(kw_only=True)
class Feed:
    """One publisher's feed: its entries by the moment at which they appear."""

    number: int
    moments: list[datetime] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0

    @property
    def links(self) -> list[str]:
        return [entry["link"] for entry in self.entries]

    def window(self, now: datetime) -> range:
        """The indexes of the entries in the document at ``now``, oldest first."""
        end = bisect_right(self.moments, now)
        return range(max(0, min(end - SHOWN_MIN, bisect_right(self.moments, now - SHOWN_FOR))), end)


def read_stream(path: Path, *, days: int | None = None) -> list[Feed]:
    """The feeds of a stream, in the order of their first entries. An entry appears at its time within its day.

    A link that a feed carries twice is one entry. Months that the stream leaves out are left out here too.
    """
    feeds: dict[str, Feed] = {}
    seen: dict[str, set[str]] = defaultdict(set)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = sorted((json.loads(line) for line in lines), key=_moment)
    first, skipped, last = _moment(records[0]), timedelta(0), _moment(records[0])
    for record in records:
        skipped += max(timedelta(0), _moment(record) - skipped - last - MONTHS_APART)
        moment = last = _moment(record) - skipped
        if (days is None or moment < first + timedelta(days=days)) and record["link"] not in seen[record["source"]]:
            seen[record["source"]].add(record["link"])
            feed = feeds.setdefault(record["source"], Feed(number=len(feeds)))
            feed.moments.append(moment)
            feed.entries.append(record)
    return list(feeds.values())


def _moment(record: dict[str, Any]) -> datetime:
    day = datetime.fromisoformat(record["day"]).replace(tzinfo=UTC)
    try:
        stated = datetime.fromisoformat(record["date_published"])
    except (TypeError, ValueError):
        return day
    return day + timedelta(hours=stated.hour, minutes=stated.minute)


def document(feed: Feed, now: datetime) -> bytes:
    """The feed as RSS 2.0, newest first."""
    items = "".join(_item(feed.entries[at], feed.moments[at]) for at in reversed(feed.window(now)))
    head = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {feed.number}</title>'
    return f"{head}{items}</channel></rss>".encode()


def _item(entry: dict[str, Any], moment: datetime) -> str:
    return (
        f"<item><title>{escape(entry['title'] or '')}</title><link>{escape(entry['link'])}</link>"
        f'<guid isPermaLink="false">{escape(quote(entry["link"]))}</guid><pubDate>{format_datetime(moment)}</pubDate>'
        f"<description>{escape(escape(entry.get('description') or ''))}</description></item>"
    )


class Publishers:
    """Serves all feeds on one port, each on an address of its own."""

    def __init__(self, feeds: Iterable[Feed], clock: SharedClock) -> None:
        self._feeds = {feed.number: feed for feed in feeds}
        self._clock = clock
        self.port = 0

    def url_of(self, feed: Feed) -> str:
        return f"http://127.7.{feed.number // 250}.{feed.number % 250 + 1}:{self.port}/{feed.number}.xml"

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "0.0.0.0", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        feed = self._feeds[int(head.split(b" ", 2)[1].strip(b"/").removesuffix(b".xml"))]
        feed.asked += 1
        now = self._clock.now
        window = feed.window(now)
        etag = f'"{window.start}-{window.stop}"'.encode()
        if b"if-none-match: " + etag in head.lower():
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag
        body = document(feed, now)
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
            % (etag, len(body))
        ) + body


def corpus() -> Path:
    """The stream's file."""
    return Path(os.environ.get("COPYDESK_SHARED", "../shared")) / "corpora/feeds_rsslink2022.jsonl.gz"

"""Feeds on the loopback network that grow while they are polled, and a receiver of webhooks beside them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from xml.sax.saxutils import escape

from tests.faults.texts import Article

HOSTS: Final = 12
"""Pollers share out registrable domains, and a host that asks for rest is left alone: so there are several."""


class Feeds:
    """Feed n is served on host 127.0.0.(n modulo HOSTS + 1); a context.

    A feed carries all it ever had. ``failing_receiver``: the receiver fails once; after more it would be left alone
    for minutes.
    """

    def __init__(self, count: int) -> None:
        self.entries: list[list[Article]] = [[] for _ in range(count)]
        self.resting: set[str] = set()
        self.failing_receiver = threading.Event()
        self._lock = threading.Lock()
        self._servers: list[ThreadingHTTPServer] = []
        self.port = 0

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"feeds": self})
        for number in range(HOSTS):
            server = ThreadingHTTPServer((f"127.0.0.{number + 1}", self.port), handler)
            server.daemon_threads = True
            self.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self._servers.append(server)
        return self

    def __exit__(self, *_error: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def url(self, feed: int) -> str:
        return f"http://127.0.0.{feed % HOSTS + 1}:{self.port}/feed/{feed}"

    @property
    def receiver(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhook"

    def grow(self, feed: int, articles: Sequence[Article]) -> None:
        with self._lock:
            self.entries[feed] += articles

    def document(self, feed: int) -> bytes:
        with self._lock:
            entries = tuple(self.entries[feed])
        return rss(feed, entries).encode()

    def tag(self, feed: int) -> str:
        return f'"{len(self.entries[feed])}"'


def rss(feed: int, entries: Sequence[Article]) -> str:
    """The newest first, as feeds are."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{article.key}</guid><title>{escape(article.title)}</title>"
        f"<link>https://feed{feed}.example/{article.key}</link><description>{escape(_html(article))}</description></item>"
        for article in reversed(entries)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {feed}</title>{items}</channel></rss>'


def _html(article: Article) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in article.text.split("\n\n"))


class _Handler(BaseHTTPRequestHandler):
    feeds: Feeds

    def do_GET(self) -> None:
        if not self.path.startswith("/feed/"):
            self.send_error(404)
        elif self.headers.get("Host", "").partition(":")[0] in self.feeds.resting:
            self._answer(429, b"", {"Retry-After": "60"})
        else:
            self._feed(int(self.path.rpartition("/")[2]))

    def _feed(self, feed: int) -> None:
        tag = self.feeds.tag(feed)  # before the document: an entry that comes between is asked for again
        if self.headers.get("If-None-Match") == tag:
            self._answer(304, b"", {"ETag": tag})
        else:
            self._answer(200, self.feeds.document(feed), {"ETag": tag, "Content-Type": "application/rss+xml"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fails = self.feeds.failing_receiver.is_set()
        self.feeds.failing_receiver.clear()
        self._answer(500 if fails else 204, b"", {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass

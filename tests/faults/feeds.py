"""Feeds on the loopback network that grow while they are polled, and a receiver of webhooks beside them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from xml.sax.saxutils import escape

from shared.schema import RawArticle
from tests.faults.journal import of_a_feed
from tests.faults.texts import Article

HOSTS: Final = 12
"""Pollers share out registrable domains, and a host that asks for rest is left alone: so there are several."""

ELSEWHERE: Final = f"127.0.0.{HOSTS + 1}"
"""Where the articles' pages of the last feed are: another domain than any feed's own, to be held by itself."""


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
        for number in range(HOSTS + 1):
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

    def has_pages(self, feed: int) -> bool:
        """Whether the feed carries headlines alone, and an article's text is on its page."""
        return feed == len(self.entries) - 1

    def raw(self, feed: int, article: Article) -> RawArticle:
        """What an entry of this feed, its page with it if it has one, has to be accepted as."""
        paged = self.has_pages(feed)
        body = page(article) if paged else _html(article)
        return of_a_feed(article, feed=feed, url=self.url(feed), link=self.link(feed, article), body=body, paged=paged)

    def link(self, feed: int, article: Article) -> str:
        if self.has_pages(feed):
            return f"http://{ELSEWHERE}:{self.port}/page/{article.key}"
        return f"https://feed{feed}.example/{article.key}"

    def page(self, key: str) -> bytes | None:
        with self._lock:
            return next((page(article).encode() for article in self.entries[-1] if article.key == key), None)

    def grow(self, feed: int, articles: Sequence[Article]) -> None:
        with self._lock:
            self.entries[feed] += articles

    def document(self, feed: int) -> bytes:
        with self._lock:
            entries = tuple(self.entries[feed])
        return rss(feed, [self._item(feed, article) for article in reversed(entries)]).encode()

    def _item(self, feed: int, article: Article) -> str:
        text = "" if self.has_pages(feed) else f"<description>{escape(_html(article))}</description>"
        return (
            f"<item><guid isPermaLink='false'>{article.key}</guid><title>{escape(article.title)}</title>"
            f"<link>{self.link(feed, article)}</link>{text}</item>"
        )

    def tag(self, feed: int) -> str:
        return f'"{len(self.entries[feed])}"'


def rss(feed: int, items: Sequence[str]) -> str:
    """The newest first, as feeds are."""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {feed}</title>{"".join(items)}</channel></rss>'
    )


def page(article: Article) -> str:
    title = escape(article.title)
    return (
        f"<!doctype html><html><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{_html(article)}</article></body></html>"
    )


def _html(article: Article) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in article.text.split("\n\n"))


class _Handler(BaseHTTPRequestHandler):
    feeds: Feeds

    def do_GET(self) -> None:
        what, _, name = self.path.removeprefix("/").partition("/")
        if what == "feed" and self.headers.get("Host", "").partition(":")[0] in self.feeds.resting:
            self._answer(429, b"", {"Retry-After": "60"})
        elif what == "feed":
            self._feed(int(name))
        elif what == "page" and (body := self.feeds.page(name)):
            self._answer(200, body, {"Content-Type": "text/html; charset=utf-8"})
        else:
            self.send_error(404)

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

"""The state of reading a plain feed: what feedparser remembers between the elements of a document, and no more."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from feedparser.html import _cp1252
from feedparser.urls import _urljoin, make_safe_absolute_uri

_TEXT_TYPES: Final = frozenset({"text/plain", "text/html", "text", "html", "plain"})
_WINDOWS_1252: Final = re.compile("[\x80-\x9f]")

Attributes = dict[str, str]


class NotPlain(Exception):  # noqa: N818 - an answer, not an error
    """This document is for feedparser; the message says why."""


@dataclass(kw_only=True)
class PlainFeed:
    """``feed`` and ``entries`` hold what feedparser's have under these names, as far as entries are made of it."""

    version: str = ""
    feed: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)


class Reading:
    """One document under way."""

    def __init__(self) -> None:
        self.found = PlainFeed()
        self.path: list[tuple[str, str | None, str]] = []  # of each open element: name, language, base
        self.language: str | None = None
        self.base = ""
        self.collecting = ""  # the element whose text is taken, if any
        self.pieces: list[str] = []
        self.author_pieces: list[str] = []
        self.entry: dict[str, Any] | None = None
        self.levels: dict[str, int] = {}
        self.title_depth = -1
        self.in_feed = self.in_image = self.in_text_input = self.in_author = False
        self.has_content = self.as_content = self.guid_is_link = self.feed_has_summary = False
        self.params: dict[str, Any] = {}

    def enter(self, name: str, attributes: Attributes) -> None:
        if attributes or self.base:
            base = attributes.get("xml:base", attributes.get("base")) or self.base
            if self.base:
                self.base = make_safe_absolute_uri(self.base, base) or self.base
            else:
                self.base = _urljoin("", base)
            language = attributes.get("xml:lang", attributes.get("lang"))
            if language is not None:
                self.language = language or None
        self.path.append((name, self.language, self.base))

    def collect(self, name: str) -> None:
        self.collecting = name
        self.pieces = []

    def text(self) -> str:
        return "".join(self.pieces).strip()

    def resolved(self, uri: str) -> str:
        return str(_urljoin(self.base, uri)) if uri else uri

    def keep(self, key: str, value: str) -> None:
        """The value of the shallowest element wins, among those of one depth the last."""
        assert self.entry is not None
        depth, before = len(self.path), self.levels.get(key)
        if before is None or depth <= before:
            self.levels[key] = depth
            self.entry[key] = value

    def context(self) -> dict[str, Any]:
        """The entry that is being read; outside entries the feed."""
        return self.found.feed if self.entry is None else self.entry

    def _get_context(self) -> dict[str, Any]:  # feedparser's own functions, where they are borrowed, call it
        return self.context()

    def begin(self, name: str, attributes: Attributes, kind: str) -> None:
        if attributes.get("type", kind) not in _TEXT_TYPES or attributes.get("mode") == "base64":
            raise NotPlain(f"a {name} of another type than text")
        language = self.language.replace("_", "-") if self.language else self.language
        self.language = language
        self.params = {"type": "text/html", "language": language, "base": self.base}
        self.collect(name)

    def only_at(self, depth: int) -> None:
        if len(self.path) != depth + 1 or self.entry is not None:
            raise NotPlain("elements in another order")


def recoded(text: str) -> str:
    """As feedparser mends what others encoded wrongly: UTF-8 taken for ISO 8859-1 and encoded again, windows-1252."""
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_cp1252) if _WINDOWS_1252.search(text) else text


def with_href(attributes: Attributes) -> Attributes:
    url = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if url:
        attributes = {name: value for name, value in attributes.items() if name not in ("url", "uri")}
        attributes["href"] = url
    return attributes


Start = Callable[[Reading, str, Attributes], None]
End = Callable[[Reading, str], None]
"""What the start, or the end, of an element does, given its name."""

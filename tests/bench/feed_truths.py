"""What the test suites of feed readers expect, brought into one form: a document, and values of its entries' fields."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

FIELDS: Final = ("entries", "feed title", "title", "link", "id", "author", "date", "content")


@dataclass(frozen=True, kw_only=True)
class Expected:
    """``entry`` is the entry's number, None where the value is of the feed."""

    field: str
    value: Any
    entry: int | None = None


@dataclass(frozen=True, kw_only=True)
class Truth:
    name: str
    kind: str
    document: bytes
    expected: tuple[Expected, ...]
    url: str = "https://harbour.example/feed"
    content_type: str | None = None


_FEEDPARSER: Final = {
    ("feed", "title"): "feed title",
    ("entries", "title"): "title",
    ("entries", "link"): "link",
    ("entries", "id"): "id",
    ("entries", "author"): "author",
    ("entries", "author_detail", "name"): "author",
    ("entries", "author_detail", "email"): "author",
    ("entries", "updated_parsed"): "date",
    ("entries", "published_parsed"): "date",
    ("entries", "summary"): "content",
    ("entries", "description"): "content",
    ("entries", "content", "value"): "content",
}


def feedparser_truths(rows: Iterable[Mapping[str, Any]]) -> Iterator[Truth]:
    for row in rows:
        expected = []
        for check in row["checks"]:
            path = tuple(part for part in check["path"] if isinstance(part, str))
            numbers = [part for part in check["path"] if isinstance(part, int)]
            if check["op"] == "eq" and path in _FEEDPARSER and check["value"]:
                entry = numbers[0] if path[0] == "entries" and numbers else None
                value = _struct_time(check["value"]) if path[-1].endswith("_parsed") else check["value"]
                expected.append(Expected(field=_FEEDPARSER[path], value=value, entry=entry))
        headers = dict(header.partition(":")[::2] for header in row["headers"])
        yield Truth(
            name=row["id"],
            kind="feedparser's own",
            document=base64.b64decode(row["feed_b64"]),
            expected=tuple(expected),
            content_type=headers.get("Content-type") or headers.get("Content-Type"),
        )


def _struct_time(value: Any) -> str:
    year, month, day, hour, minute, second = value[:6]
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"


_MINIFLUX: Final = {"Title": "title", "URL": "link", "Author": "author", "Content": "content"}


def miniflux_truths(rows: Iterable[Mapping[str, Any]]) -> Iterator[Truth]:
    for row in rows:
        expected = []
        for check in row["checks"]:
            if check["path"] == "feed.Entries.__len__" and check["op"] == "eq":
                expected.append(Expected(field="entries", value=check["value"]))
            if check["path"] == "feed.Title" and check["op"] == "eq" and check["value"]:
                expected.append(Expected(field="feed title", value=check["value"]))
            match = re.fullmatch(r"feed\.Entries\[(\d+)\]\.(\w+)", check["path"])
            if match and match[2] in _MINIFLUX and check["op"] == "eq" and check["value"]:
                expected.append(Expected(field=_MINIFLUX[match[2]], value=check["value"], entry=int(match[1])))
        document = row["xml"].encode("utf-8", "surrogatepass")
        url = row.get("base_url") or "https://harbour.example/feed"
        yield Truth(name=row["id"], kind=row["format"], document=document, expected=tuple(expected), url=url)


def pair_truths(rows: Iterable[Mapping[str, Any]]) -> Iterator[Truth]:
    for row in rows:
        expected: tuple[Expected, ...] = ()
        if row.get("expected_output"):
            try:
                expected = tuple(_of_output(json.loads(row["expected_output"])))
            except ValueError:
                expected = ()
        document = base64.b64decode(row["feed_b64"])
        yield Truth(name=row["id"], kind=row["kind"], document=document, expected=expected)


def _of_output(output: Any) -> Iterator[Expected]:
    feed = output.get("feed", output) if isinstance(output, dict) else {}
    items = feed.get("items") or feed.get("entries") or []
    if title := _text(feed.get("title")):
        yield Expected(field="feed title", value=title)
    if not isinstance(items, list):
        return
    for number, item in enumerate(items):
        for name, value in _of_item(item):
            if value:
                yield Expected(field=name, value=value, entry=number)


def _of_item(item: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    yield "title", _text(item.get("title"))
    yield "link", _link(item)
    yield "id", _text(item.get("guid")) or _text(item.get("id"))
    yield "author", _author(item)
    yield "date", _date(item)
    yield "content", _text(item.get("content")) or _text(item.get("description")) or _text(item.get("summary"))


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((_text(value[key]) for key in ("value", "content", "body", "_") if value.get(key)), None)
    return str(value) if isinstance(value, str | int | float) and str(value).strip() else None


def _link(item: Mapping[str, Any]) -> str | None:
    if isinstance(item.get("link"), str):
        return str(item["link"])
    links = item.get("links") if isinstance(item.get("links"), list) else []
    named = [link for link in links or [] if isinstance(link, dict) and link.get("rel") in (None, "alternate")]
    return next((link["href"] for link in named if link.get("href")), None) or next(
        (link for link in links or [] if isinstance(link, str)), None
    )


def _author(item: Mapping[str, Any]) -> str | None:
    people = [item.get("author"), *(item.get("authors") or []), item.get("creator")]
    named = ((person.get("name") or person.get("email")) if isinstance(person, dict) else person for person in people)
    return next((str(name) for name in named if name), None)


_DATES: Final = ("publishedParsed", "pubDateParsed", "isoDate", "published", "pubDate", "updatedParsed", "updated")


def _date(item: Mapping[str, Any]) -> str | None:
    return next((str(item[key]) for key in _DATES if item.get(key)), None)


CORPORA: Final[dict[str, Callable[[Iterable[Mapping[str, Any]]], Iterator[Truth]]]] = {
    "feeds_feedparser": feedparser_truths,
    "feeds_miniflux": miniflux_truths,
    "feeds_pairs": pair_truths,
}

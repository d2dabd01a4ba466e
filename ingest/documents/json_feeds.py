"""JSON Feed 1.0 and 1.1 (jsonfeed.org) to entries. feedparser reads none of it."""

from __future__ import annotations

import html
import json
from typing import Any, Final

from ingest.documents.content_digest import content_digest
from ingest.documents.entry import (
    AUTHORS_MAX,
    IMAGES_MAX,
    NAME_MAX,
    SUMMARY_MAX,
    TAG_MAX,
    TAGS_MAX,
    TITLE_MAX,
    Entry,
    EntryAuthor,
    NotAFeed,
    ParsedFeed,
    absolute_url,
    bounded_body,
    doubts,
    guid_of,
    lines,
)
from ingest.documents.plain_text import one_line, text_of
from ingest.documents.stated_times import stated_time

_VERSION: Final = "jsonfeed.org/version/1"


def read(text: str, *, url: str, entries_max: int, flags: tuple[str, ...] = ()) -> ParsedFeed | NotAFeed:
    """Never raises for what the text holds: too deep, too long a number and the like are ``NotAFeed``."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        return NotAFeed(sentence=f"this is broken JSON{where}, not a feed")
    if not isinstance(document, dict) or _VERSION not in str(document.get("version")):
        return NotAFeed(sentence="this is JSON, but not a JSON Feed")
    items = document.get("items")
    if not isinstance(items, list):
        return NotAFeed(sentence="this JSON Feed has no list of items")
    entries = tuple(_entry(item, document, url, flags) for item in items[:entries_max] if isinstance(item, dict))
    cut = len(items) > entries_max
    return ParsedFeed(
        kind="json",
        title=_text(document.get("title"), TITLE_MAX),
        entries=entries,
        whole=not cut,
        note=f"of {len(items)} entries the first {entries_max} were read" if cut else None,
    )


def _entry(item: dict[str, Any], feed: dict[str, Any], url: str, flags: tuple[str, ...]) -> Entry:
    content, plain = item.get("content_html"), item.get("content_text")
    summary = one_line(item["summary"], characters_max=SUMMARY_MAX) if isinstance(item.get("summary"), str) else None
    markup = content if isinstance(content, str) and content.strip() else _paragraphs(plain)
    body, flags = bounded_body(markup or (html.escape(summary, quote=False) if summary else ""), flags)
    title = _text(item.get("title"), TITLE_MAX)
    link = absolute_url(item.get("url"), base=url) or absolute_url(item.get("external_url"), base=url)
    flags += doubts(title=_string(item.get("title")), link_given=bool(item.get("url")), link=link)
    return Entry(
        guid=guid_of(item.get("id")),
        link=link,
        title=title,
        authors=_authors(item) or _authors(feed),  # jsonfeed.org 1.1: those of the feed, where an item names none
        published=_time(item.get("date_published")),
        modified=_time(item.get("date_modified")),
        language=_text(item.get("language") or feed.get("language"), 35),
        summary=summary if markup else None,
        tags=lines(item.get("tags"), characters_max=TAG_MAX, count_max=TAGS_MAX),
        images=_images(item, url),
        body=body,
        flags=flags,
        content_digest=content_digest(title=title, body=body, summary=summary if markup else None),
    )


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _text(value: object, characters_max: int) -> str | None:
    return text_of(value, characters_max=characters_max) if isinstance(value, str) else None


def _time(value: object) -> str | None:
    return stated_time(value) if isinstance(value, str) else None


def _paragraphs(plain: object) -> str:
    if not isinstance(plain, str) or not plain.strip():
        return ""
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in plain.split("\n\n") if part.strip())


def _authors(item: dict[str, Any]) -> tuple[EntryAuthor, ...]:
    stated = item.get("authors")
    given = stated if isinstance(stated, list) else [item.get("author")]  # "author" is version 1.0's
    found = (
        EntryAuthor(name=_text(author.get("name"), NAME_MAX), url=absolute_url(author.get("url"), base=""))
        for author in given[:AUTHORS_MAX]
        if isinstance(author, dict)
    )
    return tuple(author for author in found if author.name or author.url)


def _images(item: dict[str, Any], url: str) -> tuple[str, ...]:
    attachments = item.get("attachments")
    attached = (
        attachment.get("url")
        for attachment in (attachments if isinstance(attachments, list) else [])
        if isinstance(attachment, dict) and str(attachment.get("mime_type")).startswith("image/")
    )
    given = (absolute_url(image, base=url) for image in (item.get("image"), item.get("banner_image"), *attached))
    return tuple(dict.fromkeys(image for image in given if image))[:IMAGES_MAX]

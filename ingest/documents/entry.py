"""One item of a feed as a value, its bounds, and how strangers' strings become its fields. Both readers build it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from ingest.documents.plain_text import clean, one_line, text_of
from ingest.web.outcomes import Reason

TITLE_MAX: Final = 1_000
NAME_MAX: Final = 256
TAG_MAX: Final = 128
TAGS_MAX: Final = 50
AUTHORS_MAX: Final = 50
IMAGES_MAX: Final = 20
SUMMARY_MAX: Final = 4_000
BODY_CHARACTERS_MAX: Final = 1_000_000
URL_MAX: Final = 2_048
_SCHEME_ALONE: Final = re.compile(r"(?:https?:/*)?", re.IGNORECASE)  # joined with a base, it would be the base itself


@dataclass(frozen=True, kw_only=True)
class EntryAuthor:
    name: str | None = None
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item of a feed. ``guid`` is as given (cleaned), ``link`` and images are absolute http(s) or absent.

    ``body`` is an HTML fragment: the full content, else the summary, else empty. ``summary`` is plain text, and absent
    where it would be the body over again. Times are ISO 8601 with zone where certain, else as stated.
    ``content_digest`` is content_digest.content_digest of it.
    """

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    authors: tuple[EntryAuthor, ...] = ()
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    summary: str | None = None
    publisher: str | None = None
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    body: str = ""
    flags: tuple[str, ...] = ()
    content_digest: bytes = b""


@dataclass(frozen=True, kw_only=True)
class ParsedFeed:
    """``whole`` is False when entries may be missing: too many, or the document ends in the middle.

    ``ttl_seconds`` and ``period_seconds`` are what it says of its rhythm (see stated_rhythm).
    ``odd`` says why feedparser had to read it; None when a faster reader could.
    """

    kind: str
    title: str | None = None
    entries: tuple[Entry, ...] = ()
    whole: bool = True
    note: str | None = None
    ttl_seconds: int | None = None
    period_seconds: int | None = None
    odd: str | None = None


@dataclass(frozen=True, kw_only=True)
class NotAFeed:
    """``feed_links``: where a web page says that its feeds are (absolute), in its order, feeds of comments last.

    ``feed_anchors``: those of its links that look as if they led to one.
    """

    sentence: str
    reason: Reason = "not_a_feed"
    feed_links: tuple[str, ...] = ()
    feed_anchors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SitemapIndex(NotAFeed):
    """No entries itself: ``parts`` are those of its ``of`` sitemaps to ask for, the newest first.

    ``dated``: it says when each of them changed, so that an unchanged index means unchanged parts.
    """

    parts: tuple[str, ...]
    of: int
    dated: bool
    whole: bool = True


_PLAIN_URL: Final = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]{0,200}(?::\d{1,5})?/[\w/.~%+-]*(?:\?[\w/.~%+=&-]+)?(?:#[\w-]+)?", re.ASCII
)


def absolute_url(text: object, *, base: str) -> str | None:
    """An http(s) URL of at most 2,048 characters, made absolute; None for all else (``javascript:``, ``data:``)."""
    if not isinstance(text, str) or len(text) > URL_MAX:
        return None
    if _PLAIN_URL.fullmatch(text):
        return text  # nine of ten: joined, it would be the same
    candidate = re.sub(r"[\t\r\n]", "", clean(text)).strip()  # as browsers do (WHATWG URL, 4.1)
    try:
        joined = urljoin(base, candidate) if not _SCHEME_ALONE.fullmatch(candidate) else ""
    except ValueError:
        return None
    scheme, _, rest = joined.partition("://")
    return joined if scheme.lower() in ("http", "https") and rest.strip("/") and len(joined) <= URL_MAX else None


def doubts(*, title: str | None, link_given: bool, link: str | None) -> tuple[str, ...]:
    """Flags for what of an entry was given and is not kept as it was. ``title``: as given, markup and all."""
    found = []
    if title and len(text_of(title, characters_max=TITLE_MAX + 1) or "") > TITLE_MAX:
        found.append("title_truncated")
    if link_given and link is None:
        found.append("bad_link")
    return tuple(found)


def guid_of(value: object) -> str | None:
    """A guid as given, without surrounding white space; None when there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return clean(str(value)).strip() or None


def lines(values: object, *, characters_max: int, count_max: int) -> tuple[str, ...]:
    """The distinct non-empty strings among ``values``, in order, each one line."""
    given = values if isinstance(values, list | tuple) else ()
    found = (one_line(value, characters_max=characters_max) for value in given if isinstance(value, str))
    return tuple(dict.fromkeys(line for line in found if line))[:count_max]


def bounded_body(body: str, flags: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The body, cut at the limit, and the flags with ``truncated`` where it was."""
    cleaned = clean(body).strip()
    if len(cleaned) <= BODY_CHARACTERS_MAX:
        return cleaned, flags
    return cleaned[:BODY_CHARACTERS_MAX], (*flags, "truncated")

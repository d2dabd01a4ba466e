"""Sitemaps (sitemaps.org 0.9) with Google's news and image extensions to entries; indexes to their newest parts.

An entry of a sitemap has no text: a title at best, and its page. Elements are known by their local names, because
publishers write the namespaces in every way there is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from lxml import etree

from ingest.documents.content_digest import content_digest
from ingest.documents.entry import (
    IMAGES_MAX,
    NAME_MAX,
    TAG_MAX,
    TAGS_MAX,
    TITLE_MAX,
    Entry,
    NotAFeed,
    ParsedFeed,
    SitemapIndex,
    absolute_url,
    lines,
)
from ingest.documents.plain_text import one_line, text_of
from ingest.documents.stated_times import stated_time
from ingest.documents.xml_text import Unreadable, harmless_xml, root_of

ENTRIES_MAX: Final = 2_000
"""Entries taken of one sitemap, the newest (PEERS.md 6); documents of 50,000 exist (sitemaps.org's own limit)."""

PARTS_MAX: Final = 3
"""Parts of an index that are asked for: of an archive's hundreds only the newest change."""

INDEXED_MAX: Final = 50_000
ROOTS: Final = frozenset({"urlset", "sitemapindex"})

_NEWS_PART: Final = re.compile(r"(?<![a-z])(?:google)?news(?![a-z])|news_?-?sitemap|sitemap_?-?news", re.IGNORECASE)
_NO_ARTICLES: Final = re.compile(
    r"(?<![a-z])(?:pages?|categor(?:y|ies)|tags?|authors?|images?|videos?|topics?|sections?|taxonom(?:y|ies)|users?|"
    r"products?|static|misc|keywords?)(?![a-z])",
    re.IGNORECASE,
)
_NUMBERS: Final = re.compile(r"\d+")
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)


def read(text: str, *, url: str, entries_max: int | None, flags: tuple[str, ...] = ()) -> ParsedFeed | NotAFeed:
    """Reads a document whose root is one of ``ROOTS``. To be called in a child process with limits."""
    xml = harmless_xml(text)
    if isinstance(xml, Unreadable):
        return NotAFeed(reason=xml.reason, sentence=xml.sentence)
    root = root_of(xml)
    ended = re.search(rf"</(?:[\w.-]+:)?{root}\s*>\s*(?:<!--.*?-->\s*)*$", xml[-2_000:], re.DOTALL) is not None
    if root == "sitemapindex":
        return _index(xml, url, whole=ended)
    return _urlset(xml, url, entries_max or ENTRIES_MAX, flags, ended=ended)


def newest_parts(parts: Sequence[Part]) -> tuple[Part, ...]:
    """At most PARTS_MAX of an index's parts, the newest first.

    News sitemaps, where a name says that there are some; else those that are not named after pages, tags and other
    things that are no articles. Among these the latest ``lastmod`` decides, else the highest numbers in the name
    (``2026-03`` before ``2026-02``, ``post-sitemap12`` before ``post-sitemap9``), else the order.
    """
    chosen = [part for part in parts if _NEWS_PART.search(part.name)]
    chosen = chosen or [part for part in parts if not _NO_ARTICLES.search(part.name)] or list(parts)
    if any(part.modified for part in chosen):
        chosen.sort(key=lambda part: part.modified or _OLDEST, reverse=True)
    else:
        chosen.sort(key=lambda part: [int(number[:18]) for number in _NUMBERS.findall(part.name)], reverse=True)
    return tuple(chosen[:PARTS_MAX])


@dataclass(frozen=True, kw_only=True)
class Part:
    """One sitemap of an index."""

    url: str
    modified: datetime | None = None

    @property
    def name(self) -> str:
        """What its address says of it: path and query."""
        parsed = urlsplit(self.url)
        return unquote(f"{parsed.path}?{parsed.query}")


def _index(xml: str, url: str, *, whole: bool) -> NotAFeed:
    parts: dict[str, Part] = {}
    for element in _children(xml, "sitemap"):
        fields = _fields(element)
        location = absolute_url(fields.get("loc"), base=url)
        if location and location != url and len(parts) < INDEXED_MAX:
            parts.setdefault(location, Part(url=location, modified=_moment(fields.get("lastmod"))))
    if not parts:
        return NotAFeed(sentence="this is a sitemap index that names no sitemaps")
    newest = newest_parts(tuple(parts.values()))
    return SitemapIndex(
        sentence=f"this is an index of {len(parts)} sitemaps",
        parts=tuple(part.url for part in newest),
        of=len(parts),
        dated=all(part.modified for part in newest),
        whole=whole,
    )


def _urlset(xml: str, url: str, entries_max: int, flags: tuple[str, ...], *, ended: bool) -> ParsedFeed:
    elements = _children(xml, "url")
    # The newest first, and only those looked at closely: of 50,000 the rest would cost seconds.
    elements.sort(key=lambda element: _moment(_time(element)) or _OLDEST, reverse=True)
    found: dict[str, Entry] = {}
    for element in elements[:entries_max]:
        entry = _entry(element, url, flags)
        if entry is not None and entry.link is not None:
            found.setdefault(entry.link, entry)
    note = None
    if len(elements) > entries_max:
        note = f"of {len(elements)} entries the newest {entries_max} were read"
    elif not ended:
        note = "the sitemap ends in the middle; what is there was read"
    entries = tuple(found.values())
    return ParsedFeed(
        kind="news_sitemap" if any(entry.published for entry in entries) else "sitemap",
        title=next((entry.publisher for entry in entries if entry.publisher), None),
        entries=entries,
        whole=ended and len(elements) <= entries_max,
        note=note,
    )


def _time(element: Any) -> str | None:
    """When the article was published, else when the page changed."""
    published: str | None = element.findtext("{*}news/{*}publication_date")
    changed: str | None = element.findtext("{*}lastmod")
    # Second by hand, for a prefix that nobody declared.
    return published or _fields(_child(element, "news")).get("publication_date") or changed


def _entry(element: Any, url: str, flags: tuple[str, ...]) -> Entry | None:
    fields = _fields(element)
    link = absolute_url(fields.get("loc"), base=url)
    if link is None or not urlsplit(link).path.strip("/"):
        return None  # a site's front page is no article
    news = _fields(_child(element, "news"))
    publication = _fields(_child(_child(element, "news"), "publication"))
    title = text_of(news["title"], characters_max=TITLE_MAX) if "title" in news else None
    language = publication.get("language") or news.get("language")
    pictures = (absolute_url(_fields(image).get("loc"), base=url) for image in _all(element, "image"))
    return Entry(
        link=link,
        title=title,
        published=stated_time(news.get("publication_date")),
        modified=stated_time(fields.get("lastmod")),
        language=one_line(language, characters_max=35) if language else None,
        publisher=text_of(publication["name"], characters_max=NAME_MAX) if "name" in publication else None,
        tags=lines(news.get("keywords", "").split(","), characters_max=TAG_MAX, count_max=TAGS_MAX),
        images=tuple(dict.fromkeys(picture for picture in pictures if picture))[:IMAGES_MAX],
        flags=flags,
        content_digest=content_digest(title=title, body="", summary=None),
    )


def _children(xml: str, name: str) -> list[Any]:
    """The root's children of that name."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True
    )
    root = etree.fromstring(xml.encode("utf-8"), parser=parser)
    return _all(root, name)


def _local(element: Any) -> str:
    tag = element.tag
    # A prefix that nobody declared stays in the name.
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _all(element: Any, name: str) -> list[Any]:
    return [child for child in element if _local(child) == name] if element is not None else []


def _child(element: Any, name: str) -> Any:
    return next(iter(_all(element, name)), None)


def _fields(element: Any) -> dict[str, str]:
    """Local name to text of an element's children, the first of each name."""
    fields: dict[str, str] = {}
    for child in element if element is not None else ():
        text = "".join(child.itertext()).strip() if isinstance(child.tag, str) else ""
        if text:
            fields.setdefault(_local(child), text)
    return fields


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip()) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment

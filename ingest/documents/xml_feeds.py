"""RSS and Atom to entries, made harmless first: plain ones by plain_feeds, for speed, all others by feedparser.

Nothing but feedparser reads all of what publishers really write.

Its sanitizing and link resolving are off (half its time, and the worker does both anyway). Measured on 6.0.14: three
kinds of 100-byte feeds make it raise, a 39 KiB author takes it 9.5 s, 20,000 attributes 5.2 s; and bytes it first takes
for a file name, hence the BytesIO.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

import feedparser
import feedparser.mixin

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
from ingest.documents.plain_feeds import NotPlain, read_plainly
from ingest.documents.plain_text import one_line, text_of
from ingest.documents.stated_rhythm import period_seconds, ttl_seconds
from ingest.documents.stated_times import stated_time
from ingest.documents.xml_text import Unreadable, cut_entries, harmless_xml, root_of

_SHORT_SUMMARY_CHARACTERS: Final = 500
_ROOTS: Final = frozenset({"rss", "RDF", "feed", "channel"})
_ENDED_EARLY: Final = ("no element found", "unclosed token", "unclosed cdata section")


def read(text: str, *, url: str, entries_max: int, flags: tuple[str, ...] = ()) -> ParsedFeed | NotAFeed:
    """May raise what feedparser raises, and may take long: to be called in a child process with limits."""
    xml = harmless_xml(text)
    if isinstance(xml, Unreadable):
        return NotAFeed(reason=xml.reason, sentence=xml.sentence)
    xml, count = cut_entries(xml, entries_max)
    try:
        plain = read_plainly(xml)
    except NotPlain as reason:
        return _read_oddly(xml, count, str(reason), url=url, entries_max=entries_max, flags=flags)
    return ParsedFeed(
        kind=plain.version or "rss",
        title=_title(plain.feed),
        entries=tuple(_entry(entry, url, flags, _of_feed(plain)) for entry in plain.entries[:entries_max]),
        whole=count <= entries_max,
        note=_cut_note(count, entries_max),
        **_rhythm(plain.feed),
    )


def _read_oddly(
    xml: str, count: int, odd: str, *, url: str, entries_max: int, flags: tuple[str, ...]
) -> ParsedFeed | NotAFeed:
    parsed = feedparser.parse(
        io.BytesIO(xml.encode("utf-8")),
        # No base URL: feedparser would resolve guids against it, and a feed that moves would be all new.
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.version and not parsed.entries and root_of(xml) not in _ROOTS:
        return NotAFeed(sentence=_what_it_is(xml))
    early = any(sign in str(parsed.get("bozo_exception", "")).lower() for sign in _ENDED_EARLY)
    return ParsedFeed(
        kind=parsed.version or "rss",
        title=_title(parsed.feed),
        entries=tuple(_entry(entry, url, flags, _of_feed(parsed)) for entry in parsed.entries[:entries_max]),
        whole=count <= entries_max and not early,
        note=_cut_note(count, entries_max)
        or ("the feed ends in the middle; what is there was read" if early else None),
        odd=odd,
        **_rhythm(parsed.feed),
    )


def _rhythm(feed: Any) -> dict[str, Any]:
    return {
        "ttl_seconds": ttl_seconds(dict.get(feed, "ttl")),
        "period_seconds": period_seconds(dict.get(feed, "sy_updateperiod"), dict.get(feed, "sy_updatefrequency")),
    }


def _cut_note(count: int, entries_max: int) -> str | None:
    return f"of {count} entries the first {entries_max} were read" if count > entries_max else None


def _what_it_is(xml: str) -> str:
    root = root_of(xml)
    if root == "opml":
        return "this is an OPML list of feeds, not a feed; take it in with: copydesk feeds import"
    return f"this is XML, but not a feed (its root element is <{root}>)" if root else "this is text, not a feed"


def _of_feed(parsed: Any) -> tuple[EntryAuthor, ...]:
    """The authors of an Atom feed are those of its entries that name none (RFC 4287, 4.2.1)."""
    return _authors(parsed.feed) if (parsed.version or "").startswith("atom") else ()


def _entry(entry: Any, url: str, flags: tuple[str, ...], of_feed: tuple[EntryAuthor, ...]) -> Entry:
    content, summary_markup = _content(entry), _string(entry, "summary")
    base = _base(entry, url)
    body, flags = bounded_body(content or summary_markup or "", flags)
    title, link = _title(entry), _link(entry, base)
    flags += doubts(title=_string(entry, "title"), link_given=_string(entry, "link") is not None, link=link)
    published = stated_time(_string(entry, "published"))
    updated = stated_time(_string(entry, "updated"))
    summary = text_of(summary_markup, characters_max=SUMMARY_MAX) if summary_markup else None
    if not content and summary and len(summary) > _SHORT_SUMMARY_CHARACTERS:
        summary = None  # many feeds put the whole article into the description: it is the body
    return Entry(
        guid=guid_of(dict.get(entry, "id")),
        link=link,
        title=title,
        authors=_authors(entry) or of_feed,
        published=published or updated,  # RSS 1.0's only date is dc:date, Atom's only one that must be there "updated"
        modified=updated if published else None,
        language=_language(entry),
        summary=summary,
        publisher=_plain(entry, "publisher", NAME_MAX),
        tags=_tags(entry),
        images=_images(entry, base),
        body=body,
        flags=flags,
        content_digest=content_digest(title=title, body=body, summary=summary),
    )


def _string(entry: Any, key: str) -> str | None:
    # dict.get: FeedParserDict's own hands "published" out as "updated", with a warning.
    value = dict.get(entry, key)
    return value if isinstance(value, str) and value.strip() else None


def _plain(entry: Any, key: str, characters_max: int) -> str | None:
    value = _string(entry, key)
    return text_of(value, characters_max=characters_max) if value else None


def _title(entry: Any) -> str | None:
    return _plain(entry, "title", TITLE_MAX)


def _content(entry: Any) -> str | None:
    """The longest of an entry's contents that is text; one of another type (base64 of a picture) is no article."""
    found = [
        part["value"]
        for part in dict.get(entry, "content") or ()
        if isinstance(part.get("value"), str)
        and part.get("type", "text/html").split(";")[0] in ("text/html", "text/plain", "application/xhtml+xml")
    ]
    longest = max(found, key=len, default="")
    return longest if longest.strip() else None


def _base(entry: Any, url: str) -> str:
    details = [*(dict.get(entry, "content") or ()), dict.get(entry, "summary_detail") or {}]
    stated = next((detail.get("base") for detail in details if detail.get("base")), None)
    return absolute_url(stated, base=url) or url


def _link(entry: Any, base: str) -> str | None:
    # FeedBurner's own element keeps the publisher's address that it put its counter in front of.
    candidates = [_string(entry, "feedburner_origlink"), _string(entry, "link")]
    candidates += [link.get("href") for link in dict.get(entry, "links") or () if link.get("rel") == "alternate"]
    guid = dict.get(entry, "id")
    for candidate in candidates:
        # A guid without isPermaLink="false" counts as the link; one that is no URL must not become one by joining.
        link = absolute_url(candidate, base="" if candidate == guid else base)
        if link:
            return link
    return None


def _authors(entry: Any) -> tuple[EntryAuthor, ...]:
    stated = [author for author in dict.get(entry, "authors") or () if author][:AUTHORS_MAX]
    if not stated and (name := _plain(entry, "author", NAME_MAX)):
        return (EntryAuthor(name=name),)
    found = (
        EntryAuthor(
            name=_plain(author, "name", NAME_MAX),
            email=_plain(author, "email", NAME_MAX),
            url=absolute_url(author.get("href"), base=""),
        )
        for author in stated
    )
    return tuple(dict.fromkeys(author for author in found if author.name or author.email))


def _language(entry: Any) -> str | None:
    details = [*(dict.get(entry, "content") or ()), dict.get(entry, "title_detail") or {}]
    stated = next((detail.get("language") for detail in details if detail.get("language")), None)
    return one_line(stated, characters_max=35) if isinstance(stated, str) else None  # 35: RFC 5646, 4.4.1


def _tags(entry: Any) -> tuple[str, ...]:
    terms = [tag.get("label") or tag.get("term") for tag in (dict.get(entry, "tags") or ())[: TAGS_MAX * 2]]
    return lines(
        [text_of(term, characters_max=TAG_MAX) for term in terms if term], characters_max=TAG_MAX, count_max=TAGS_MAX
    )


def _images(entry: Any, base: str) -> tuple[str, ...]:
    media = [
        item.get("url")
        for item in dict.get(entry, "media_content") or ()
        if item.get("medium") == "image" or str(item.get("type", "")).startswith("image/")
    ]
    thumbnails = [item.get("url") for item in dict.get(entry, "media_thumbnail") or ()]
    enclosed = [
        link.get("href")
        for link in dict.get(entry, "links") or ()
        if link.get("rel") == "enclosure" and str(link.get("type", "")).startswith("image/")
    ]
    image = dict.get(entry, "image") or {}
    own = [image.get("href")] if isinstance(image, dict) else []
    given = (absolute_url(candidate, base=base) for candidate in (*media, *enclosed, *own, *thumbnails))
    return tuple(dict.fromkeys(found for found in given if found))[:IMAGES_MAX]


def _bound(name: str, bounded: Callable[[Callable[..., None]], Callable[..., None]]) -> None:
    original = getattr(feedparser.mixin._FeedParserMixin, name)
    setattr(feedparser.mixin._FeedParserMixin, name, bounded(original))


def _bounded_author(original: Callable[..., None]) -> Callable[..., None]:
    def sync_author_detail(self: Any, key: str = "author") -> None:
        context = self._get_context()
        author = dict.get(context, key)
        if isinstance(author, str) and len(author) > NAME_MAX:
            context[key] = author[:NAME_MAX]
        original(self, key)

    return sync_author_detail


def _bounded_tags(original: Callable[..., None]) -> Callable[..., None]:
    def add_tag(self: Any, *named: Any) -> None:
        if len(dict.get(self._get_context(), "tags") or ()) < TAGS_MAX:
            original(self, *named)

    return add_tag


# feedparser's expression for e-mail addresses is cubic in an author's length, its list of tags quadratic in theirs
# (100,000 tags: 8 minutes). There is no hook, and cutting the text beforehand would cut references in two.
_bound("_sync_author_detail", _bounded_author)
_bound("_add_tag", _bounded_tags)

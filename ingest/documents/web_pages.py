"""A web page where a feed should be: said so, with the feeds that the page itself names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from lxml import html as lxml_html
from lxml.etree import LxmlError

from ingest.documents.entry import URL_MAX, NotAFeed, absolute_url
from ingest.documents.plain_text import text_of

_PAGE: Final = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_FEED_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_HEAD_CHARACTERS: Final = 500_000
_LINKS_MAX: Final = 20
_ANCHORS_READ_MAX: Final = 5_000
_FEED_ADDRESS: Final = re.compile(
    r"(?:^|[/._=-])(?:rss2?|atom|feeds?|rdf)(?:[/._?&-](?!.*\.(?:html?|aspx?|php)$)|$)", re.IGNORECASE
)
FEED_NAMES: Final = frozenset({"rss", "rss feed", "rss-feed", "feed", "atom", "xml", "rss 2.0", "subscribe via rss"})


def is_web_page(text: str) -> bool:
    return _PAGE.match(text[:20_000]) is not None


def refuse(text: str, *, url: str) -> NotAFeed:
    """The sentence for a web page, with the feeds of its ``<link rel=alternate>`` (as RSS autodiscovery has it)."""
    try:
        document = lxml_html.document_fromstring(text[:_HEAD_CHARACTERS].encode("utf-8", "replace"), parser=_parser())
    except (LxmlError, ValueError):
        return NotAFeed(sentence="this is a web page, not a feed")
    stated_base = next((element.get("href") for element in document.iter("base")), None)
    base = absolute_url(stated_base, base=url) or url
    stated_title = next((element.text for element in document.iter("title") if element.text), None)
    title = text_of(stated_title, characters_max=80) if stated_title else None
    links = _absolute(sorted(_alternates(document), key=_of_comments), base)
    anchors = _absolute(sorted(_anchors(document), key=_of_comments), base)
    page = f"this is a web page ({title}), not a feed" if title else "this is a web page, not a feed"
    if links:
        more = f" and {len(links) - 1} more" if len(links) > 1 else ""
        page += f"; it names the feed {links[0]}{more}"
    return NotAFeed(sentence=page, feed_links=links, feed_anchors=anchors)


def _alternates(document: Any) -> Iterator[Any]:
    for link in document.iter("link"):
        stated = (link.get("type") or "").split(";")[0].strip().lower()
        if "alternate" in (link.get("rel") or "").lower().split() and stated in _FEED_TYPES:
            yield link


def _anchors(document: Any) -> Iterator[Any]:
    for anchor in islice(document.iter("a"), _ANCHORS_READ_MAX):
        target = anchor.get("href") or ""
        named = "".join(anchor.itertext())[:40].strip().lower()
        if _FEED_ADDRESS.search(target[:URL_MAX]) or named in FEED_NAMES:
            yield anchor


def _of_comments(link: Any) -> bool:
    return "comment" in f"{link.get('href')} {link.get('title')}".lower()


def _absolute(links: Iterable[Any], base: str) -> tuple[str, ...]:
    found = (absolute_url(link.get("href"), base=base) for link in links)
    return tuple(dict.fromkeys(link for link in found if link))[:_LINKS_MAX]


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)

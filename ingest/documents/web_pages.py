"""A web page where a feed should be: said so, with the feeds that the page itself names."""

from __future__ import annotations

import re
from typing import Final

from lxml import html as lxml_html
from lxml.etree import LxmlError

from ingest.documents.entry import NotAFeed, absolute_url
from ingest.documents.plain_text import text_of

_PAGE: Final = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_FEED_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_HEAD_CHARACTERS: Final = 500_000
_LINKS_MAX: Final = 20


def is_web_page(text: str) -> bool:
    return _PAGE.match(text[:20_000]) is not None


def refuse(text: str, *, url: str) -> NotAFeed:
    """The sentence for a web page, with the feeds of its ``<link rel=alternate>`` (as RSS autodiscovery has it)."""
    title, links = _title_and_links(text[:_HEAD_CHARACTERS], url)
    page = f"this is a web page ({title}), not a feed" if title else "this is a web page, not a feed"
    if not links:
        return NotAFeed(sentence=page)
    more = f" and {len(links) - 1} more" if len(links) > 1 else ""
    return NotAFeed(sentence=f"{page}; it names the feed {links[0]}{more}", feed_links=links)


def _title_and_links(text: str, url: str) -> tuple[str | None, tuple[str, ...]]:
    try:
        document = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=_parser())
    except (LxmlError, ValueError):
        return None, ()
    stated_base = next((element.get("href") for element in document.iter("base")), None)
    base = absolute_url(stated_base, base=url) or url
    links = (
        absolute_url(link.get("href"), base=base)
        for link in document.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split()
        and (link.get("type") or "").split(";")[0].strip().lower() in _FEED_TYPES
    )
    title = next((element.text for element in document.iter("title") if element.text), None)
    return (
        text_of(title, characters_max=80) if title else None,
        tuple(dict.fromkeys(link for link in links if link))[:_LINKS_MAX],
    )


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)

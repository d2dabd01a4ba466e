"""What each element of a plain feed does to its entry: feedparser 6.0.14's rules, an element a function.

A function for an element's start is given its name and attributes, one for its end its name; both change ``reading``.
"""

from __future__ import annotations

import re
from typing import Final

from feedparser.urls import _urljoin

from ingest.documents import plain_credits
from ingest.documents.plain_reading import Attributes, End, NotPlain, Reading, Start, recoded, with_href

_RSS_VERSIONS: Final = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS: Final = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}

# --- the document, and its entries ---


def _start_rss(reading: Reading, _name: str, attributes: Attributes) -> None:
    reading.only_at(0)
    if not reading.found.version.startswith("rss"):
        version = attributes.get("version", "")
        reading.found.version = _RSS_VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")


def _start_feed(reading: Reading, _name: str, attributes: Attributes) -> None:
    reading.only_at(0)
    reading.in_feed = True
    if not reading.found.version:
        reading.found.version = _ATOM_VERSIONS.get(attributes.get("version", ""), "atom")


def _start_channel(reading: Reading, _name: str, attributes: Attributes) -> None:
    reading.only_at(1)
    if "href" in attributes or "lastmod" in attributes:
        raise NotPlain("a channel of CDF")
    reading.in_feed = True


def _end_channel(reading: Reading, _name: str) -> None:
    reading.in_feed = False


def _start_item(reading: Reading, _name: str, attributes: Attributes) -> None:
    if len(reading.path) < 2 or reading.path[-2][0] not in ("channel", "feed", "rdf_rdf", "rss"):
        raise NotPlain("an item in a strange place")
    if "href" in attributes or "lastmod" in attributes:
        raise NotPlain("an item of CDF")
    reading.entry, reading.levels, reading.title_depth, reading.guid_is_link = {}, {}, -1, False
    reading.found.entries.append(reading.entry)
    if about := attributes.get("rdf:about"):
        reading.entry["id"] = about


def _end_item(reading: Reading, _name: str) -> None:
    reading.entry, reading.has_content = None, False


def _start_image(reading: Reading, name: str, _attributes: Attributes) -> None:
    if reading.entry is not None:
        raise NotPlain(f"{name} in an item")
    reading.title_depth = -1
    reading.in_image, reading.in_text_input = reading.in_image or name == "image", name != "image"


def _end_image(reading: Reading, name: str) -> None:
    if name == "image":
        reading.in_image = False
    else:
        reading.in_text_input = False


def _start_source(reading: Reading, name: str, _attributes: Attributes) -> None:
    if reading.entry is None:
        raise NotPlain("a source outside items")
    reading.title_depth = -1
    reading.collect(name)


# --- texts ---


def _start_title(reading: Reading, name: str, attributes: Attributes) -> None:
    reading.begin(name, attributes, "text/plain")


def _end_title(reading: Reading, name: str) -> None:
    text = reading.text()
    value = recoded(text)
    if not -1 < reading.title_depth <= len(reading.path):
        if reading.entry is not None:
            reading.keep("title", value)
            reading.entry["title_detail"] = reading.params
        elif reading.in_feed and not reading.in_image and not reading.in_text_input:
            reading.found.feed["title"] = value
    if value and name != "media_title":
        reading.title_depth = len(reading.path)


def _start_description(reading: Reading, name: str, attributes: Attributes) -> None:
    reading.as_content = reading.entry is not None and "summary" in reading.entry and not reading.has_content
    if reading.entry is None:
        if reading.feed_has_summary:
            raise NotPlain("a feed with a summary and a description")
        reading.feed_has_summary = name in ("summary", "itunes_summary")
    if reading.as_content:
        reading.has_content = True
    plain = reading.as_content or name in ("summary", "itunes_summary")
    reading.begin(name, attributes, "text/plain" if plain else "text/html")


def _start_abstract(reading: Reading, name: str, attributes: Attributes) -> None:
    reading.as_content = False
    reading.begin(name, attributes, "text/plain")


def _end_description(reading: Reading, _name: str) -> None:
    if reading.entry is None:
        return
    value = recoded(reading.text())
    if reading.as_content:
        reading.entry.setdefault("content", []).append({**reading.params, "value": value})
    else:
        reading.keep("summary", value)
        reading.entry["summary_detail"] = reading.params


def _start_content(reading: Reading, name: str, attributes: Attributes) -> None:
    if reading.entry is None:
        raise NotPlain("content outside items")
    reading.has_content = True
    reading.begin(name, attributes, "text/plain" if name == "content" else "text/html")


def _end_content(reading: Reading, _name: str) -> None:
    assert reading.entry is not None
    value = recoded(reading.text())
    reading.entry.setdefault("content", []).append({**reading.params, "value": value})
    reading.entry.setdefault("summary", value)


def _start_text(reading: Reading, name: str, _attributes: Attributes) -> None:
    reading.collect(name)


# --- links, identities, times ---


def _start_link(reading: Reading, name: str, attributes: Attributes) -> None:
    if reading.entry is None:
        return
    attributes.setdefault("rel", "alternate")
    attributes.setdefault("type", "application/atom+xml" if attributes["rel"] == "self" else "text/html")
    link = with_href(attributes)
    reading.entry.setdefault("links", []).append(link)
    if "href" not in link:
        reading.collect(name)
        return
    link["href"] = str(_urljoin(reading.base, link["href"]))
    if link["rel"] == "alternate" and link["type"] in ("text/html", "html", "application/xhtml+xml", "xhtml"):
        reading.entry["link"] = link["href"]


def _end_link(reading: Reading, name: str) -> None:
    if reading.entry is None or reading.collecting != name:
        return
    url = recoded(reading.resolved(reading.text())).replace("&amp;", "&")
    url = re.sub("&([A-Za-z0-9_]+);", r"&\g<1>", url)
    reading.entry["link"] = url
    if url:
        reading.entry["links"][-1]["href"] = url


def _start_guid(reading: Reading, name: str, attributes: Attributes) -> None:
    reading.guid_is_link = attributes.get("ispermalink", "true") == "true"
    reading.collect(name)


def _end_guid(reading: Reading, _name: str) -> None:
    if reading.entry is None:
        return
    text = reading.text()
    value = recoded(reading.resolved(text) if reading.guid_is_link else text)
    reading.keep("id", value)
    if reading.guid_is_link:
        reading.entry.setdefault("link", value)


def _end_time(reading: Reading, name: str) -> None:
    if reading.entry is None:
        return
    reading.keep("published" if name in _PUBLISHED else "updated", recoded(reading.text()))


def _start_rhythm(reading: Reading, name: str, attributes: Attributes) -> None:
    if reading.entry is not None:
        return
    if attributes:
        raise NotPlain(f"{name} with attributes")
    reading.collect(name)


def _end_rhythm(reading: Reading, name: str) -> None:
    if reading.entry is None and reading.in_feed and not reading.in_image and not reading.in_text_input:
        reading.found.feed[name] = recoded(reading.text())


_PUBLISHED: Final = frozenset({"published", "issued", "pubdate", "dcterms_issued"})
_UPDATED: Final = frozenset({"updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"})
_DESCRIPTIONS: Final = frozenset({"description", "dc_description", "media_description", "summary", "itunes_summary"})
_TITLES: Final = frozenset({"title", "dc_title", "media_title"})
TEXTS: Final = frozenset(
    {
        "rights",
        "copyright",
        "dc_rights",
        "subtitle",
        "tagline",
        "itunes_subtitle",
        "info",
        "feedburner_browserfriendly",
    }
)
WITHOUT_EFFECT: Final = frozenset(
    {
        "contributor",
        "dc_contributor",
        "generator",
        "language",
        "dc_language",
        "created",
        "dcterms_created",
        "expirationdate",
        "cloud",
        "width",
        "height",
        "media_group",
        "media_rating",
        "media_credit",
        "media_restriction",
        "media_license",
        "media_player",
        "admin_generatoragent",
        "admin_errorreportsto",
        "cc_license",
        "creativecommons_license",
        "itunes_explicit",
        "itunes_block",
        "georss_point",
    }
)
"""feedparser does something with these, and nothing of it ends up in an entry of ours."""

SHADOWS: Final = frozenset(
    {
        "authors",
        "links",
        "publisher",
        "date",
        "date_parsed",
        "updated_parsed",
        "published_parsed",
        "issued_parsed",
        "modified_parsed",
        "title_detail",
        "summary_detail",
        "description_detail",
        "content_detail",
    }
)
"""Elements that nobody defined, by names under which feedparser keeps something else."""

_RHYTHMS: Final = frozenset({"ttl", "sy_updateperiod", "sy_updatefrequency"})

STARTS: Final[dict[str, Start]] = {
    "rss": _start_rss,
    "feed": _start_feed,
    "channel": _start_channel,
    **dict.fromkeys(("item", "entry"), _start_item),
    **dict.fromkeys(("image", "textinput"), _start_image),
    "source": _start_source,
    **dict.fromkeys(_TITLES, _start_title),
    **dict.fromkeys(_DESCRIPTIONS, _start_description),
    "abstract": _start_abstract,
    **dict.fromkeys(("content", "content_encoded", "fullitem"), _start_content),
    "link": _start_link,
    **dict.fromkeys(("guid", "id"), _start_guid),
    **dict.fromkeys((*_PUBLISHED, *_UPDATED, "dc_publisher", "webmaster"), _start_text),
    **dict.fromkeys(_RHYTHMS, _start_rhythm),
    **plain_credits.STARTS,
}
ENDS: Final[dict[str, End]] = {
    **dict.fromkeys(("feed", "channel"), _end_channel),
    **dict.fromkeys(("item", "entry"), _end_item),
    **dict.fromkeys(("image", "textinput"), _end_image),
    **dict.fromkeys(_TITLES, _end_title),
    **dict.fromkeys((*_DESCRIPTIONS, "abstract"), _end_description),
    **dict.fromkeys(("content", "content_encoded", "fullitem"), _end_content),
    "link": _end_link,
    **dict.fromkeys(("guid", "id"), _end_guid),
    **dict.fromkeys((*_PUBLISHED, *_UPDATED), _end_time),
    **dict.fromkeys(_RHYTHMS, _end_rhythm),
    **plain_credits.ENDS,
}

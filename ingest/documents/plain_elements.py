"""What each element of a plain feed does to its entry: feedparser 6.0.14's rules, an element a function.

A function for an element's start is given its name and attributes, one for its end its name; both change ``reading``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import feedparser.mixin
from feedparser.urls import _urljoin

from ingest.documents.plain_reading import Attributes, NotPlain, Reading, recoded, with_href

_borrowed: Final = feedparser.mixin._FeedParserMixin
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


# --- people, tags, pictures ---


def _start_author(reading: Reading, name: str, _attributes: Attributes) -> None:
    reading.in_author = True
    reading.collect(name)
    reading.context().setdefault("authors", []).append({})


def _end_author(reading: Reading, _name: str) -> None:
    reading.in_author = False
    if reading.entry is not None:
        reading.keep("author", recoded(reading.text()))
    else:
        reading.found.feed["author"] = recoded(reading.text())
    _borrowed._sync_author_detail(reading)


def _start_author_part(reading: Reading, _name: str, _attributes: Attributes) -> None:
    if reading.in_author:
        reading.author_pieces, reading.pieces = reading.pieces, []


def _end_author_part(reading: Reading, name: str) -> None:
    if not reading.in_author:
        return
    value, reading.pieces = reading.text(), reading.author_pieces
    key = AUTHOR_PARTS[name]
    if key == "href":
        value = recoded(reading.resolved(value))
    _borrowed._sync_author_detail(reading)
    reading.context().setdefault("authors", [{}])[-1][key] = value


def _start_category(reading: Reading, name: str, attributes: Attributes) -> None:
    if reading.entry is None:
        return
    reading.collect(name)
    scheme = attributes.get("scheme", attributes.get("domain"))
    if name == "itunes_category":
        _add_tag(reading, attributes.get("text"), "http://www.itunes.com/", None)
    elif name == "media_category":
        _add_tag(
            reading,
            attributes.get("term"),
            attributes.get("scheme", "http://search.yahoo.com/mrss/category_schema"),
            attributes.get("label"),
        )
    else:
        _add_tag(reading, attributes.get("term"), scheme, attributes.get("label"))


def _end_category(reading: Reading, _name: str) -> None:
    if reading.entry is None or not (value := recoded(reading.text())):
        return
    tags = reading.entry.setdefault("tags", [])
    if tags and not tags[-1]["term"]:
        tags[-1]["term"] = value
    else:
        _add_tag(reading, value, None, None)


def _start_keywords(reading: Reading, name: str, attributes: Attributes) -> None:
    if attributes:
        raise NotPlain(f"{name} with attributes")
    reading.collect(name)


def _end_keywords(reading: Reading, name: str) -> None:
    if reading.entry is None:
        return
    scheme = "http://www.itunes.com/" if name == "itunes_keywords" else None
    for term in recoded(reading.text()).split(","):
        if term.strip():
            _add_tag(reading, term.strip(), scheme, None)


def _end_publisher(reading: Reading, _name: str) -> None:
    if reading.entry is not None:
        reading.keep("publisher", recoded(reading.text()))


def _end_original_link(reading: Reading, name: str) -> None:
    if reading.entry is not None:
        reading.keep(name, recoded(reading.text()))


def _start_enclosure(reading: Reading, _name: str, attributes: Attributes) -> None:
    if reading.entry is not None:
        reading.entry.setdefault("links", []).append({**with_href(attributes), "rel": "enclosure"})


def _start_media_content(reading: Reading, name: str, attributes: Attributes) -> None:
    if reading.entry is not None:
        reading.entry.setdefault(name, []).append(attributes)


def _start_thumbnail(reading: Reading, name: str, attributes: Attributes) -> None:
    _start_media_content(reading, name, attributes)
    reading.collect(name)


def _end_thumbnail(reading: Reading, name: str) -> None:
    url = recoded(reading.resolved(reading.text()))
    if reading.entry is not None and url:
        reading.entry[name][-1].setdefault("url", url)


def _start_itunes_image(reading: Reading, _name: str, attributes: Attributes) -> None:
    url = attributes.get("href") or attributes.get("url")
    if reading.entry is not None and url:
        reading.entry["image"] = {"href": url}


def _start_owner(reading: Reading, name: str, _attributes: Attributes) -> None:
    if reading.entry is not None:
        raise NotPlain(f"{name} in an item")


def _add_tag(reading: Reading, term: str | None, scheme: str | None, label: str | None) -> None:
    _borrowed._add_tag(reading, term, scheme, label)


_PUBLISHED: Final = frozenset({"published", "issued", "pubdate", "dcterms_issued"})
_UPDATED: Final = frozenset({"updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"})
AUTHORS: Final = frozenset({"author", "managingeditor", "dc_creator", "dc_author", "itunes_author"})
AUTHOR_PARTS: Final = {
    **dict.fromkeys(("name", "itunes_name"), "name"),
    **dict.fromkeys(("email", "itunes_email"), "email"),
    **dict.fromkeys(("url", "uri", "homepage"), "href"),
}
_CATEGORIES: Final = frozenset({"category", "keywords", "dc_subject", "media_category", "itunes_category"})
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

_Start = Callable[[Reading, str, Attributes], None]
_End = Callable[[Reading, str], None]

STARTS: Final[dict[str, _Start]] = {
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
    **dict.fromkeys(AUTHORS, _start_author),
    **dict.fromkeys(AUTHOR_PARTS, _start_author_part),
    **dict.fromkeys(_CATEGORIES, _start_category),
    **dict.fromkeys(("itunes_keywords", "media_keywords", "feedburner_origlink"), _start_keywords),
    **dict.fromkeys(_RHYTHMS, _start_rhythm),
    "enclosure": _start_enclosure,
    "media_content": _start_media_content,
    "media_thumbnail": _start_thumbnail,
    **dict.fromkeys(("itunes_image", "itunes_link"), _start_itunes_image),
    "itunes_owner": _start_owner,
}
ENDS: Final[dict[str, _End]] = {
    **dict.fromkeys(("feed", "channel"), _end_channel),
    **dict.fromkeys(("item", "entry"), _end_item),
    **dict.fromkeys(("image", "textinput"), _end_image),
    **dict.fromkeys(_TITLES, _end_title),
    **dict.fromkeys((*_DESCRIPTIONS, "abstract"), _end_description),
    **dict.fromkeys(("content", "content_encoded", "fullitem"), _end_content),
    "link": _end_link,
    **dict.fromkeys(("guid", "id"), _end_guid),
    **dict.fromkeys((*_PUBLISHED, *_UPDATED), _end_time),
    **dict.fromkeys(AUTHORS, _end_author),
    **dict.fromkeys(AUTHOR_PARTS, _end_author_part),
    **dict.fromkeys(_CATEGORIES, _end_category),
    **dict.fromkeys(("itunes_keywords", "media_keywords"), _end_keywords),
    **dict.fromkeys(("dc_publisher", "webmaster"), _end_publisher),
    **dict.fromkeys(_RHYTHMS, _end_rhythm),
    "feedburner_origlink": _end_original_link,
    "media_thumbnail": _end_thumbnail,
}

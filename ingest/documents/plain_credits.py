"""Who and what a plain feed names beside the text: people, tags, pictures. See plain_elements for the rules' source."""

from __future__ import annotations

from typing import Final

import feedparser.mixin

from ingest.documents.plain_reading import Attributes, End, NotPlain, Reading, Start, recoded, with_href

_borrowed: Final = feedparser.mixin._FeedParserMixin

AUTHORS: Final = frozenset({"author", "managingeditor", "dc_creator", "dc_author", "itunes_author"})
AUTHOR_PARTS: Final = {
    **dict.fromkeys(("name", "itunes_name"), "name"),
    **dict.fromkeys(("email", "itunes_email"), "email"),
    **dict.fromkeys(("url", "uri", "homepage"), "href"),
}
_CATEGORIES: Final = frozenset({"category", "keywords", "dc_subject", "media_category", "itunes_category"})


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


STARTS: Final[dict[str, Start]] = {
    **dict.fromkeys(AUTHORS, _start_author),
    **dict.fromkeys(AUTHOR_PARTS, _start_author_part),
    **dict.fromkeys(_CATEGORIES, _start_category),
    **dict.fromkeys(("itunes_keywords", "media_keywords", "feedburner_origlink"), _start_keywords),
    "enclosure": _start_enclosure,
    "media_content": _start_media_content,
    "media_thumbnail": _start_thumbnail,
    **dict.fromkeys(("itunes_image", "itunes_link"), _start_itunes_image),
    "itunes_owner": _start_owner,
}
ENDS: Final[dict[str, End]] = {
    **dict.fromkeys(AUTHORS, _end_author),
    **dict.fromkeys(AUTHOR_PARTS, _end_author_part),
    **dict.fromkeys(_CATEGORIES, _end_category),
    **dict.fromkeys(("itunes_keywords", "media_keywords"), _end_keywords),
    **dict.fromkeys(("dc_publisher", "webmaster"), _end_publisher),
    "feedburner_origlink": _end_original_link,
    "media_thumbnail": _end_thumbnail,
}

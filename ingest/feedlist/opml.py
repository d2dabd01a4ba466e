"""OPML, how feed lists travel (opml.org, 2.0): its outlines to plain values, and values to OPML.

Folders are tags: a feed's folder and the folders around it, and its ``category``. What OPML has no word for travels in
attributes of a namespace of ours, which other programs skip. Headers do not travel: they are secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

import listparser
from lxml import etree

from ingest.documents.charset import decode
from ingest.documents.plain_text import one_line

NAMESPACE: Final = "urn:copydesk:feeds"
SETTINGS: Final = ("timezone", "interval_minutes", "full_text", "identity", "enabled")
"""A feed's settings that go into attributes of ours; ``language`` is one of OPML's own."""

NAME_MAX: Final = 256
TAG_MAX: Final = 128
TAGS_MAX: Final = 50

_KINDS: Final = ("opml", "foaf", "igoogle")
_END: Final = re.compile(r"</(?:opml|(?:\w+:)?rdf|gadgettabml)\s*>", re.IGNORECASE)
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Outlines:
    """``feeds`` are fields of a feed each, unchecked. ``whole``: the document is not cut off."""

    feeds: tuple[dict[str, Any], ...]
    whole: bool


def read_outlines(data: bytes) -> Outlines | None:
    """The feeds of an OPML document in its order, in whatever encoding; None when it is none."""
    # listparser does not read the declared encoding, so it gets UTF-8; entities it leaves alone.
    text = decode(data, None).text.lstrip("\ufeff")
    encoded = text.encode("utf-8", "replace")
    parsed = listparser.parse(encoded)
    if not parsed["version"].startswith(_KINDS) and not parsed["feeds"]:
        return None
    ours = _settings(encoded) if NAMESPACE in text else {}
    return Outlines(
        feeds=tuple({**_fields(outline), **ours.get(outline["url"], {})} for outline in parsed["feeds"]),
        whole=_END.search(text[-2_000:]) is not None,
    )


def write_opml(feeds: Iterable[Mapping[str, Any]], *, title: str, at: datetime) -> bytes:
    """OPML 2.0 that ``read_outlines`` reads back. A feed lies in the folder of its first tag.

    Where a tag cannot be told from two in a ``category`` (it holds a comma or a slash), each tag is a folder in the
    one before it: so they come back as they were.
    """
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"copydesk": NAMESPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateCreated").text = format_datetime(at)
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], Any] = {(): body}
    for feed in feeds:
        tags = tuple(_clean(tag) for tag in feed["tags"])
        path = tags if any("," in tag or "/" in tag for tag in tags) else tags[:1]
        etree.SubElement(_folder(folders, path), "outline", _attributes(feed, tags, path))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _folder(folders: dict[tuple[str, ...], Any], path: tuple[str, ...]) -> Any:
    if path not in folders:
        folders[path] = etree.SubElement(_folder(folders, path[:-1]), "outline", {"text": path[-1]})
    return folders[path]


def _attributes(feed: Mapping[str, Any], tags: tuple[str, ...], path: tuple[str, ...]) -> dict[Any, str]:
    name = _clean(feed["name"] or feed["url"])
    attributes: dict[Any, str] = {"text": name, "title": name, "type": "rss", "xmlUrl": feed["url"]}
    if len(tags) > len(path):
        attributes["category"] = ",".join(tags)
    if feed["language"]:
        attributes["language"] = feed["language"]
    for setting in SETTINGS:
        if setting in feed:
            value = feed[setting]
            attributes[etree.QName(NAMESPACE, setting)] = str(value).lower() if isinstance(value, bool) else str(value)
    return attributes


def _fields(outline: Mapping[str, Any]) -> dict[str, Any]:
    names = (one_line(name, characters_max=TAG_MAX) for path in outline.get("categories", ()) for name in path)
    return {
        "url": outline["url"],
        "name": one_line(outline["title"], characters_max=NAME_MAX),
        "tags": tuple(dict.fromkeys(name for name in names if name))[:TAGS_MAX],
    }


def _settings(document: bytes) -> dict[str, dict[str, Any]]:
    """By address, what attributes of ours say. A lenient parser, as listparser's: names come in lower case."""
    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True, huge_tree=False)
    root = etree.fromstring(document, parser=parser)
    found: dict[str, dict[str, Any]] = {}
    for outline in root.iter("outline") if root is not None else ():
        given = {name: outline.get(f"copydesk:{name}") for name in SETTINGS}
        fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if outline.get("language"):
            fields["language"] = outline.get("language")
        if url := outline.get("xmlurl"):
            found[url] = {name: _typed(name, value) for name, value in fields.items()}
    return found


def _typed(name: str, value: str) -> Any:
    if name == "interval_minutes" and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return {"true": True, "false": False}.get(value, value) if name == "enabled" else value


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)

"""The text of an XML document before any parser sees it: what would crash, stall or trick one is removed or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.documents.plain_text import clean
from ingest.web.outcomes import Reason

_DECLARATION: Final = re.compile(r"\s*<\?xml\b[^>]{0,400}\?>", re.IGNORECASE)
_START: Final = re.compile(r"<\?xml\b|<!DOCTYPE\b|<(?:rss|feed|rdf:RDF|channel|urlset|sitemapindex)\b", re.IGNORECASE)
_JUNK_MAX: Final = 8_192  # a PHP warning before the prolog
_REFERENCE: Final = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
_ENTRY_END: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ROOT: Final = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]{0,40})")
_LONG_TAG: Final = re.compile(r"<[A-Za-z][^<>]{4096,}")
_ATTRIBUTE: Final = re.compile(r"\s[A-Za-z_][\w:.-]*\s*=\s*[\"']")
_ATTRIBUTES_MAX: Final = 500
_ENTITIES_MAX: Final = 256
_ENTITY_LENGTH_MAX: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    reason: Reason
    sentence: str


def harmless_xml(text: str) -> str | Unreadable:
    """The document without forbidden characters and references, declared as UTF-8; or why it is not read at all."""
    document = _repair_references(clean(text))
    start = _START.search(document[:_JUNK_MAX])
    document = document[start.start() :] if start else document.lstrip()
    document = _DECLARATION.sub("", document, count=1)
    if refused := _refuse_entities(document) or _refuse_attributes(document):
        return refused
    return f'<?xml version="1.0" encoding="utf-8"?>\n{document}'


def cut_entries(document: str, count_max: int) -> tuple[str, int]:
    """The document with its first ``count_max`` entries, and how many it has. What stands after the last one stays."""
    ends = [match.end() for match in _ENTRY_END.finditer(document)]
    if len(ends) <= count_max:
        return document, len(ends)
    return document[: ends[count_max - 1]] + document[ends[-1] :], len(ends)


def root_of(document: str) -> str | None:
    """The local name of the root element, None when there is none."""
    bare = re.sub(r"<\?.*?\?>|<!--.*?-->|<![^>]*>", "", document[:20_000], flags=re.DOTALL)
    match = _ROOT.match(bare.lstrip())
    return match[2] if match else None


def _repair_references(document: str) -> str:
    # &#xD800; &#x110000; &#99999999999; each make feedparser raise; &#0; is no character either
    return _REFERENCE.sub(_sound_reference, document) if "&#" in document else document


def _sound_reference(match: re.Match[str]) -> str:
    digits = (match[1] or match[2]).lstrip("0")
    if len(digits) > 7:
        return "\ufffd"
    code = int(digits or "0", 16 if match[1] else 10)
    forbidden = (
        code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or (code < 32 and code not in (9, 10, 13)) or code >> 1 == 0x7FFF
    )
    return "\ufffd" if forbidden else match[0]


def _refuse_entities(document: str) -> Unreadable | None:
    """XML lets a document define entities; feeds need a few of one character each, attacks need others."""
    doctype = document.find("<!DOCTYPE", 0, 65_536)
    if doctype < 0:
        return None
    close, bracket = document.find(">", doctype), document.find("[", doctype)
    if bracket < 0 or close < bracket:  # no internal subset (RSS 0.91 names Netscape's DTD): nothing to define
        return None
    end = re.compile(r"\]\s*>").search(document, bracket)
    subset = document[bracket : end.start() if end else len(document)]
    declared = re.findall(r"<!ENTITY\s+([^>]{0,2000})", subset, re.IGNORECASE)
    if any(re.match(r"%|\S+\s+(?:SYSTEM|PUBLIC)\b", entity) for entity in declared):
        return Unreadable(reason="xml_entities", sentence="this XML wants to pull in other files, which is not done")
    if len(declared) > _ENTITIES_MAX or any(len(entity) > _ENTITY_LENGTH_MAX for entity in declared):
        return Unreadable(reason="xml_entities", sentence="this XML defines more entities than any feed needs")
    if any(re.search(r"&(?!#)\w+;", entity) for entity in declared):
        return Unreadable(reason="xml_entities", sentence="this XML defines entities by entities, as attacks do")
    return None


def _refuse_attributes(document: str) -> Unreadable | None:
    for match in _LONG_TAG.finditer(document):
        if len(_ATTRIBUTE.findall(match[0])) > _ATTRIBUTES_MAX:
            return Unreadable(
                reason="too_many_attributes",
                sentence="this XML has an element with more attributes than any feed needs",
            )
    return None

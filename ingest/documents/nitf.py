"""A NITF document (IPTC News Industry Text Format 3.x) as the fields and the body of one raw article.

The body becomes an HTML fragment, so that the worker reads it by the conventions of copy as it reads a feed's; what
NITF marks and HTML has no element for (second headline, dateline, agency) is marked by class. Nothing is judged here.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from ingest.documents.charset import decode
from ingest.documents.entry import (
    AUTHORS_MAX,
    IMAGES_MAX,
    NAME_MAX,
    SUMMARY_MAX,
    TAG_MAX,
    TAGS_MAX,
    TITLE_MAX,
    URL_MAX,
    absolute_url,
)
from ingest.documents.plain_text import one_line
from ingest.documents.xml_text import Unreadable, harmless_xml
from shared.schema import Stated, StatedAuthor

_ROOT: Final = re.compile(rb"<(?:[\w.-]{1,20}:)?(?:nitf|newsItem|newsMessage|NewsML|packageItem)[\s>]", re.IGNORECASE)
_NAMED: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BLOCKS: Final = frozenset({"p", "hl2", "li", "dt", "dd", "pre", "tr", "nitf-table", "credit", "tagline", "fn", "br"})
_ELSEWHERE: Final = frozenset({"media", "note", "script", "body.head"})
_WITHDRAWN: Final = frozenset({"canceled", "withheld", "killed"})
_BESIDE_NAMES: Final = frozenset({"byttl", "location", "org"})
_CELLS: Final = frozenset({"td", "th"})
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
DOCUMENTS_MAX: Final = 1_000
MEDIA_MAX: Final = 200
DATE_MAX: Final = 64
ID_MAX: Final = 1_024
CAPTION_MAX: Final = 4_000
PARAGRAPH_MAX: Final = 200_000


@dataclass(frozen=True, kw_only=True)
class NitfArticle:
    """``doc_id``: docdata's, None where it has none. ``fragment`` is HTML. ``whole``: the XML was well-formed."""

    doc_id: str | None
    url: str | None
    stated: Stated
    fragment: str
    whole: bool


@dataclass(frozen=True, kw_only=True)
class NotNitf:
    """The reason ends the sentence "this document ..."."""

    reason: str


def is_nitf(document: bytes) -> bool:
    """Whether the XML is NITF, or a NewsML package that may hold some; by the root's name."""
    head = re.sub(
        rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>",
        b"",
        document[:20_000].replace(b"\0", b""),
        flags=re.S,
    )
    match = re.search(rb"<[A-Za-z]", head)
    return bool(match and _ROOT.match(head, match.start()))


def read_nitf(document: bytes) -> list[NitfArticle | NotNitf]:
    """Every NITF article in the document: one, or those that a NewsML package holds. Reads no other file."""
    text = harmless_xml(_without_html_entities(decode(document, None).text))
    if isinstance(text, Unreadable):
        return [NotNitf(reason=f"is not read: {text.sentence}")]
    root, whole = _root(text)
    if root is None:
        return [NotNitf(reason="is not XML")]
    found = list(islice((each for each in root.iter() if _name(each) == "nitf"), DOCUMENTS_MAX))
    if not found:
        return [NotNitf(reason="holds no NITF")]
    return [_article(_Document(each), whole=whole) for each in found]


def _without_html_entities(text: str) -> str:
    """``&eacute;`` as its letter: NITF's DTD, which is never loaded, defines HTML's."""

    def letter(match: re.Match[str]) -> str:
        return match[0] if match[1] in _XML_ENTITIES else html.escape(html.unescape(match[0]), quote=False)

    return _NAMED.sub(letter, text) if "&" in text else text


def _root(text: str) -> tuple[etree._Element | None, bool]:
    for recover in (False, True):
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(text.encode(), parser)
        except etree.XMLSyntaxError:
            continue
        if root is not None:
            return root, not recover
    return None, False


class _Document:
    """Elements by name, whatever their namespace, in the order of the document."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self._named = defaultdict[str, list[etree._Element]](list)
        for element in root.iter():
            self._named[_name(element)].append(element)

    def all(self, path: str) -> Iterator[etree._Element]:
        """``media`` wherever it stands; ``hedline/hl1`` only directly below."""
        parent, _, name = path.rpartition("/")
        for element in self._named.get(name, ()):
            above = element.getparent()
            if not parent or (above is not None and _name(above) == parent):
                yield element

    def attribute(self, path: str, name: str, limit: int) -> str | None:
        values = (each.get(name) for each in self.all(path))
        return next((line for value in values if (line := _line(value, limit))), None)

    def text(self, path: str, limit: int) -> str | None:
        lines = (_line(_text(each), limit) for each in self.all(path))
        return next((line for line in lines if line), None)


def _article(document: _Document, *, whole: bool) -> NitfArticle | NotNitf:
    status = (document.attribute("docdata", "management-status", NAME_MAX) or "").lower()
    if status in _WITHDRAWN:
        return NotNitf(reason=f"was withdrawn by its publisher (management-status {status})")
    blocks = list(_blocks(document))
    title = document.text("hedline/hl1", TITLE_MAX) or document.text("head/title", TITLE_MAX)
    if not blocks and not title:
        return NotNitf(reason="has neither a headline nor any text")
    return NitfArticle(
        doc_id=document.attribute("docdata/doc-id", "id-string", ID_MAX),
        url=absolute_url(document.attribute("pubdata", "ex-ref", URL_MAX), base=""),
        stated=_stated(document, title),
        fragment="\n".join([*_marked(document), *blocks, *_captions(document)]),
        whole=whole,
    )


def _stated(document: _Document, title: str | None) -> Stated:
    dates = (document.attribute(path, name, DATE_MAX) for path, name in _PUBLISHED)
    images = (absolute_url(each.get("source"), base="") for each in document.all("media/media-reference"))
    keywords = (_line(each.get("key"), TAG_MAX) for each in document.all("key-list/keyword"))
    attribute = document.attribute
    return Stated(
        title=title,
        authors=_authors(document),
        published_at=next(filter(None, dates), None),
        modified_at=attribute("revision-history", "norm", DATE_MAX),
        language=attribute("nitf", _LANG, TAG_MAX) or attribute("body", _LANG, TAG_MAX),
        summary=document.text("abstract", SUMMARY_MAX),
        publisher=attribute("pubdata", "name", NAME_MAX) or attribute("doc.copyright", "holder", NAME_MAX),
        section=attribute("pubdata", "position.section", TAG_MAX)
        or attribute("tobject/tobject.subject", "tobject.subject.type", TAG_MAX),
        tags=tuple(dict.fromkeys(filter(None, keywords)))[:TAGS_MAX],
        images=tuple(dict.fromkeys(filter(None, images)))[:IMAGES_MAX],
    )


_PUBLISHED: Final = (
    ("docdata/date.issue", "norm"),
    ("docdata/date.release", "norm"),
    ("pubdata", "date.publication"),
    ("dateline/story.date", "norm"),
)
"""Where NITF says when it was published, the most exact first."""


def _authors(document: _Document) -> tuple[StatedAuthor, ...]:
    """The people that bylines mark, else their words: who of them is a person the worker tells."""
    names: list[str | None] = []
    for byline in islice(document.all("byline"), AUTHORS_MAX):
        marked = [_line(_text(each), NAME_MAX) for each in byline.iter() if _name(each) == "person"]
        names += marked or [_line(_text(byline, without=_BESIDE_NAMES), NAME_MAX)]
    return tuple(StatedAuthor(name=name) for name in dict.fromkeys(names) if name)[:AUTHORS_MAX]


def _marked(document: _Document) -> Iterator[str]:
    """What stands above the text, in elements whose class says what they are."""
    place = document.text("dateline/location", NAME_MAX) or document.text("dateline", NAME_MAX)
    day = document.text("dateline/story.date", NAME_MAX)
    marked = {
        "subtitle": document.text("hedline/hl2", TITLE_MAX),
        "agency": document.text("distributor", NAME_MAX) or document.text("byline/org", NAME_MAX),
        "dateline": f"{place}, {day}" if place and day and day not in place else place,
    }
    for name, said in marked.items():
        if said:
            yield f'<p class="{name}">{html.escape(said)}</p>'


def _blocks(document: _Document) -> Iterator[str]:
    """The paragraphs of the body and what stands at its end, in order."""
    for place in (*document.all("body.content"), *document.all("body.end")):
        for text in _lines(place):
            if line := _line(text, PARAGRAPH_MAX):
                yield f"<p>{html.escape(line)}</p>"


def _lines(place: etree._Element) -> Iterator[str]:
    """Text between the borders of blocks; iterative, because hostile documents nest."""
    said: list[str] = []
    quiet = 0
    for event, element in etree.iterwalk(place, events=("start", "end")):
        name, begins = _name(element), event == "start"
        if name in _BLOCKS:
            yield "".join(said)
            said = []
        quiet += begins and name in _ELSEWHERE
        if begins:
            said.append((element.text or "") if not quiet else "")
            continue
        quiet -= name in _ELSEWHERE
        said.append((element.tail or "") if not quiet and element is not place else "")
        said.append(" " if name in _CELLS else "")
    yield "".join(said)


def _captions(document: _Document) -> Iterator[str]:
    """Captions with the credit that NITF keeps beside them."""
    for media in islice(document.all("media"), MEDIA_MAX):
        parts = _Document(media)
        caption = " ".join(filter(None, (_line(_text(each), CAPTION_MAX) for each in parts.all("media-caption"))))
        credit = parts.text("media-producer", NAME_MAX)
        if caption:
            said = caption if not credit or credit in caption else f"{caption} ({credit})"
            yield f"<figure><figcaption>{html.escape(said)}</figcaption></figure>"


def _text(element: etree._Element, *, without: frozenset[str] = frozenset()) -> str:
    if not without:
        return "".join(map(str, element.itertext()))
    parts = [element.text or ""]
    for child in element:
        parts += [" " if _name(child) in without else _text(child), child.tail or ""]
    return "".join(parts)


def _line(value: str | None, limit: int) -> str | None:
    return one_line(value, characters_max=limit) if value else None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""

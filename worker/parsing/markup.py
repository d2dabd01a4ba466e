"""Text to a tree, and a tree to lines of text. What could not be read is said, never dropped in silence.

libxml2 stops at 256 nested elements and at text nodes of 10 MB, and lxml then returns a shortened tree without a word
(measured: 300 nested ``div`` lose their text). ``huge_tree`` lifts both limits to 2,048 levels and beyond; what lies
deeper is caught by counting, and read without the nesting. Trees of more elements than any article has are read without
most of them: looking for one sibling among 100,000 costs libxml2 a time that grows with their square (43 s measured,
inside C code that no alarm stops).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import lxml.html
import re2
from lxml import etree

from worker.parsing.text import lines_of, scrub

DEPTH_MAX: Final = 200
"""Deeper trees are flattened: trafilatura and lxml's serialisers recurse, and no article needs 200 levels."""

ELEMENTS_MAX: Final = 20_000
"""The largest of 650 news pages has 11,529; half of them have fewer than 800."""
LINES_MAX: Final = 20_000
HEAD_TAGS_MAX: Final = 1_000
ATTRIBUTES_MAX: Final = 500
_LONG_TAG: Final = re.compile(r"<([a-zA-Z][\w:-]{0,40})[^<>]{5000,}>")
_IN_HEAD: Final = re2.compile(
    r"(?is)<title\b[^<>]*>[^<]*</title>|<(?:meta|link)\b[^<>]*>|"
    r"<script\b[^<>]*ld\+json[^<>]*>.*?</script\s*>"
)
_HEAD_ENDS: Final = re.compile(r"(?i)</head\s*>|<body\b")
_XML_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_PAGE: Final = re.compile(r"<(?:html|head|body|!doctype)[\s>]", re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b[^<>]*>")
_UNREAD: Final = re2.compile(r"(?is)<(?:script|style)\b[^<>]*>.*?(?:</(?:script|style)\s*>|\z)")
_ANY_TAG: Final = re.compile(r"<[a-zA-Z/!?][^<>]*>")  # "5 < 6 and 7 > 6" holds none
_DEEP: Final = etree.XPath("boolean(" + "/*" * DEPTH_MAX + ")")
_MANY: Final = etree.XPath(f"count(//*) > {ELEMENTS_MAX}")
_PLAIN: Final = etree.ElementDefaultClassLookup(
    element=lxml.html.HtmlElement, comment=lxml.html.HtmlComment, entity=lxml.html.HtmlEntity
)
"""One class for all elements: lxml's own choice by tag (forms, inputs) is made in Python, a tenth of a page's cost."""
SKIPPED: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "svg",
        "math",
        "head",
        "object",
        "embed",
        "canvas",
        "form",
        "button",
        "select",
        "input",
        "textarea",
        "audio",
        "video",
        "nav",
        "aside",
    ]
)
_BLOCK: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)


def is_page(text: str) -> bool:
    """Whether the markup is a document; else it is a fragment: a feed's snippet, a ``div`` handed in by someone."""
    return bool(_PAGE.search(text))


@dataclass(frozen=True, kw_only=True)
class Tree:
    """``partial``: the markup was too deep or too large to be read as it stands; text may be displaced or missing."""

    root: lxml.html.HtmlElement
    partial: bool


def tree_of(text: str) -> Tree | None:
    """None when there is no element in it at all. ``text`` is scrubbed: libxml2 stops at a NUL."""
    text = _LONG_TAG.sub(_without_attributes, _XML_DECLARATION.sub("", text, count=1))
    if not _crowded(text):
        root, stopped = _parsed(text)
        if not stopped and (root is None or _readable(root)):
            return None if root is None else Tree(root=root, partial=False)
    root, _ = _parsed(_flattened(text))
    return None if root is None else Tree(root=root, partial=True)


def _crowded(text: str) -> bool:
    """So many tags, scripts aside, that a tree of them is not even made."""
    limit = ELEMENTS_MAX * 4
    return text.count("<") > limit and _UNREAD.sub(" ", text).count("<") > limit


def _readable(root: lxml.html.HtmlElement) -> bool:
    return not _DEEP(root) and not _MANY(root)


def text_lines(root: lxml.html.HtmlElement, *, skipped: frozenset[str] = SKIPPED) -> list[str]:
    """The text as lines, a block element each; iterative, so depth costs nothing."""
    return lines_of(scrub("".join(_pieces(root, skipped))))


def bare_text(markup: str) -> str:
    """Text between anything that looks like a tag: for a title or a name that holds markup. Entities are read twice."""
    plain = _ANY_TAG.sub(" ", markup) if "<" in markup else markup
    return html.unescape(html.unescape(plain)) if "&" in plain else plain


def _parsed(text: str) -> tuple[lxml.html.HtmlElement | None, bool]:
    """The tree, and whether the parser met a limit of libxml2 and left the rest out (its log is the only sign)."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_PLAIN)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        root = None
    return root, any(
        entry.level == etree.ErrorLevels.FATAL or "xcessive depth" in entry.message for entry in parser.error_log[-20:]
    )


def _without_attributes(match: re.Match[str]) -> str:
    """A tag of thousands of attributes as a bare one: checking each against all others takes libxml2 seconds."""
    return f"<{match[1]}>" if match[0].count("=") > ATTRIBUTES_MAX else match[0]


def _flattened(text: str) -> str:
    """The head's statements, and every block of the body as a paragraph of its own, as many as are read: the words and
    their order stay, the nesting goes."""
    ends = _HEAD_ENDS.search(text)
    head, body = (text[: ends.start()], text[ends.start() :]) if ends else ("", text)
    stated = "".join(match.group() for match in islice(_IN_HEAD.finditer(head), HEAD_TAGS_MAX))
    words = _UNREAD.sub(" ", body)
    blocks = _TAG.sub(lambda match: "\0" if match[2].lower() in _BLOCK else " ", words).split("\0")
    lines = islice((block for block in blocks if block.strip()), LINES_MAX)
    opening = f"<html><head>{stated}</head><body>" if ends else ""
    return f"{opening}<p>{'<p>'.join(lines)}"


def _pieces(root: lxml.html.HtmlElement, skipped: frozenset[str]) -> Iterator[str]:
    quiet = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "script"
        if event == "start":
            quiet += tag in skipped
            if not quiet:
                yield "\n" if tag in _BLOCK else ""
                yield (element.text or "").replace("\n", " ") if tag != "pre" else element.text or ""
            continue
        if not quiet and tag in _BLOCK:
            yield "\n"
        quiet -= tag in skipped
        if not quiet and element is not root:
            yield (element.tail or "").replace("\n", " ")

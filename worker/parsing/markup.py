"""Bytes to a tree, and a tree to lines of text. What could not be read is said, never dropped in silence.

libxml2 stops at 256 nested elements and at text nodes of 10 MB, and lxml then returns a shortened tree without a word
(measured: 300 nested ``div`` lose their text). ``huge_tree`` lifts both limits to 2,048 levels and beyond; what lies
deeper is caught by counting, and read without the nesting.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import lxml.html
import re2
from lxml import etree

from worker.parsing.text import has_controls, lines_of, scrub

DEPTH_MAX: Final = 200
"""Deeper trees are flattened: trafilatura and lxml's serialisers recurse, and no article needs 200 levels."""

_META_CHARSET: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,3}=\s{0,3}[\"']?\s{0,3}([\w.:-]{1,40})", re.IGNORECASE
)
_XML_ENCODING: Final = re.compile(rb"^\s{0,20}<\?xml[^>]{0,100}?encoding=[\"']([\w.:-]{1,40})", re.IGNORECASE)
_XML_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_PAGE: Final = re.compile(r"<(?:html|head|body|!doctype)[\s>]", re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b[^<>]*>")
_UNREAD: Final = re2.compile(r"(?is)<(?:script|style)\b[^<>]*>.*?</(?:script|style)\s*>")
_ANY_TAG: Final = re.compile(r"<[a-zA-Z/!?][^<>]*>")  # "5 < 6 and 7 > 6" holds none
_DEEP: Final = etree.XPath("boolean(" + "/*" * DEPTH_MAX + ")")
_LABELS: Final = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "shift-jis": "cp932", "x-sjis": "cp932", "iso-8859-9": "cp1254", "utf8": "utf-8", "unicode": "utf-8",
}  # fmt: skip
"""What browsers read under these labels (WHATWG Encoding Standard, section 4.2)."""
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_TWO_BYTE: Final = frozenset({"cp949", "gb18030", "cp932", "big5", "euc-jp"})
_STATEFUL: Final = frozenset(
    {"iso-2022-jp", "iso-2022-kr", "hz", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32"}
)
"""Their bytes below 32 are not control characters."""
_CONTROL_BYTES: Final = bytes({*range(9), *range(14, 32), 127})
REPLACED_MAX: Final = 3
"""So many U+FFFD may stand in a page that was decoded well: people copy them around."""

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


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """``guessed``: the bytes do not fit what was stated. ``controls``: control characters were taken out."""

    text: str
    guessed: bool
    controls: bool


def decoded(body: bytes, *, stated: str | None = None, is_html: bool = True) -> Decoded:
    """Byte order mark, then what HTTP states, then what the document states, then UTF-8, then a guess.

    Bytes that are valid UTF-8 beyond ASCII are UTF-8, whatever else is stated: chance does not make them (for the
    two-byte sets of East Asia it takes more than a word).
    """
    for mark, marked in _BOMS:
        if body.startswith(mark):
            text = body[len(mark) :].decode(marked, "replace")
            return _decoded(text, guessed=False, controls=has_controls(text))
    encoding = _codec(stated) or (_codec_in(body) if is_html else None)
    if encoding is not None and encoding in _STATEFUL:
        text = body.decode(encoding, "replace")
        return _decoded(text, guessed=False, controls=has_controls(text))
    bare = body.translate(None, delete=_CONTROL_BYTES)
    text, guessed = _read(bare, encoding, is_html=is_html)
    return _decoded(text, guessed=guessed, controls=len(bare) < len(body))


def _read(body: bytes, encoding: str | None, *, is_html: bool) -> tuple[str, bool]:
    """The text, and whether its encoding had to be guessed against or without a statement."""
    try:
        text = body.decode("utf-8")
        beyond = len(body) - len(text)
        misstated = encoding not in (None, "utf-8") and beyond > (40 if encoding in _TWO_BYTE else 0)
        if encoding in (None, "utf-8") or misstated or not beyond:
            return text, misstated
    except UnicodeDecodeError:
        pass
    if encoding and encoding != "utf-8":
        try:
            return body.decode(encoding), False
        except UnicodeDecodeError:
            return body.decode(encoding, "replace"), True
    if encoding == "utf-8" or not is_html:
        return body.decode("utf-8", "replace"), True
    return body.decode(_most_likely(body), "replace"), True


def is_page(text: str) -> bool:
    """Whether the markup is a document; else it is a fragment: a feed's snippet, a ``div`` handed in by someone."""
    return bool(_PAGE.search(text))


@dataclass(frozen=True, kw_only=True)
class Tree:
    """``partial``: the markup was too deep to be read as it stands; text may be out of place or missing."""

    root: lxml.html.HtmlElement
    partial: bool


def tree_of(text: str) -> Tree | None:
    """None when there is no element in it at all. ``text`` is scrubbed: libxml2 stops at a NUL."""
    text = _XML_DECLARATION.sub("", text, count=1)
    root, stopped = _parsed(text)
    if not stopped and (root is None or not _DEEP(root)):
        return None if root is None else Tree(root=root, partial=False)
    root, _ = _parsed(_flattened(text))
    return None if root is None else Tree(root=root, partial=True)


def text_lines(root: lxml.html.HtmlElement, *, skipped: frozenset[str] = SKIPPED) -> list[str]:
    """The text as lines, a block element each; iterative, so depth costs nothing."""
    return lines_of(scrub("".join(_pieces(root, skipped))))


def bare_text(markup: str) -> str:
    """Text between anything that looks like a tag: for a title or a name that holds markup. Entities are read twice."""
    plain = _ANY_TAG.sub(" ", markup) if "<" in markup else markup
    return html.unescape(html.unescape(plain)) if "&" in plain else plain


def _decoded(text: str, *, guessed: bool, controls: bool) -> Decoded:
    """Fields are scrubbed when they are taken out: here only what stops a parser goes (all of it costs 12 ms)."""
    replaced = text.count("\ufffd") > REPLACED_MAX
    return Decoded(text=text.replace("\0", ""), guessed=guessed or replaced, controls=controls)


def _codec(label: str | None) -> str | None:
    name = (label or "").strip().strip("\"'").lower()[:40]
    name = _LABELS.get(name, name)
    try:
        codec = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return None
    return name if codec is not None and getattr(codec, "_is_text_encoding", False) else None


def _codec_in(body: bytes) -> str | None:
    start = body[:4_096]
    match = _META_CHARSET.search(start) or _XML_ENCODING.match(start) or _META_CHARSET.search(body[:65_536])
    codec = _codec(match[1].decode("ascii", "replace")) if match else None
    return (
        "utf-8" if codec and codec.startswith(("utf-16", "utf-32", "utf_16")) else codec
    )  # it was read as ASCII just now


def _most_likely(body: bytes) -> str:
    """Without any statement and no UTF-8: Western European, unless too many bytes lie beyond ASCII for that."""
    import charset_normalizer  # noqa: PLC0415 - half a page in ten thousand needs it

    start = body[:50_000]
    if sum(byte > 127 for byte in start) * 6 < len(start) or len(start) < 64:
        return "cp1252"
    best = charset_normalizer.from_bytes(body[:50_000]).best()
    return best.encoding if best is not None and _codec(best.encoding) else "cp1252"


def _parsed(text: str) -> tuple[lxml.html.HtmlElement | None, bool]:
    """The tree, and whether the parser met a limit of libxml2 and left the rest out (its log is the only sign)."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        root = None
    return root, any(
        entry.level == etree.ErrorLevels.FATAL or "xcessive depth" in entry.message for entry in parser.error_log[-20:]
    )


def _flattened(text: str) -> str:
    """Every container as a closed block of its own: the words and their order stay, the nesting goes."""
    words = _UNREAD.sub(" ", text)
    return _TAG.sub(lambda match: "<br>" if match[2].lower() in _BLOCK else " ", words)


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

"""The body of a page: trafilatura on the shared tree, rendered as paragraphs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any, Final

import lxml.html
from trafilatura.core import bare_extraction
from trafilatura.settings import Extractor

from worker.parsing.text import comparable, one_line

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every thin page as an error

LEAD_COMPARED: Final = 120
LISTED_ITEM: Final = "- "
QUICK_CHARS_MIN: Final = 1_000
PROSE_SHARE_MIN: Final = 0.5
"""Trafilatura's own reading counts where it is no short text and holds this share of the page's; else its fall-backs
are asked.

They cost as much again, and measured on pages read by people they take more furniture along than they find text.
"""


def page_paragraphs(root: lxml.html.HtmlElement, url: str | None, prose: int) -> list[str]:
    """What trafilatura takes for the article, a paragraph an entry; empty when it finds nothing.

    ``root`` is left as it is (trafilatura works on a copy). ``prose``: characters of running text in the page.
    """
    quick = _extracted(root, url, fast=True) if prose >= QUICK_CHARS_MIN else []
    if sum(map(len, quick)) >= max(QUICK_CHARS_MIN, prose * PROSE_SHARE_MIN):
        return quick
    return _extracted(root, url, fast=False) or quick


def with_lead(paragraphs: list[str], lead: str | None) -> list[str]:
    """With the lead as the first paragraph, unless the text holds it already or there is no text."""
    key = comparable(lead or "")
    if not key or not paragraphs or key[:LEAD_COMPARED] in comparable("".join(paragraphs)):
        return paragraphs
    return [lead or "", *paragraphs]


def without(paragraphs: Iterable[str], dropped: Iterable[str]) -> list[str]:
    """The paragraphs that do not repeat one of ``dropped`` (captions, the title) word for word."""
    keys = {comparable(text) for text in dropped} - {""}
    return [paragraph for paragraph in paragraphs if comparable(paragraph) not in keys]


def _extracted(root: lxml.html.HtmlElement, url: str | None, *, fast: bool) -> list[str]:
    options = Extractor(output_format="txt", comments=False, url=url, fast=fast)
    document: Any = bare_extraction(root, options=options)
    body = getattr(document, "body", None)
    if body is None:
        return []
    while len(body) and body[-1].tag == "head":  # a heading of what was taken out: "More on this"
        body.remove(body[-1])
    return [line for line in map(one_line, _blocks(body)) if line]


def _blocks(body: Any) -> Iterator[str]:
    """A paragraph, heading, quotation, item of a list or row of a table each; line breaks part paragraphs."""
    for element in body:
        if element.tag == "list":
            yield from (f"{LISTED_ITEM}{' '.join(item.itertext())}" for item in element.iter("item"))
        elif element.tag == "table":
            yield from (" | ".join(filter(None, map(_said, row.iter("cell")))) for row in element.iter("row"))
        else:
            yield from _parted(element)
        yield element.tail or ""


def _parted(element: Any) -> Iterator[str]:
    """The lines of a block: parted at ``lb`` and before and after the blocks inside it."""
    pieces: list[str] = [element.text or ""]
    for child in element:
        if child.tag in ("p", "quote", "list", "head", "table", "item", "code"):
            yield "".join(pieces)
            yield from _parted(child)
            pieces = []
        elif child.tag == "lb":
            yield "".join(pieces)
            pieces = []
        else:
            pieces.append("".join(child.itertext()))
        pieces.append(child.tail or "")
    yield "".join(pieces)


def _said(element: Any) -> str:
    return one_line(" ".join(element.itertext()))

"""What the markup of a fragment says of its parts: picture captions, and what ``ingest`` marked in a NITF document."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from worker.parsing.captions import caption_lines
from worker.parsing.claims import Claims
from worker.parsing.markup import text_lines
from worker.parsing.text import CAPTION_CHARS_MAX, LISTED_MAX, NAME_CHARS_MAX, TITLE_CHARS_MAX, short_line, unique

_DATELINE: Final = re.compile(r"(?i)date-?line|articlelocation")
_MARKED: Final = {"subtitle": TITLE_CHARS_MAX, "agency": NAME_CHARS_MAX, "dateline": NAME_CHARS_MAX}
"""Class of a paragraph of its own -> how long what it says may be."""
SPANS_MAX: Final = 500


def marked_claims(root: HtmlElement) -> Claims:
    """Takes the marked parts out of the tree, so that what is left is the text."""
    said = {name: _take(root, name, limit) for name, limit in _MARKED.items()}
    captions = unique(_captions(root), LISTED_MAX)
    _part_datelines(root)
    return Claims(origin="page", captions=captions, **said)  # type: ignore[arg-type]


def _take(root: HtmlElement, name: str, limit: int) -> str | None:
    for element in islice(root.iterfind(f".//p[@class='{name}']"), SPANS_MAX):
        if line := short_line(element.text_content()[: limit * 8], limit):
            element.drop_tree()
            return line
    return None


def _captions(root: HtmlElement) -> list[str]:
    captions = []
    for element in list(islice(root.iter("figcaption"), LISTED_MAX)):
        caption = caption_lines("\n".join(text_lines(element)))
        if caption and len(caption) <= CAPTION_CHARS_MAX:
            captions.append(caption)
            element.drop_tree()
    return captions


def _part_datelines(root: HtmlElement) -> None:
    """A dash behind an element marked as the dateline: its class says what the text alone does not show."""
    for element in islice(root.iterfind(".//span[@class]"), SPANS_MAX):
        if _DATELINE.search(element.get("class") or "") and re.match(r"\s*\w", element.tail or ""):
            element.tail = f" — {(element.tail or '').lstrip()}"
            return

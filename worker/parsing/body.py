"""The body of a page: trafilatura on the shared tree, rendered as paragraphs."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

import lxml.html
from trafilatura.core import bare_extraction
from trafilatura.settings import Extractor

from worker.parsing.text import comparable, lines_of, scrub

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every thin page as an error

LISTED_ITEM: Final = "- "


def page_paragraphs(root: lxml.html.HtmlElement, url: str | None) -> list[str]:
    """What trafilatura takes for the article, a paragraph an entry; empty when it finds nothing.

    ``root`` is left as it is (trafilatura works on a copy).
    """
    options = Extractor(output_format="python", comments=False, url=url)
    document = bare_extraction(root, options=options)
    text = getattr(document, "text", None) or ""
    return [_untabled(line) for line in lines_of(scrub(text))]


def without(paragraphs: Iterable[str], dropped: Iterable[str]) -> list[str]:
    """The paragraphs that do not repeat one of ``dropped`` (captions, the title) word for word."""
    keys = {comparable(text) for text in dropped} - {""}
    return [paragraph for paragraph in paragraphs if comparable(paragraph) not in keys]


def _untabled(line: str) -> str:
    """A table's row without the bars at its ends."""
    return line.strip("| ") if line.startswith("|") else line

"""Runs under the peers' interpreter (.venv-peers), as a child of ``evaluate_peers``; imports nothing of Copydesk.

usage: python article_peers.py PEER < inputs.jsonl > records.jsonl
Inputs are the JSON lines that ``copydesk parse -`` takes, with pages as ``html_base64``; each record holds what the
peer's own interface gives with its defaults, under the names that the scorer reads, and ``cpu_ms``.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

Fields = dict[str, Any]

_STOPLISTS = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "pt": "Portuguese",
              "nl": "Dutch", "pl": "Polish", "sv": "Swedish", "no": "Norwegian_Bokmal", "da": "Danish",
              "fi": "Finnish", "tr": "Turkish", "ru": "Russian", "uk": "Ukrainian", "cs": "Czech"}  # fmt: skip


def newspaper4k(page: bytes, url: str | None) -> Fields:
    from newspaper import Article  # noqa: PLC0415
    from newspaper.parsers import get_unicode_html  # noqa: PLC0415

    article = Article(url or "https://news.example/article", fetch_images=False)
    article.download(input_html=get_unicode_html(page))
    article.parse()
    return {
        "title": article.title,
        "authors": list(article.authors),
        "published_at": article.publish_date.isoformat() if article.publish_date else None,
        "text": article.text,
    }


def justext(page: bytes, url: str | None) -> Fields:
    """The body alone: it looks for nothing else. The stop words are those of the page's stated language."""
    import justext as library  # noqa: PLC0415

    lang = re.search(rb"<html[^>]{0,400}?\blang=[\"']?([a-zA-Z]{2})", page[:20_000])
    stoplist = library.get_stoplist(_STOPLISTS.get(lang[1].decode().lower() if lang else "en", "English"))
    paragraphs = library.justext(page, stoplist)
    return {"text": "\n\n".join(each.text for each in paragraphs if not each.is_boilerplate)}


PEERS: dict[str, Callable[[bytes, str | None], Fields]] = {"newspaper4k": newspaper4k, "justext": justext}


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    extract = PEERS[sys.argv[1]]
    for line in sys.stdin:
        given = json.loads(line)
        page = base64.b64decode(given["html_base64"])
        began = time.process_time()
        try:
            fields = extract(page, given.get("url"))
        except Exception as error:  # noqa: BLE001 - a page that a peer cannot read counts as an empty record
            fields = {"failed": f"{type(error).__name__}: {error}"[:200]}
        cpu_ms = (time.process_time() - began) * 1000
        sys.stdout.write(json.dumps({"input_id": given["id"], **fields, "cpu_ms": cpu_ms}) + "\n")


if __name__ == "__main__":
    main()

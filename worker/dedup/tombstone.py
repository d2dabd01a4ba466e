"""By what a purged raw article is known again: marks of 64 bits, so that what is left of it stays small.

That any of a million arrivals meets one of ten million marks by chance has a probability of 5e-7; a source that wanted
to hit another source's mark would need 2^64 tries (as for an article's id, decision 0020).
"""

from __future__ import annotations

import hashlib


def mark_of(digest: bytes) -> int:
    """The first 64 bits of a digest, signed as databases have it."""
    return int.from_bytes(digest[:8], "big", signed=True)


def text_mark(text: str) -> int:
    """Of an entry key or an address."""
    return mark_of(hashlib.sha256(text.encode("utf-8", "replace")).digest())


def content_mark(title: str | None, content_hash: bytes | None, *, evidence: bool, hidden: bool) -> int | None:
    """Of a normalised headline and a text. None for what is no evidence that two are one article (see ``decide``): no
    text, a wall in place of it (``hidden``), or a phrase without a headline."""
    if content_hash is None or hidden or not (evidence or title):
        return None
    return mark_of(hashlib.sha256(content_hash + (title or "").encode()).digest())

"""What of a parsed article decides whether it is known already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from worker.dedup.content import EVIDENCE_BYTES_MIN, content_hash, normalise
from worker.parsing.article import ParsedArticle


def identity_of(source_key: str, entry_key: str) -> bytes:
    """32 bytes that stand for (source key, entry key): the two together may be longer than an index entry can be
    (PostgreSQL: 2,704 bytes)."""
    return hashlib.sha256(f"{source_key}\0{entry_key}".encode()).digest()


def public_id_of(identity: bytes) -> str:
    """The id of the article that this identity founds: the same input on another machine gets the same id."""
    return identity.hex()[:16]


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """``source`` is the source's name. ``title`` is normalised, None where unknown. ``evidence``: the text is long
    enough to be one article's alone (EVIDENCE_BYTES_MIN). ``content_hash`` is None where there is no text. ``seen_at``:
    when the source said so, which is not the order in which workers get there."""

    identity: bytes
    source: str
    article: ParsedArticle
    title: str | None
    content_hash: bytes | None
    evidence: bool
    seen_at: datetime


def fingerprint(
    source_key: str, entry_key: str, source: str, article: ParsedArticle, *, seen_at: datetime
) -> Fingerprint:
    text = normalise(article.text)
    return Fingerprint(
        identity=identity_of(source_key, entry_key),
        source=source,
        article=article,
        title=normalise_title(article.title),
        content_hash=content_hash(text),
        evidence=len(text.encode()) >= EVIDENCE_BYTES_MIN,
        seen_at=seen_at,
    )


def normalise_title(title: str | None) -> str | None:
    """A title of white space alone is as unknown as none."""
    return normalise(title) or None if title else None

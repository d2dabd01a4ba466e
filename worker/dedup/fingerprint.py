"""What of a parsed article decides whether it is known already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from worker.dedup.content import EVIDENCE_BYTES_MIN, content_hash, normalise
from worker.dedup.likeness import Reading
from worker.dedup.updates import update_of
from worker.parsing import flags
from worker.parsing.article import ParsedArticle
from worker.parsing.canonical import address_key


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
    when the source said so, which is not the order in which workers get there. ``chain_key``: the same for all versions
    of one headline at one source; None without a title. ``address_key``: the same for all addresses of one article,
    None without a URL. ``from_page``: Copydesk itself fetched the text from its URL.
    """

    identity: bytes
    source_key: str
    source: str
    article: ParsedArticle
    reading: Reading
    title: str | None
    content_hash: bytes | None
    evidence: bool
    seen_at: datetime
    chain_key: int | None
    address_key: int | None
    from_page: bool

    @property
    def sampled(self) -> tuple[int, ...]:
        """The windows by which copies are looked for; none of what stands in place of an article (a wall)."""
        if self.content_hash is None or flags.HIDDEN.intersection(self.article.flags):
            return ()
        return self.reading.windows.sampled


def fingerprint(
    source_key: str,
    entry_key: str,
    source: str,
    article: ParsedArticle,
    *,
    seen_at: datetime,
    from_page: bool = False,
) -> Fingerprint:
    text = normalise(article.text)
    return Fingerprint(
        identity=identity_of(source_key, entry_key),
        source_key=source_key,
        source=source,
        article=article,
        reading=reading_of(source_key, article),
        title=normalise_title(article.title),
        content_hash=content_hash(text),
        evidence=len(text.encode()) >= EVIDENCE_BYTES_MIN,
        seen_at=seen_at,
        chain_key=chain_key_of(source_key, article.title),
        address_key=address_key_of(article.url),
        from_page=from_page,
    )


def reading_of(source_key: str, article: ParsedArticle) -> Reading:
    """What of a parsed article is compared with others."""
    return Reading(
        title=article.title,
        text=article.text,
        source_key=source_key,
        published=article.published.utc if article.published else None,
        captions=article.captions,
    )


def chain_key_of(source_key: str, title: str | None) -> int | None:
    """A signed 64-bit number over a source and a headline without its marks ((LEAD), UPDATE 1-): where to look for the
    other versions. Two headlines may share one by chance; whether they are a chain is decided on the headlines."""
    update = update_of(title)
    if update is None:
        return None
    return _number(f"{source_key}\0{update.stem}")


def address_key_of(url: str | None) -> int | None:
    """A signed 64-bit number over what all addresses of one article have in common (canonical.address_key)."""
    key = address_key(url)
    return _number(key) if key is not None else None


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def normalise_title(title: str | None) -> str | None:
    """A title of white space alone is as unknown as none."""
    return normalise(title) or None if title else None

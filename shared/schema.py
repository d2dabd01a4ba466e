"""The raw article as it crosses from ``ingest`` to ``worker``, versioned JSON beside a compressed body.

This module does no I/O. A message of a version it does not know is an ``UnknownVersionError``, never a guess.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

VERSION: Final = 1

Lane = Literal["live", "backfill"]
"""``live`` for feeds, ``backfill`` for what is handed in: a million-line seed must not hold up the news."""

Kind = Literal["text", "page", "fragment"]
"""What the body is: plain text (UTF-8), an HTML page as served (any charset), a feed entry's HTML fragment (UTF-8)."""

Settled = Literal["stored", "revised", "copied", "duplicate", "quarantined"]
"""What became of one raw article. Every accepted raw article ends as exactly one of these."""

BODY_BYTES_MAX: Final = 32 * 1024 * 1024
"""A body is refused at the door when it is longer, and never inflated further on the other side."""

BODY_COMPRESSED_BYTES_MAX: Final = 5 * 1024 * 1024
"""A compressed body is refused at the door when it is longer."""


class SchemaError(Exception):
    """Root of what can be wrong with a message; the message says what."""


class UnknownVersionError(SchemaError):
    """The message was written by a release that this one does not know."""


class MalformedError(SchemaError):
    """The message claims a known version and does not hold what that version holds."""


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class StatedAuthor(_Wire):
    name: str | None = None
    email: str | None = None
    url: str | None = None


class Stated(_Wire):
    """What the source itself says of an article, outside its body: fields of a feed entry or of a JSON line.

    Times are strings as stated (ISO 8601 where the reader understood them): the zone is settled by the worker.
    """

    title: str | None = None
    authors: tuple[StatedAuthor, ...] = ()
    published_at: str | None = None
    modified_at: str | None = None
    language: str | None = None
    summary: str | None = None
    publisher: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


class Carried(_Wire):
    """What the feed itself has of an article whose body is its page: an HTML fragment, and where the entry links to."""

    body: str
    url: str | None = None


class RawArticle(_Wire):
    """What ``ingest`` accepted, unparsed.

    ``source_key`` is ``feed:`` + the URL as first configured, or ``seed:`` + name; ``source`` is the name shown.
    ``timezone`` (IANA) and ``language`` (BCP 47) are the source's settings, believed where the article is silent.
    ``charset`` is what HTTP said of a page; ``from_page`` means that Copydesk itself fetched the body from ``url``.
    ``carried`` is read in place of such a body that turns out to be no article.
    ``flags`` are ingest's own (see docs/records.md). ``replay`` lets an article out of quarantine pass the "settled
    already?" check.
    """

    source_key: str
    source: str
    entry_key: str
    kind: Kind
    body: bytes
    url: str | None = None
    stated: Stated = Stated()
    timezone: str | None = None
    language: str | None = None
    charset: str | None = None
    from_page: bool = False
    carried: Carried | None = None
    flags: tuple[str, ...] = ()
    lane: Lane = "backfill"
    seen_at: AwareDatetime
    replay: bool = False

    @property
    def raw_id(self) -> str:
        """32 hex digits over source, entry key and payload: the same article handed in twice is one inbox entry.

        When it was seen, its lane and a replay are not part of the payload.
        """
        stated = self.model_dump(mode="json", include=_PAYLOAD_FIELDS, exclude_defaults=True)
        digest = hashlib.sha256(json.dumps(stated, sort_keys=True, ensure_ascii=True).encode())
        digest.update(b"\0")
        digest.update(self.body)
        return digest.hexdigest()[:32]


_PAYLOAD_FIELDS: Final = {"source_key", "entry_key", "kind", "url", "stated", "timezone", "language"}


class Outcome(_Wire):
    """One line of a receipt. ``again``: it was settled before it was accepted this time, so it counts as known."""

    settled: Settled
    again: bool = False


def pack_meta(raw: RawArticle) -> bytes:
    """The ``meta`` field: everything but the body, as JSON."""
    fields = raw.model_dump(mode="json", exclude={"body"}, exclude_defaults=True)
    return json.dumps({"version": VERSION, **fields}, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


def pack_body(raw: RawArticle) -> bytes:
    """The ``body`` field: zlib, level 6 (zstd is 4 % smaller at best; measured)."""
    return zlib.compress(raw.body, 6)


def unpack(meta: bytes, body: bytes) -> RawArticle:
    """The raw article that ``pack_meta`` and ``pack_body`` wrote.

    Raises UnknownVersionError for another version, MalformedError for anything else that is not one of ours.
    """
    fields = _unpack_meta(meta)
    try:
        return RawArticle.model_validate_json(json.dumps({**fields, "body": ""}), strict=False).model_copy(
            update={"body": _inflate(body)}
        )
    except ValidationError as error:
        raise MalformedError(
            f"meta does not hold a raw article: {error.errors(include_url=False)[0]['msg']}"
        ) from error


def _unpack_meta(meta: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(meta)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"meta is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise MalformedError("meta is not a JSON object")
    version = fields.pop("version", None)
    if version != VERSION:
        raise UnknownVersionError(f"wire version {version!r}; this release reads {VERSION}")
    return fields


def _inflate(body: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(body, BODY_BYTES_MAX)
    except zlib.error as error:
        raise MalformedError(f"body is not zlib: {error}") from error
    if not inflater.eof:
        raise MalformedError(f"body is cut short or longer than {BODY_BYTES_MAX} bytes")
    return inflated


def milliseconds(moment: datetime) -> int:
    """Milliseconds since the epoch: the unit of every time in the inbox's sorted sets."""
    return int(moment.timestamp() * 1000)

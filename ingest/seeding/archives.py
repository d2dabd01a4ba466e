"""The pages in a WARC file as seeds: what of an archive is an article's page, what is not, and what cannot be read."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from typing import Any, Final

from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

from ingest.seeding.items import PassedOver, Refused, Seed, SeedItem, SeedSource
from ingest.seeding.textfiles import NotText, decode_text
from ingest.seeding.warcfiles import HEAD_BYTES_MAX, DamagedRecord, WarcRecord, warc_records
from ingest.web.content_coding import CodingError, CodingReason, Decoder
from shared.schema import BODY_BYTES_MAX, Kind

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_TEXTS: Final = frozenset({"text/plain"})
_HELD: Final = frozenset({"response", "resource", "conversion"})
"""WARC-Types whose block can be an article (ISO 28500, 6). A revisit says that a page was found unchanged, and holds
none; continuations are parts of records, which nobody writes any more."""
_HTTP: Final = ["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/2", "HTTP/3"]
_WITH_A_PAGE: Final = frozenset({"200", "203"})
_WEB: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_FIRST_CAPTURE: Final = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class _Payload:
    """What a record holds, as the server sent it. ``cut``: the archive or the server stopped before its end."""

    body: bytes
    content_type: str
    http: StatusAndHeaders | None = None
    cut: bool = False

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0].strip().lower()


@dataclass(frozen=True, kw_only=True)
class _Body:
    """The part of a raw article that comes from the payload."""

    body: bytes
    kind: Kind
    charset: str | None
    flags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _NoPage:
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Unreadable:
    reason: str


def archived_pages(stream: io.BufferedReader[Any], *, name: str, source: SeedSource) -> Iterator[Seed]:
    """A seed for each record, in the file's order; entry key and URL are the record's WARC-Target-URI.

    A page that was captured at several times is one article with revisions: it was seen when WARC-Date says.
    """
    found = False
    for record in warc_records(stream, wanted=_HELD, block_bytes_max=BODY_BYTES_MAX + HEAD_BYTES_MAX):
        found = True
        if isinstance(record, DamagedRecord):
            yield Refused(input_id=f"{name} record {record.number}", reason=record.reason)
        else:
            yield _seed(record, f"{name} record {record.number}", source)
    if not found:
        yield Refused(input_id=name, reason="holds no WARC record")


def _seed(record: WarcRecord, place: str, source: SeedSource) -> Seed:
    where = f"{place} ({record.url})" if record.url else place
    payload = _payload(record)
    found = _body(payload) if isinstance(payload, _Payload) else payload
    if isinstance(found, _NoPage):
        return PassedOver(input_id=where, reason=found.reason)
    if isinstance(found, _Unreadable):
        return Refused(input_id=where, reason=found.reason)
    fields = {name: getattr(found, name) for name in ("body", "kind", "charset", "flags")}
    raw = source.raw_article(entry_key=record.url, url=record.url, seen_at=_seen_at(record), **fields)
    return SeedItem(input_id=where, raw=raw)


def _payload(record: WarcRecord) -> _Payload | _NoPage | _Unreadable:
    if record.block is None:
        return _NoPage(reason=f"{record.kind or 'untyped'} record")
    if not _WEB.fullmatch(record.url):
        return _NoPage(reason="record of something that has no web address")
    payload = _response(record.block) if record.kind == "response" else _resource(record)
    if not isinstance(payload, _Payload):
        return payload
    if payload.media_type and payload.media_type not in _PAGES | _TEXTS:
        return _NoPage(reason=payload.media_type[:60])
    if record.too_long:
        return _Unreadable(reason=f"is longer than {BODY_BYTES_MAX} bytes")
    return replace(payload, cut=bool(record.header("WARC-Truncated")))


def _resource(record: WarcRecord) -> _Payload:
    return _Payload(body=record.block or b"", content_type=record.header("Content-Type"))


def _response(block: bytes) -> _Payload | _NoPage | _Unreadable:
    stream = io.BytesIO(block)
    try:
        http = StatusAndHeadersParser(_HTTP).parse(stream)
    except (StatusAndHeadersParserException, EOFError):
        return _Unreadable(reason="holds no HTTP response")
    status = (http.get_statuscode() or "").strip()
    if status not in _WITH_A_PAGE:
        return _NoPage(reason=f"HTTP status {status[:3] or 'unknown'}")
    return _Payload(body=stream.read(), content_type=http.get_header("Content-Type") or "", http=http)


def _body(payload: _Payload) -> _Body | _NoPage | _Unreadable:
    decoded = _decoded(payload)
    if isinstance(decoded, _Unreadable):
        return decoded
    body, flags = decoded.body, ("truncated",) if decoded.cut else ()
    if not body.strip():
        return _NoPage(reason="empty page")
    if payload.media_type in _PAGES or (not payload.media_type and b"<" in body[:1024]):
        return _Body(body=body, kind="page", charset=_charset(payload.content_type), flags=flags)
    text = decode_text(body)
    if isinstance(text, NotText):
        return _Unreadable(reason=text.reason)
    flags = (*flags, "encoding_guessed") if text.guessed else flags
    return _Body(body=text.text.encode("utf-8", "replace"), kind="text", charset=None, flags=flags)


def _decoded(payload: _Payload) -> _Payload | _Unreadable:
    """Without chunks (RFC 9112, 7.1) and coding. Archives often keep the headers of a body that they stored decoded."""
    if payload.http is None:
        return payload
    chunked = (payload.http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked"
    body = ChunkedDataReader(io.BytesIO(payload.body)).read() if chunked else payload.body
    coding = payload.http.get_header("Content-Encoding")
    try:
        decoder = Decoder(coding, limit_bytes=BODY_BYTES_MAX)
    except CodingError:
        return _Unreadable(reason=f"is encoded as {(coding or '')[:40]!r}, which is not read here")
    try:
        decoder.feed(body)
        return replace(payload, body=decoder.finish())
    except CodingError as error:
        if error.reason == "truncated" and decoder.body:
            return replace(payload, body=bytes(decoder.body), cut=True)
        return _Unreadable(reason=_CODING_FAILURES[error.reason])


_CODING_FAILURES: Final[dict[CodingReason, str]] = {
    "bad_encoding": "has a compressed page that is damaged",
    "body_too_large": f"has a page of more than {BODY_BYTES_MAX} bytes",
    "truncated": "has a compressed page that ends before it begins",
}


def _charset(content_type: str) -> str | None:
    message = Message()
    message["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    charset = message.get_param("charset")
    return charset[:40] or None if isinstance(charset, str) else None


def _seen_at(record: WarcRecord) -> datetime:
    """When the crawler saw the page; now where the record does not say, or says what cannot be."""
    now = datetime.now(UTC)
    try:
        at = datetime.fromisoformat(record.header("WARC-Date").replace("Z", "+00:00"))
    except ValueError:
        return now
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC) if _FIRST_CAPTURE <= at <= now else now

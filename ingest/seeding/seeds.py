"""Raw articles by hand: files, folders and standard input, read into raw articles or a sentence of refusal.

Reading decides nothing about articles: it names them (source, entry key), checks that a body can be text, and goes on
after whatever cannot be read.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, Protocol

from ingest.documents.nitf import is_nitf
from ingest.inbox import too_large
from ingest.seeding.archives import archived_pages
from ingest.seeding.items import PassedOver, Refused, Seed, SeedItem, SeedSource, content_key
from ingest.seeding.jsonlines import LineError, line_of, read_line
from ingest.seeding.nitffiles import nitf_articles
from ingest.seeding.seedfiles import Form, NoFile, SeedFile, Spools, find, open_plain, open_seed, sniff
from ingest.seeding.textfiles import NotText, decode_text, looks_binary
from shared.schema import BODY_BYTES_MAX

__all__ = ["PassedOver", "ReadFeedFile", "Refused", "Seed", "SeedItem", "SeedReader", "SeedSource", "content_key"]

LINE_BYTES_MAX = 2 * BODY_BYTES_MAX
"""A JSON line holds its body with escapes or as base64, so it may be longer than a body."""

JSON_FEED = "https://jsonfeed.org/version/"


NO_SPOOLS: Final[Spools] = MappingProxyType({})


class ReadFeedFile(Protocol):
    """Reads a feed document into the raw articles of a seed; a document that is no feed gives one refusal."""

    def __call__(self, document: bytes, *, name: str, source: SeedSource) -> AsyncIterator[Seed]: ...


class SeedReader:
    """Re-iterable: what was lost on the way is handed in again by reading once more.

    ``spools`` hold what standard input and pipes gave (see seedfiles.spools).
    """

    def __init__(
        self, paths: Iterable[str], *, source: SeedSource, read_feed: ReadFeedFile, spools: Spools = NO_SPOOLS
    ) -> None:
        self._paths = list(paths)
        self._source = source
        self._read_feed = read_feed
        self._spools = spools

    async def __aiter__(self) -> AsyncIterator[Seed]:
        for given in find(self._paths):
            if isinstance(given, NoFile):
                kind = PassedOver if given.passed_over else Refused
                yield kind(input_id=given.name, reason=given.reason)
                continue
            async for seed in self._read(given):
                yield _small_enough(seed)

    async def _read(self, given: SeedFile) -> AsyncIterator[Seed]:
        try:
            with open_seed(given, spools=self._spools) as stream:
                form = self._source.form or given.form or sniff(stream)
                if form == "jsonl":
                    async for seed in self._json(given, stream):
                        yield seed
                    return
                body = b"" if form == "warc" else stream.read(BODY_BYTES_MAX + 1)
            if form == "warc":
                with open_plain(given, spools=self._spools) as archive:  # its gzip members are read one by one
                    for seed in archived_pages(archive, name=given.name, source=self._source):
                        yield seed
                return
            async for seed in self._whole(given, form, body):
                yield seed
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or f"it is no whole gzip file ({error})"
            yield Refused(input_id=given.name, reason=f"cannot be read: {reason}")

    async def _whole(self, given: SeedFile, form: Form, body: bytes) -> AsyncIterator[Seed]:
        if not body.strip():
            yield Refused(input_id=given.name, reason="is empty")
        elif form == "nitf" or (form == "feed" and is_nitf(body)):
            for seed in nitf_articles(body, given=given, source=self._source):
                yield seed
        elif form == "feed":
            async for seed in self._read_feed(body, name=given.name, source=self._source):
                yield seed
        elif form == "html":
            yield self._page(given, body)
        else:
            yield self._text(given, body)

    def _text(self, given: SeedFile, body: bytes) -> Seed:
        decoded = decode_text(body)
        if isinstance(decoded, NotText):
            return Refused(input_id=given.name, reason=decoded.reason)
        flags = ("encoding_guessed",) if decoded.guessed else ()
        return self._item(given, kind="text", body=decoded.text.encode("utf-8", "replace"), flags=flags)

    def _page(self, given: SeedFile, body: bytes) -> Seed:
        if looks_binary(body) or b"<" not in body.replace(b"\0", b""):
            return Refused(input_id=given.name, reason="does not look like a page: it holds no HTML")
        return self._item(given, kind="page", body=body)

    def _item(self, given: SeedFile, *, body: bytes, **fields: Any) -> SeedItem:
        key = given.entry_key or content_key(body)
        raw = self._source.raw_article(entry_key=key, body=body, **fields)
        return SeedItem(input_id=given.name if given.entry_key else key, raw=raw)

    async def _json(self, given: SeedFile, stream: io.BufferedReader) -> AsyncIterator[Seed]:
        document = _one_document(stream)
        if _is_json_feed(document):
            async for seed in self._read_feed(json.dumps(document).encode(), name=given.name, source=self._source):
                yield seed
        elif document is not None:
            for seed in self._objects(given.name, document if isinstance(document, list) else [document]):
                yield seed
        else:
            for seed in self._lines(given.name, stream):
                yield seed

    def _objects(self, name: str, objects: list[Any]) -> Iterator[Seed]:
        for number, fields in enumerate(objects, 1):
            where = name if len(objects) == 1 else f"{name} item {number}"
            yield self._line(where, line_of(fields))

    def _lines(self, name: str, stream: io.BufferedReader) -> Iterator[Seed]:
        number, anything = 0, False
        while line := stream.readline(LINE_BYTES_MAX):
            number += 1
            if line.strip():
                anything = True
                yield self._line(f"{name} line {number}", read_line(line))
        if not anything:
            yield Refused(input_id=name, reason="is empty")

    def _line(self, where: str, line: Any) -> Seed:
        if isinstance(line, LineError):
            return Refused(input_id=f"{where} ({line.input_id})" if line.input_id else where, reason=line.reason)
        source = replace(self._source, name=line.source or self._source.name)
        raw = source.raw_article(
            entry_key=line.id or line.url or content_key(line.body or (line.stated.title or "").encode()),
            kind=line.kind,
            body=line.body,
            url=line.url,
            stated=line.stated,
            timezone=line.timezone or source.timezone,
        )
        return SeedItem(input_id=line.id or where, raw=raw)


def _one_document(stream: io.BufferedReader) -> Any:
    """The value of a stream that holds one JSON document and not JSON lines, else None (rewound)."""
    first = _parsed(stream.readline(LINE_BYTES_MAX))
    if isinstance(first, list) or _is_json_feed(first):
        return first
    stream.seek(0)
    if first is not None:
        return None
    whole = _parsed(stream.read(LINE_BYTES_MAX))  # printed over several lines
    stream.seek(0)
    return whole


def _parsed(document: bytes) -> Any:
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        return None


def _is_json_feed(document: Any) -> bool:
    return isinstance(document, dict) and str(document.get("version", "")).startswith(JSON_FEED)


def _small_enough(seed: Seed) -> Seed:
    if isinstance(seed, SeedItem) and (reason := too_large(seed.raw)):
        return Refused(input_id=seed.input_id, reason=reason)
    return seed

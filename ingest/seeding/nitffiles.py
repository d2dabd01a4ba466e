"""A NITF document handed in by hand, as raw articles of the seed."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.documents.nitf import NitfArticle, read_nitf
from ingest.seeding.items import Refused, Seed, SeedItem, SeedSource, content_key
from ingest.seeding.seedfiles import SeedFile


def nitf_articles(document: bytes, *, given: SeedFile, source: SeedSource) -> Iterator[Seed]:
    """The entry key is the document's own id, else the file's name: a later version under it is a revision."""
    found = read_nitf(document)
    for number, each in enumerate(found, 1):
        where = given.name if len(found) == 1 else f"{given.name} article {number}"
        if not isinstance(each, NitfArticle):
            yield Refused(input_id=where, reason=each.reason)
            continue
        body = each.fragment.encode("utf-8", "replace")
        named = given.entry_key if len(found) == 1 else None
        raw = source.raw_article(
            entry_key=each.doc_id or named or content_key(body),
            kind="fragment",
            body=body,
            url=each.url,
            stated=each.stated,
            flags=() if each.whole else ("partial",),
        )
        yield SeedItem(input_id=where, raw=raw)

"""How one article is shown: its fields, where it was seen, its earlier texts as a diff, its copies."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from shared.logs import printable
from worker.parsing.article import ParsedArticle, Provenance
from worker.record import provenance_fields
from worker.storage.reading import ArticleDetail, ArticleRow, RevisionRow
from worker.storage.record import record

_LONG = ("text", "summary", "sightings")


def shown(detail: ArticleDetail) -> Iterator[str]:
    """Lines for a terminal; nothing that a stranger wrote can steer it."""
    for line in _lines(detail):
        yield printable(line)


def detail_record(detail: ArticleDetail) -> dict[str, Any]:
    """The same for machines: the record, its provenance, its revisions (with their diff) and its story's others."""
    texts = [*(each.parsed for each in detail.revisions), detail.row.parsed]
    return {
        **record(detail.row),
        "provenance": {name: provenance_fields(each) for name, each in detail.row.parsed.provenance.items()},
        "revisions": [
            {
                "revision": each.number,
                "title": each.parsed.title,
                "text": each.parsed.text,
                "replaced_at": each.replaced_at.isoformat(),
                "diff": list(difference(each.parsed, texts[number])),
            }
            for number, each in enumerate(detail.revisions, 1)
        ],
        "copies": [{"id": each.public_id, "source": each.source, "title": each.parsed.title} for each in detail.copies],
    }


def _lines(detail: ArticleDetail) -> Iterator[str]:
    fields = record(detail.row)
    origins = detail.row.parsed.provenance
    for name, value in fields.items():
        if name not in _LONG and value not in (None, [], ""):
            yield f"{name:20} {_value(value)}{_origin(origins.get(name))}"
    if "text" in origins:
        yield f"{'text':20} {fields['word_count']} words{_origin(origins['text'])}"
    yield ""
    yield from fields["text"].splitlines()
    yield from _seen(fields["sightings"])
    yield from _revisions(detail)
    yield from _copies(detail.copies)


def _origin(provenance: Provenance | None) -> str:
    """Where a value is from, and what others said instead."""
    if provenance is None:
        return ""
    others = "".join(f"; {origin} says {said}" for origin, said in provenance.disagree.items())
    return f"   (from {provenance.origin}{others})"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_value(each) for each in value)
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    return str(value)


def _seen(sightings: list[dict[str, Any]]) -> Iterator[str]:
    yield ""
    yield "seen at"
    for each in sightings:
        yield f"  {each['seen_at']}  {each['source']}  {each['url'] or each['entry_key']}"


def _revisions(detail: ArticleDetail) -> Iterator[str]:
    texts = [*(each.parsed for each in detail.revisions), detail.row.parsed]
    for number, earlier in enumerate(detail.revisions, 1):
        yield ""
        yield _heading(earlier)
        for line in difference(earlier.parsed, texts[number]):
            yield f"  {line}"


def _heading(earlier: RevisionRow) -> str:
    return f"revision {earlier.number} was replaced at {earlier.replaced_at.isoformat()}; what changed:"


def difference(earlier: ParsedArticle, later: ParsedArticle) -> Iterator[str]:
    """Paragraphs that went (-) and came (+), the title first; what stayed is left out."""
    before = [f"title: {earlier.title or ''}", *earlier.text.split("\n\n")]
    after = [f"title: {later.title or ''}", *later.text.split("\n\n")]
    for line in difflib.unified_diff(before, after, n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[0]} {line[1:]}"


def _copies(copies: tuple[ArticleRow, ...]) -> Iterator[str]:
    if copies:
        yield ""
        yield "also in this story"
    for each in copies:
        yield f"  {each.public_id}  {each.source}  {each.parsed.title or each.parsed.text[:80]}"

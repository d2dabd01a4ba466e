"""How one article is shown: its fields, where it was seen, its earlier texts as a diff, its copies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.logs import printable
from worker.dedup.fingerprint import reading_of
from worker.dedup.likeness import Likeness, compare
from worker.parsing.article import ParsedArticle, Provenance
from worker.reason_words import in_words
from worker.record import provenance_fields
from worker.storage.reading import ArticleDetail, ArticleRow, RevisionRow
from worker.storage.record import print_instant, record
from worker.worddiff import word_difference

_LONG = ("text", "summary", "sightings")


def shown(detail: ArticleDetail) -> Iterator[str]:
    """Lines for a terminal; nothing that a stranger wrote can steer it."""
    for line in _lines(detail):
        yield printable(line)


def detail_record(detail: ArticleDetail) -> dict[str, Any]:
    """The same for machines: the record, its provenance, its revisions (with their diff) and its story's others."""
    texts = [*(each.parsed for each in detail.revisions), detail.row.parsed]
    fields = record(detail.row)
    seen = zip(fields["sightings"], detail.row.sightings, strict=True)
    return {
        **fields,
        "sightings": [{**each, "reason": sighting.reason} for each, sighting in seen],
        "provenance": {name: provenance_fields(each) for name, each in detail.row.parsed.provenance.items()},
        "revisions": [
            {
                "revision": each.number,
                "title": each.parsed.title,
                "text": each.parsed.text,
                "replaced_at": each.replaced_at.isoformat(),
                "change": each.change,
                "diff": list(difference(each.parsed, texts[number])),
            }
            for number, each in enumerate(detail.revisions, 1)
        ],
        "copies": [_copy(detail.row, each) for each in detail.copies],
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
    yield from _seen(detail.row)
    yield from _revisions(detail)
    yield from _copies(detail.row, detail.copies)


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


def _seen(row: ArticleRow) -> Iterator[str]:
    yield ""
    yield "seen at, and why it is this article"
    for each in row.sightings:
        where = each.url or each.entry_key
        yield f"  {print_instant(each.seen_at)}  {each.source}  {where}  ({in_words(each.reason)})"


def _revisions(detail: ArticleDetail) -> Iterator[str]:
    texts = [*(each.parsed for each in detail.revisions), detail.row.parsed]
    for number, earlier in enumerate(detail.revisions, 1):
        yield ""
        yield _heading(earlier)
        for line in difference(earlier.parsed, texts[number]):
            yield f"  {line}"


def _heading(earlier: RevisionRow) -> str:
    change = f" ({earlier.change})" if earlier.change else ""
    return f"revision {earlier.number} was replaced at {earlier.replaced_at.isoformat()}{change}; what changed:"


def difference(earlier: ParsedArticle, later: ParsedArticle) -> Iterator[str]:
    """What changed, in words, the title first; what stayed is left out."""
    before, after = (f"title: {each.title or ''}\n\n{each.text}" for each in (earlier, later))
    return word_difference(before, after)


def _copies(this: ArticleRow, copies: tuple[ArticleRow, ...]) -> Iterator[str]:
    if copies:
        yield ""
        yield "also in this story, with the share of the shorter text that it has in common with this article, and why"
    for each in copies:
        likeness = _likeness(this, each)
        lead = "" if each.copy_of else "  (leads the story)"
        title = each.parsed.title or each.parsed.text[:80]
        reason = f"  ({in_words(why)})" if (why := _why(each)) else ""
        yield f"  {each.public_id}  {likeness.shared_share:4.0%}  {each.source}  {title}{reason}{lead}"


def _copy(this: ArticleRow, other: ArticleRow) -> dict[str, Any]:
    fields = record(other)
    shown = {name: fields[name] for name in ("id", "source", "title", "published_at", "copy_of")}
    return {**shown, "reason": _why(other), "likeness": likeness_fields(_likeness(this, other))}


def _why(row: ArticleRow) -> str | None:
    """The reason of the verdict that made it an article; None where that sighting is no longer kept."""
    founded = (each for each in row.sightings if (each.source_key, each.entry_key) == (row.source_key, row.entry_key))
    return next((each.reason for each in founded), None)


def _likeness(this: ArticleRow, other: ArticleRow) -> Likeness:
    return compare(*(reading_of(each.source_key, each.parsed) for each in (this, other)))


def likeness_fields(likeness: Likeness) -> dict[str, Any]:
    """How alike two texts are, with the numbers that decided it: shares from 0 to 1, or counts of word windows."""
    return {
        "alike": likeness.alike,
        "binding": likeness.binding,
        **{each.code.value: round(each.value, 3) for each in likeness.reasons},
    }

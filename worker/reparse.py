"""Today's parser over the archived raw articles: what would change, field by field, and the change itself.

archive ─page of 50─► parse (children) ─► compare with what is stored ─► write (a transaction a page; not in a dry run)

Ids stay. Killed in the middle, the pages before are done and the others are not: running it again does the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, Protocol

from sqlalchemy import Engine

from shared.schema import unpack
from worker.parsing.article import ParsedArticle
from worker.parsing_pool import Unparsed
from worker.record import parsed_fields, provenance_fields
from worker.storage.archive import Archived, Selection, archived
from worker.storage.arrival import Arrival, StoreFailed
from worker.storage.renewing import Renewal, Renewing
from worker.storage.store import WINDOW_DAYS

Way = Literal["changed", "appeared", "vanished"]

PROVENANCE: Final = "provenance"
DERIVED: Final = frozenset({"word_count", "published_precision"})
"""They change with the field that they belong to, and are not told apart."""


class ParseAll(Protocol):
    """ParsingPool.parse_all, or a fake."""

    def __call__(self, packed: Sequence[tuple[bytes, bytes]]) -> Sequence[ParsedArticle | Unparsed]: ...


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field of one article; values as in the record (JSON)."""

    field: str
    before: Any
    after: Any

    @property
    def way(self) -> Way:
        if self.before in (None, "", [], {}):
            return "appeared"
        return "vanished" if self.after in (None, "", [], {}) else "changed"


@dataclass(frozen=True, kw_only=True)
class ArticleChange:
    """What another reading makes of an article. ``fields`` is empty where nothing but its provenance differs."""

    public_id: str
    fields: tuple[FieldChange, ...]
    provenance: bool


@dataclass
class ReparseReport:
    """Every article that was looked at is in exactly one of ``changed``, ``unchanged``, ``without_raw``,
    ``revised_meanwhile`` and ``failed`` when it ends. ``fields``: by name, how many articles in which way."""

    articles: int = 0
    changed: int = 0
    unchanged: int = 0
    without_raw: int = 0
    revised_meanwhile: int = 0
    failed: int = 0
    fields: dict[str, Counter[Way]] = field(default_factory=dict)

    def count(self, change: ArticleChange) -> None:
        self.changed += 1
        for each in change.fields:
            self.fields.setdefault(each.field, Counter())[each.way] += 1
        if not change.fields:
            self.fields.setdefault(PROVENANCE, Counter())["changed"] += 1

    @property
    def exit_code(self) -> int:
        return 1 if self.failed else 0


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Whoever looks on: each changed article, each that fails with the reason, and how many are done."""

    changed: Callable[[ArticleChange], None]
    failed: Callable[[str, str], None]
    moved: Callable[[int], None]


def reparse(
    engine: Engine,
    selection: Selection,
    *,
    parse_all: ParseAll,
    watch: Watch,
    dry_run: bool,
    window_days: float = WINDOW_DAYS,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ReparseReport:
    """``window_days``: as the Store's. Raises DatabaseAwayError, also half-way: what is written by then stays."""
    report, renewing = ReparseReport(), Renewing(engine, window_days=window_days)
    for page in archived(engine, selection):
        report.articles += len(page)
        report.without_raw += sum(each.meta is None for each in page)
        found = list(_read(page, parse_all, report, watch))
        outcomes = {} if dry_run else renewing.renew([_renewal(*each) for each in found], now=now())
        for old, _, change in found:
            outcome = outcomes.get(old.raw_id, "renewed")
            if isinstance(outcome, StoreFailed):
                report.failed += 1
                watch.failed(old.public_id, outcome.detail)
            elif outcome == "revised_meanwhile":
                report.revised_meanwhile += 1
            else:
                report.count(change)
                watch.changed(change)
        watch.moved(len(page))
    return report


def _read(
    page: Sequence[Archived], parse_all: ParseAll, report: ReparseReport, watch: Watch
) -> Iterator[tuple[Archived, ParsedArticle, ArticleChange]]:
    """The articles of a page that today's parser reads otherwise."""
    there = [each for each in page if each.meta is not None and each.body is not None]
    readings = parse_all([(each.meta or b"", each.body or b"") for each in there])
    for old, new in zip(there, readings, strict=True):
        if isinstance(new, Unparsed):
            report.failed += 1
            watch.failed(old.public_id, new.reason)
        elif change := difference(old.public_id, old.stored, new):
            yield old, new, change
        else:
            report.unchanged += 1


def difference(public_id: str, before: ParsedArticle, after: ParsedArticle) -> ArticleChange | None:
    """None where both say the same, in the same provenance."""
    old, new = parsed_fields(before), parsed_fields(after)
    changes = tuple(
        FieldChange(field=name, before=old[name], after=new[name])
        for name in old
        if name not in DERIVED and old[name] != new[name]
    )
    provenance = _provenance(before) != _provenance(after)
    return ArticleChange(public_id=public_id, fields=changes, provenance=provenance) if changes or provenance else None


def _provenance(article: ParsedArticle) -> dict[str, Any]:
    return {name: provenance_fields(each) for name, each in article.provenance.items()}


def _renewal(old: Archived, new: ParsedArticle, change: ArticleChange) -> Renewal:
    assert old.meta is not None
    assert old.body is not None
    raw = unpack(old.meta, old.body)
    arrival = Arrival(raw_id=old.raw_id, raw=raw, meta=old.meta, body=old.body, parsed=new)
    return Renewal(article_id=old.article_id, arrival=arrival, changed=tuple(each.field for each in change.fields))

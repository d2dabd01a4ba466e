"""What `copydesk reparse` says: a line of progress, the fields that change, each article's difference where asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from shared.logs import printable
from worker.parsing_pool import ParsingPool
from worker.publishers_file import load_publishers
from worker.reparse import ArticleChange, ReparseReport, Watch, reparse
from worker.settings import WorkerSettings
from worker.storage.archive import PAGE_ROWS, Selection, count
from worker.worddiff import word_difference

FAILURES_SHOWN = 50
VALUE_CHARS_MAX = 300


def run_reparse(
    engine: Engine, selection: Selection, settings: WorkerSettings, *, dry_run: bool, diff: bool, as_json: bool
) -> ReparseReport:
    """Prints the report: for people on stderr, with ``as_json`` one object on stdout."""
    began, total = monotonic(), count(engine, selection)
    said = _Said(total, diff=diff, as_json=as_json)
    processes = max(1, min(settings.worker_processes, -(-total // PAGE_ROWS)))
    with (
        ParsingPool(
            processes=processes,
            seconds=settings.parse_seconds,
            memory_mb=settings.worker_memory_mb,
            publishers=load_publishers(settings),
        ) as pool,
        said.progress,
    ):
        watch = Watch(changed=said.changed, failed=said.failed, moved=said.moved)
        report = reparse(
            engine,
            selection,
            parse_all=pool.parse_all,
            watch=watch,
            dry_run=dry_run,
            window_days=settings.dedup_window_days,
        )
    if as_json:
        sys.stdout.write(json.dumps(_as_json(report, said, dry_run, monotonic() - began), ensure_ascii=False) + "\n")
    else:
        for line in _lines(report, dry_run):
            _say(line)
    return report


class _Said:
    def __init__(self, total: int, *, diff: bool, as_json: bool) -> None:
        self._diff, self._as_json = diff, as_json
        self._failures = 0
        self.changes: list[dict[str, Any]] = []
        columns = (TextColumn("read"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        console = Console(stderr=True, highlight=False)
        self.progress = Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())
        self._bar = self.progress.add_task("reparse", total=total)

    def changed(self, change: ArticleChange) -> None:
        if self._diff and self._as_json:
            fields = {each.field: {"before": each.before, "after": each.after} for each in change.fields}
            self.changes.append({"id": change.public_id, "fields": fields})
        elif self._diff and change.fields:
            self._print("\n".join(_article(change)))

    def failed(self, public_id: str, reason: str) -> None:
        self._failures += 1
        if self._failures <= FAILURES_SHOWN:
            more = " (more follow and are only counted)" if self._failures == FAILURES_SHOWN else ""
            self._print(f"left as it is: {public_id}: {reason}{more}")

    def moved(self, articles: int) -> None:
        self.progress.advance(self._bar, articles)

    def _print(self, text: str) -> None:
        self.progress.console.print("\n".join(map(printable, text.split("\n"))), markup=False, soft_wrap=True)


def _article(change: ArticleChange) -> Iterator[str]:
    yield change.public_id
    for each in change.fields:
        if each.field == "text":
            yield "  text"
            yield from (f"    {line}" for line in word_difference(each.before, each.after))
        else:
            yield f"  {each.field}: {_value(each.before)} → {_value(each.after)}"


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_CHARS_MAX else text[:VALUE_CHARS_MAX] + " …"


def _lines(report: ReparseReport, dry_run: bool) -> Iterator[str]:
    width = max((len(name) for name in report.fields), default=0)
    if report.fields:
        yield f"{'field':{width}}  changed  appeared  vanished"
    for name in sorted(report.fields, key=lambda name: (-report.fields[name].total(), name)):
        ways = report.fields[name]
        yield f"{name:{width}}  {ways['changed']:7}  {ways['appeared']:8}  {ways['vanished']:8}"
    verb = "would change" if dry_run else "changed"
    left = [
        f"{number} {what}"
        for number, what in (
            (report.without_raw, "without a raw article in the archive"),
            (report.revised_meanwhile, "revised meanwhile"),
            (report.failed, "that cannot be read, left as they are"),
        )
        if number
    ]
    others = ", ".join([f"{report.unchanged} unchanged", *left])
    yield f"{report.changed} of {report.articles} articles {verb}; {others}"
    if dry_run and report.changed:
        yield "Nothing was written; without --dry-run it is."


def _as_json(report: ReparseReport, said: _Said, dry_run: bool, seconds: float) -> dict[str, Any]:
    fields = {
        name: {way: ways[way] for way in ("changed", "appeared", "vanished")} for name, ways in report.fields.items()
    }
    counts = {name: value for name, value in report.__dict__.items() if name != "fields"}
    return {
        "dry_run": dry_run,
        **counts,
        "fields": fields,
        "seconds": round(seconds, 3),
        **({"differences": said.changes} if said.changes else {}),
    }


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")

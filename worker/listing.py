"""How articles are printed: a table for people, JSON lines and CSV for machines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.logs import printable
from worker.storage.reading import ArticleRow
from worker.storage.record import RECORD_FIELDS, record

Format = Literal["table", "jsonl", "csv"]
FORMATS: tuple[Format, ...] = ("table", "jsonl", "csv")

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection; the full-width forms too).
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def jsonl(rows: Iterable[ArticleRow]) -> Iterator[str]:
    """One record a line (docs/records.md)."""
    for row in rows:
        yield json.dumps(record(row), ensure_ascii=False)


def as_csv(rows: Iterable[ArticleRow]) -> Iterator[str]:
    """The record's names as header; lists and objects as JSON; no cell can be taken for a formula."""
    yield _csv_line(RECORD_FIELDS)
    for row in rows:
        yield _csv_line([_cell(value) for value in record(row).values()])


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    # The writer quotes the characters of its line end, so it has to be told both: texts hold line breaks (RFC 4180, 2).
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text if text.startswith(_FORMULA) else text


def print_table(rows: Iterable[ArticleRow], console: Console) -> None:
    """When, where, what; nothing is cut, what is too long is folded. On a narrow terminal the source stands below the
    time, so that the title has room. A record without a title shows how its text begins."""
    narrow = console.width < NARROW
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, expand=True)
    table.add_column("id", width=16, no_wrap=True)
    table.add_column("published\nsource" if narrow else "published", width=_TIME_WIDTH, overflow="fold")
    if not narrow:
        table.add_column("source", width=24, overflow="fold")
    table.add_column("title", ratio=1, overflow="fold")
    for row in rows:
        fields = record(row)
        title = fields["title"] or fields["text"][:120]
        mark = "≈ " if fields["copy_of"] else ""
        time, source = _time(fields["published_at"] or ""), fields["source"]
        where = (f"{printable(time)}\n{printable(source)}",) if narrow else (printable(time), printable(source))
        table.add_row(*(Text(cell) for cell in (fields["id"], *where, printable(mark + title))))
    console.print(table)


NARROW: Final = 110
_TIME_WIDTH: Final = len("2026-03-01 12:00+09:30")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?(.*)")


def _time(published_at: str) -> str:
    """To the minute, with the zone as stated; only the day where no more is known."""
    return _TIME.sub(r"\1 \2\3", published_at)

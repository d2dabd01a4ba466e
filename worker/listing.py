"""How articles are printed: a table for people, JSON lines and CSV for machines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

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
    """When, where, what, on one line each; a record without a title shows how its text begins."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("id", width=16, no_wrap=True)
    table.add_column("published", width=16, no_wrap=True)
    table.add_column("source", width=18, no_wrap=True, overflow="ellipsis")
    table.add_column("title", ratio=1, no_wrap=True, overflow="ellipsis")
    for row in rows:
        fields = record(row)
        title = fields["title"] or fields["text"][:200]
        mark = "≈ " if fields["copy_of"] else ""
        published = (fields["published_at"] or "")[:16].replace("T", " ")
        cells = (fields["id"], published, fields["source"], mark + title)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console.print(table)

"""Where in a TOML text a key stands: the standard library's reader keeps no lines, and an error must name one."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

Where = tuple[str | int, ...]
"""A path of keys; a number picks a table of an array of tables: ("feed", 2, "name"), ("defaults", "url")."""

_TABLE: Final = re.compile(r"\s*\[(?P<array>\[)?\s*(?P<name>[\w.\"'-]+)\s*\]")
_KEY: Final = re.compile(r"\s*[\"']?(?P<key>[^\"'=\s.]+)[^=]*=")


def line_of(text: str, where: Where) -> int | None:
    """The line (from 1) of a key, else that of its table, else None (inline tables are not looked into)."""
    counts: Counter[str] = Counter()
    current: Where = ()
    table_line = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            current = _path(header, counts)
            if current[: len(where)] == where:
                return number
            if current == where[:-1]:
                table_line = number
        elif (found := _KEY.match(line)) and (*current, found["key"]) == where:
            return number
    return table_line


def _path(header: re.Match[str], counts: Counter[str]) -> Where:
    first, *rest = (part.strip("\"'") for part in header["name"].split("."))
    if header["array"] and not rest:
        counts[first] += 1
    return (first, counts[first] - 1, *rest) if counts[first] else (first, *rest)

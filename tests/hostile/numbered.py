"""The numbers I001 to I118 under which hostile inputs are kept, and how a table of them becomes test cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

NUMBERS: Final = tuple(f"I{number:03}" for number in range(1, 119))

claimed: Final[set[str]] = set()
"""Numbers for which at least one input stands in a table that was imported."""


def inputs(table: Mapping[str, Sequence[Any] | Mapping[str, Any]]) -> list[Any]:
    """One test case an input, its id beginning with the number: ``[I027 a.com#@b.com]``.

    A value that is a tuple becomes the test's arguments, anything else its only one.
    """
    cases = []
    for number, entries in table.items():
        assert number in NUMBERS, number
        claimed.add(number)
        named = entries.items() if isinstance(entries, Mapping) else ((str(entry)[:40], entry) for entry in entries)
        for name, entry in named:
            values = entry if isinstance(entry, tuple) else (entry,)
            cases.append(pytest.param(*values, id=f"{number} {name}".encode("unicode_escape").decode()))
    return cases

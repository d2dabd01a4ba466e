from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.hostile.connects import Connects, watched_connects
from tests.hostile.numbered import NUMBERS

_NUMBERED = re.compile(r"/hostile/.*\[(I\d{3}) ")


@pytest.fixture
def connects() -> Iterator[Connects]:
    """Every address that this process tries to connect to, seen below all libraries."""
    with watched_connects() as seen:
        yield seen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = [match[1] for report in terminalreporter.stats.get("passed", ()) if (match := _numbered(report))]
    if passed:
        terminalreporter.write_line(
            f"hostile inputs: {len(passed)} tried under {len(set(passed))} of {len(NUMBERS)} numbers, each with its "
            "expected outcome"
        )


def _numbered(report: object) -> re.Match[str] | None:
    return _NUMBERED.search(getattr(report, "nodeid", "")) if getattr(report, "when", "call") == "call" else None

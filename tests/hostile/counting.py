"""The line at the end of a run that counts the hostile inputs, wherever they were tried."""

from __future__ import annotations

import re

import pytest

from tests.hostile.numbered import NUMBERS

_NUMBERED = re.compile(r"/hostile/.*\[(I\d{3}) ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = [match[1] for report in terminalreporter.stats.get("passed", ()) if (match := _numbered(report))]
    if passed:
        terminalreporter.write_line(
            f"hostile inputs: {len(passed)} tried under {len(set(passed))} of {len(NUMBERS)} numbers, each with its "
            "expected outcome"
        )


def _numbered(report: object) -> re.Match[str] | None:
    return _NUMBERED.search(getattr(report, "nodeid", "")) if getattr(report, "when", "call") == "call" else None

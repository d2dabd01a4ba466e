"""Where a command's words go: results to stdout, what is said to people beside them to stderr; and exit codes."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from typing import Final, TextIO

from shared.logs import printable

OK: Final = 0
SOMETHING_FAILED: Final = 1
WRONG_USE: Final = 2


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Where a command writes to."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    @property
    def columns(self) -> int | None:
        """How wide the terminal is that results go to; None for a file or a pipe."""
        return shutil.get_terminal_size().columns if self.out.isatty() else None

    def result(self, text: str) -> None:
        self.out.write(f"{printable(text)}\n")

    def say(self, text: str) -> None:
        self.err.write(f"{printable(text)}\n")


def feeds_counted(count: int) -> str:
    """``1 feed``, ``2 feeds``."""
    return "1 feed" if count == 1 else f"{count} feeds"

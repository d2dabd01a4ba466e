"""What a person sees while a seed is worked off: a bar on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.seeding.seeding import SeedProgress
from ingest.seeding.seeds import Refused
from shared.logs import printable

REFUSALS_SHOWN = 50
LINE_EVERY_SECONDS = 5.0


@contextmanager
def make_progress() -> Iterator[SeedProgress]:
    """The progress that fits where standard error goes."""
    console = Console(stderr=True, highlight=False)
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = (TextColumn("settled"), BarColumn(), MofNCompleteColumn(), TextColumn("handed in"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bar(bar)


class _Refusals:
    """Says each refusal, up to a number that a screen can hold."""

    def __init__(self) -> None:
        self._count = 0

    def sentence(self, refused: Refused) -> str | None:
        self._count += 1
        if self._count > REFUSALS_SHOWN:
            return None
        more = " (more follow and are only counted)" if self._count == REFUSALS_SHOWN else ""
        return f"refused: {printable(refused.input_id)}: {printable(refused.reason)}{more}"


class _Lines:
    def __init__(self) -> None:
        self._refusals = _Refusals()
        self._said_at = monotonic()

    def moved(self, *, handed_in: int, settled: int) -> None:
        if monotonic() - self._said_at >= LINE_EVERY_SECONDS:
            self._said_at = monotonic()
            self.say(f"handed in {handed_in}, settled {settled}")

    def refused(self, refused: Refused) -> None:
        if sentence := self._refusals.sentence(refused):
            self.say(sentence)

    def say(self, sentence: str) -> None:
        sys.stderr.write(sentence + "\n")
        sys.stderr.flush()


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._refusals = _Refusals()
        self._task = bar.add_task("seed", total=None)

    def moved(self, *, handed_in: int, settled: int) -> None:
        self._bar.update(self._task, completed=settled, total=handed_in)

    def refused(self, refused: Refused) -> None:
        if sentence := self._refusals.sentence(refused):
            self.say(sentence)

    def say(self, sentence: str) -> None:
        self._bar.console.print(escape(sentence))

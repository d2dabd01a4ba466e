"""A worker whose parser finds poison in articles that bear its name: python -m tests.e2e.poisoned_worker RUNS_FILE."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import worker.__main__
import worker.bootstrap
from shared.schema import RawArticle
from worker.parsing.article import ParsedArticle
from worker.parsing.parser import parse


def kills() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def loops() -> None:
    while True:
        pass


def takes_two_gibibytes() -> None:
    bytearray(2 << 30)


POISONS: Final[dict[str, Callable[[], None]]] = {
    "kills": kills,
    "loops": loops,
    "takes-2-gib": takes_two_gibibytes,
}


def poisoned(runs: Path) -> Callable[..., ParsedArticle]:
    def parse_poison(raw: RawArticle, *rest: Any, **more: Any) -> ParsedArticle:
        if poison := POISONS.get(raw.entry_key):
            with runs.open("a") as file:
                file.write(raw.entry_key + "\n")
            poison()
        return parse(raw, *rest, **more)

    return parse_poison


if __name__ == "__main__":
    worker.bootstrap.parse = poisoned(Path(sys.argv[1]))  # type: ignore[attr-defined]
    worker.__main__.main()

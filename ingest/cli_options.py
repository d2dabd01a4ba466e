"""What the commands of `ingest` have in common: how they reach Redis, and the options that several take."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Protocol

import typer


class Reach(Protocol):
    """Gives the URL of the Redis to use, for as long as it is used.

    ``worker``: what is handed in has to be worked off too, so that, embedded, a worker is brought up.
    """

    def __call__(self, data: Path | None, *, worker: bool) -> AbstractContextManager[str]: ...


Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="The data folder (COPYDESK_DATA, else ./copydesk-data).")
]
Json = Annotated[bool, typer.Option("--json", help="As JSON on stdout.")]

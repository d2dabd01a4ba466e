"""A PostgreSQL connection that does not wait for ever: libpq has no bound of its own on an answer.

Keep-alives find a machine that is gone. They do not find a proxy or balancer that lives and has lost its server:
it takes what is sent and answers nothing.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.errors import _WaitTimeout

ANSWER_SECONDS: Final = 25.0
"""Longer than the server lets a statement run (20 s), shorter than a batch may take (30 s)."""


class BoundedConnection(psycopg.Connection[Any]):
    """Closed, with an OperationalError, when an answer takes longer than ``answer_seconds`` (None: no bound)."""

    answer_seconds: float | None = ANSWER_SECONDS

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.answer_seconds if timeout is None else timeout)
        except _WaitTimeout as error:
            if timeout is not None:
                raise
            self.close()
            raise psycopg.OperationalError(f"no answer within {self.answer_seconds:g} s") from error

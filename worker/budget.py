"""A bound on the time one article may take, enforced by an alarm in the process's main thread."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTimeError(Exception):
    """The work inside the budget took too long and was stopped."""


@contextmanager
def time_budget(seconds: float) -> Iterator[None]:
    """Raises OutOfTimeError inside the block after ``seconds``; main thread only.

    C code is not interrupted before it returns: what never returns is ended by Celery's hard time limit.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError(f"parsing took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

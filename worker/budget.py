"""A bound on the time one article may take, enforced by alarms in the process's main thread."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

WAITS_MAX: Final = 2.5
"""By the clock an article may take so many times its processor time: a machine with ten times too much to do is not the
article's fault (measured: one-sentence texts took 10 s of the clock there)."""

CLOCK_SECONDS_MAX: Final = 25.0
"""Below Celery's hard limit of 30 s, which costs the process."""


class OutOfTimeError(Exception):
    """The work inside the budget took too long and was stopped."""


@contextmanager
def time_budget(seconds: float) -> Iterator[None]:
    """Raises OutOfTimeError inside the block after ``seconds`` of processor time, or WAITS_MAX times that by the clock.

    Main thread only. C code is not interrupted before it returns: what never returns is ended by Celery's hard limit.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError(f"parsing took longer than {seconds:g} s")

    by_the_clock = min(seconds * WAITS_MAX, CLOCK_SECONDS_MAX)
    with (
        _alarm(signal.ITIMER_PROF, signal.SIGPROF, seconds, stop),
        _alarm(signal.ITIMER_REAL, signal.SIGALRM, by_the_clock, stop),
    ):
        yield


@contextmanager
def _alarm(timer: int, number: signal.Signals, seconds: float, stop: signal._HANDLER) -> Iterator[None]:
    before = signal.signal(number, stop)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)

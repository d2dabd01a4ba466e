"""What Python code writes to stdout or stderr beside the log: tracebacks, warnings, `print` of a library.

In a service each of its lines is a log line too: whoever reads a service's output reads JSON and nothing else.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
from types import TracebackType

import structlog

log = structlog.get_logger("said")


def log_what_is_said() -> None:
    """After `configure_logging` on ``sys.__stderr__``. While a person watches it does nothing."""
    if sys.stderr.isatty():
        return
    logging.captureWarnings(True)
    sys.excepthook = _died
    threading.excepthook = lambda died: _died(died.exc_type, died.exc_value, died.exc_traceback)
    sys.stdout = sys.stderr = Said()


class Said(io.TextIOBase):
    """A stream each of whose lines is an event ``process.said``. A line is what one thread writes up to its end."""

    def __init__(self) -> None:
        self._mine = threading.local()

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if getattr(self._mine, "is_logging", False):
            return len(text)  # the log itself has failed (its pipe is gone): there is nobody left to tell
        *lines, self._mine.begun = (getattr(self._mine, "begun", "") + text).split("\n")
        self._mine.is_logging = True
        try:
            for line in filter(str.strip, lines):
                log.warning("process.said", line=line)
        finally:
            self._mine.is_logging = False
        return len(text)


def _died(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt):
        log.critical("process.defect", exc_info=(kind, error, trace))

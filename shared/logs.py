"""Log set-up of both services: events with fields, on stderr, as JSON lines unless a person is watching.

A library never calls this; only a composition root does.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from importlib.metadata import version
from typing import Any

import structlog

_PASSWORD_IN_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+@", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def redact(text: str) -> str:
    """The text with passwords in URLs blotted out, for logs and error sentences."""
    return _PASSWORD_IN_URL.sub(r"\g<scheme>***@", text)


def printable(text: str) -> str:
    """The text without control characters: what strangers wrote never steers a terminal or splits a log line."""
    return _CONTROL.sub(" ", text)


def _clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = printable(redact(value))
    return event


def _origin(service: str) -> structlog.typing.Processor:
    # Not a context variable: a thread begins without any, and its lines would not say whose they are.
    release = version("copydesk")

    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**event, "service": service, "version": release}

    return add


def configure_logging(service: str, *, level: str = "INFO") -> None:
    """Sends structlog and the standard library's logging to stderr; every line names ``service`` and the release."""
    shared: list[structlog.typing.Processor] = [
        _origin(service),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _clean,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # one line a failed executemany otherwise (measured: 510)

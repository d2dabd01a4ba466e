"""Log set-up of both services: events with fields, on stderr, as JSON lines unless a person is watching.

A library never calls this; only a composition root does.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from importlib.metadata import version
from typing import Any, Final, TextIO
from urllib.parse import unquote

import structlog

_PASSWORD_IN_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*:/{0,2}[^\s:/@]*:)(?P<password>[^\s/]+)@", re.IGNORECASE)
_PASSWORD_IN_QUERY = re.compile(r"(?P<name>[?&](?:ssl)?password=)[^\s&#]+", re.IGNORECASE)
# The last two ranges turn the direction of writing round, and with it what a reader believes to see.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_IN_TRACEBACK = re.compile(_CONTROL.pattern.replace(r"\x0a-\x1f", r"\x0b-\x1f"))
SECRET_LENGTH_MIN: Final = 8
"""What is shorter stands in ordinary words too; it is blotted out where a URL shows that it is a password."""

LINE_BYTES_MAX: Final = 4000
"""Processes of a service share a pipe, which keeps what is written at once together up to 4096 bytes (PIPE_BUF)."""


def redact(text: str) -> str:
    """The text with passwords in URLs blotted out, for logs and error sentences."""
    return _PASSWORD_IN_QUERY.sub(r"\g<name>***", _PASSWORD_IN_URL.sub(r"\g<scheme>***@", text))


def printable(text: str) -> str:
    """The text without control characters: what strangers wrote never steers a terminal or splits a log line."""
    return _CONTROL.sub(" ", text)


def password_of(url: str | None) -> str | None:
    """The password that a URL holds, as it is written there, or None."""
    found = _PASSWORD_IN_URL.match(url or "")
    return found["password"] if found else None


def configure_logging(
    service: str, *, level: str = "INFO", secrets: Iterable[str | None] = (), stream: TextIO | None = None
) -> None:
    """Sends structlog and the standard library's logging to ``stream`` (stderr); every line names ``service`` and the
    release. ``secrets`` are blotted out wherever they stand, whoever says them.
    """
    stream = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        _origin(service),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _clean,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _bounded,
                renderer,
                _blotting({form for secret in secrets for form in _forms(secret)}),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # one line a failed executemany otherwise (measured: 510)


def _origin(service: str) -> structlog.typing.Processor:
    # Not a context variable: a thread begins without any, and its lines would not say whose they are.
    release = version("copydesk")

    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**event, "service": service, "version": release}

    return add


def _clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        name: _CONTROL_IN_TRACEBACK.sub(" ", redact(value)) if name == "exception" else _cleaned(value)
        for name, value in event.items()
    }


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return printable(redact(value))
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(each) for name, each in value.items()}
    return [_cleaned(each) for each in value] if isinstance(value, list | tuple) else value


def _bounded(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    while len(json.dumps(event, default=repr)) > LINE_BYTES_MAX:
        longest = max(event, key=lambda name: len(str(event[name])))
        text, half = str(event[longest]), len(str(event[longest])) // 2
        event[longest] = (
            f"… {text[-half:]}" if longest == "exception" else f"{text[:half]} …"
        )  # its end says what it is
    return event


def _forms(secret: str | None) -> set[str]:
    """How a secret may stand in a line: as it is, decoded from its URL, and as JSON writes both."""
    plain = {secret, unquote(secret)} if secret and len(secret) >= SECRET_LENGTH_MIN else set()
    return plain | {json.dumps(form)[1:-1] for form in plain}


def _blotting(forms: set[str]) -> structlog.typing.Processor:
    longest_first = sorted(forms, key=len, reverse=True)

    def blot(_logger: Any, _method: str, rendered: Any) -> Any:
        for form in longest_first:
            rendered = rendered.replace(form, "***")
        return rendered

    return blot

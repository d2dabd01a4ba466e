"""Which failures are expected: one sentence with the remedy, and the exit code (DESIGN.md 1)."""

from __future__ import annotations

import sys

WRONG_USE, UNREACHABLE = 2, 3
DEBUG = "--debug"


def debugging() -> bool:
    """Whether --debug stands anywhere on the command line."""
    return DEBUG in sys.argv[1:]


def sentence_and_code(error: BaseException) -> tuple[str, int] | None:
    """What to say of an exception and how to exit; None when nobody expected it."""
    if isinstance(error, RecursionError | MemoryError):
        return None
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'Writing'}: {error.strerror}.", WRONG_USE
    for module, name, code in _EXPECTED:
        kind = getattr(sys.modules.get(module), name, None)  # raised, so its module is loaded
        if kind is not None and isinstance(error, kind):
            return _sentence(str(error)), code
    return None


_EXPECTED = (
    ("copydesk.datafolder", "DataFolderError", WRONG_USE),
    ("copydesk.embedded", "BrokerError", UNREACHABLE),
    ("copydesk.events", "CursorError", WRONG_USE),
    ("copydesk.stack", "NameTakenError", WRONG_USE),
    ("copydesk.stack", "UnreachableError", UNREACHABLE),
    ("ingest.settings", "SettingsError", WRONG_USE),
    ("ingest.feedlist.sources", "SourcesError", WRONG_USE),
    ("worker.settings", "SettingsError", WRONG_USE),
    ("worker.storage.errors", "StorageError", UNREACHABLE),
    ("redis.exceptions", "RedisError", UNREACHABLE),
)


def _sentence(message: str) -> str:
    from shared.logs import printable, redact  # noqa: PLC0415 - structlog is not needed by what succeeds

    text = printable(redact(message)).strip()
    first = text.split(" ", 1)[0]
    capital = text if "/" in first or "." in first or "=" in first else text[:1].upper() + text[1:]
    return capital + ("" if text.endswith((".", "!", "?")) else ".")

"""docs/operating.md lists every setting with its default, as the code has it."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from typing import Any

from ingest.settings import IngestSettings
from worker.settings import WorkerSettings

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
COMPUTED = {
    "worker_name": "host name",
    "worker_processes": "processors",
    "database_url": "`copydesk.db` in the data folder",
}


def documented() -> dict[str, str]:
    """Setting -> its default as written."""
    section = OPERATING.read_text().split("## Settings", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `COPYDESK_(\w+)` \|[^|]*\| ([^|]*) \|", section, re.MULTILINE)
    return {name.lower(): default.strip() for name, default in rows}


def written(name: str, default: Any) -> str:
    if name in COMPUTED:
        return COMPUTED[name]
    if default is None:
        return "unset"
    if default == ():
        return "none"
    return f"`{default}`" if isinstance(default, Path | str) else f"{default:g}"


def test_every_setting_is_documented_with_its_default() -> None:
    fields = {**IngestSettings.model_fields, **WorkerSettings.model_fields}
    assert documented() == {name: written(name, field.default) for name, field in fields.items()}


def test_the_computed_defaults_are_what_is_written() -> None:
    settings = WorkerSettings(_env_file=None)
    assert (settings.worker_name, settings.worker_processes) == (socket.gethostname(), os.cpu_count())


def test_every_setting_says_in_words_what_is_allowed() -> None:
    fields = {**IngestSettings.model_fields, **WorkerSettings.model_fields}
    assert [name for name, field in fields.items() if not field.description] == []


LOGGED = re.compile(r"""log\.(?:debug|info|warning|error|critical|exception)\(\s*"([a-z_]+\.[a-z_]+)\"""")
LOGGED_BY_OTHER_NAMES = {"feed.polled", "feed.disabled", "feed.moved", "feed.missed"}
"""Of these the level or the name is a variable."""


def test_every_event_of_the_log_is_documented_and_no_other() -> None:
    root = OPERATING.parents[1]
    code = [path.read_text() for name in ("ingest", "worker", "copydesk") for path in (root / name).rglob("*.py")]
    logged = {event for text in code for event in LOGGED.findall(text)} | LOGGED_BY_OTHER_NAMES
    section = OPERATING.read_text().split("## Logs", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    documented_events = {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}
    assert documented_events == logged - {"hint.not_sent"}

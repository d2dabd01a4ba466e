"""What `worker` can be told, all by environment variables that begin with COPYDESK_ (docs/operating.md lists them)."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.logs import password_of, redact

PREFIX = "COPYDESK_"


class SettingsError(Exception):
    """A setting cannot be used; the message names the variable, its value and what is allowed."""


class WorkerSettings(BaseSettings):
    """Read once, in the composition root."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    data: Path = Field(default=Path("copydesk-data"), description="a folder")
    """The data folder: embedded, it holds the broker's files and the database."""

    redis_url: str | None = Field(
        default=None, pattern=r"^(redis|rediss|unix)://", description="a redis://, rediss:// or unix:// URL"
    )
    """redis://, rediss:// or unix://; unset means embedded."""

    database_url: str | None = Field(
        default=None,
        pattern=r"^(sqlite|postgres|postgresql)(\+\w+)?://",
        description="a sqlite:/// or postgresql:// URL",
    )
    """sqlite:///… or postgresql://…; unset means copydesk.db in the data folder."""

    worker_name: str = Field(
        default_factory=socket.gethostname,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="at most 100 letters, digits, dots, hyphens and underscores",
    )
    """Unique among the workers of one Redis, and the same after a restart: by it a worker knows its own claims."""

    worker_processes: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=256, description="a whole number from 1 to 256"
    )
    """Child processes that parse and store."""

    worker_memory_mb: int = Field(default=2048, ge=512, description="a whole number of megabytes from 512")
    """Address space of one child; an article that needs more is tried alone and then quarantined."""

    parse_seconds: float = Field(default=10, gt=0, le=15, description="seconds above 0, at most 15")
    """Time one article may take to parse: with what its batch took before, it stays below a task's 30 s."""

    publishers_file: Path | None = Field(default=None, description="a TOML file")
    """What is known of publishers and their pages do not say (docs/records.md)."""

    dedup_window_days: float = Field(default=30, gt=0, le=366, description="days above 0, at most 366")
    """How long after it was stored an article is found by a copy that is only near-identical."""

    raw_retention_days: float = Field(default=30, ge=0, le=36_500, description="days from 0 (for ever) to 36500")
    """How long raw articles are kept, for `copydesk reparse`."""

    events_retention_days: float = Field(default=30, ge=0, le=36_500, description="days from 0 (for ever) to 36500")
    """How long events that were relayed can be read and delivered again."""

    quarantine_retention_days: float = Field(default=90, ge=0, le=36_500, description="days from 0 (for ever) to 36500")
    """How long what could not be processed is kept with its bytes."""

    articles_retention_days: float = Field(default=0, ge=0, le=36_500, description="days from 0 (for ever) to 36500")
    """How long articles are kept after something came in for them last."""

    metrics_port: int | None = Field(default=None, ge=1, le=65535, description="a port from 1 to 65535")
    """Where Prometheus asks; unset: nowhere."""

    metrics_host: str = Field(default="127.0.0.1", min_length=1, description="an address of this machine")
    """The address on which the port is open."""

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data.expanduser().resolve() / 'copydesk.db'}"


def secrets_of(settings: WorkerSettings) -> list[str | None]:
    """What must never be read in a log."""
    return [password_of(settings.redis_url), password_of(settings.database_url)]


def load_settings(**overrides: Any) -> WorkerSettings:
    """The settings from the environment; ``overrides`` (of command line options) win.

    Raises SettingsError with one sentence.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return WorkerSettings(**{**_secrets(), **given})
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error


def _secrets() -> dict[str, str]:
    # COPYDESK_X_FILE names a file that holds X: how Docker and Kubernetes hand secrets over.
    found = {}
    for name in WorkerSettings.model_fields:
        path = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
        if path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{PREFIX}{name.upper()}_FILE={path}: {error.strerror}.") from error
            if not found[name]:
                raise SettingsError(f"{PREFIX}{name.upper()}_FILE={path}: the file is empty.")
    return found


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    variable = f"{PREFIX}{name.upper()}"
    value = redact(str(os.environ.get(variable, first["input"])))
    return f"{variable}={value} cannot be used: it has to be {WorkerSettings.model_fields[name].description}."

"""What `ingest` can be told, all by environment variables that begin with COPYDESK_ (docs/operating.md lists them)."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.logs import password_of, redact

PREFIX = "COPYDESK_"


class SettingsError(Exception):
    """A setting cannot be used; the message names the variable, its value and what is allowed."""


def _commas(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _networks(value: Any) -> Any:
    return tuple(ip_network(part) if isinstance(part, str) else part for part in _commas(value))


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
Urls = Annotated[tuple[Annotated[str, Field(pattern=r"^https?://\S+$")], ...], NoDecode, BeforeValidator(_commas)]
Ports = Annotated[tuple[Annotated[int, Field(ge=1, le=65535)], ...], NoDecode, BeforeValidator(_commas)]


class IngestSettings(BaseSettings):
    """Read once, in the composition root."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    data: Path = Field(default=Path("copydesk-data"), description="a folder")
    """The data folder: feeds.toml and, embedded, the broker's files and the database."""

    redis_url: str | None = Field(
        default=None, pattern=r"^(redis|rediss|unix)://", description="a redis://, rediss:// or unix:// URL"
    )
    """redis://, rediss:// or unix://; unset means embedded."""

    inbox_max_mb: int = Field(default=256, ge=1, description="a whole number of megabytes from 1")
    """Megabytes the inbox may hold before polling pauses and seeding waits."""

    contact_url: str | None = Field(
        default=None, pattern=r"^(https?://|mailto:)", description="an http://, https:// or mailto: URL"
    )
    """Goes into the User-Agent, so that publishers can reach whoever runs this."""

    host_pause_seconds: float = Field(default=2, ge=0, le=3600, description="seconds from 0 to 3600")
    """Seconds between two requests to one registrable domain, start to start."""

    page_pause_seconds: float = Field(default=5, ge=0, le=3600, description="seconds from 0 to 3600")
    """Seconds between two articles' pages of one registrable domain, start to start; a longer Crawl-delay wins."""

    page_round_seconds: float = Field(default=600, ge=0, le=86400, description="seconds from 0 to 86400")
    """Seconds that one poll gives to its articles' pages; those not reached are asked for at the next polls."""

    poll_concurrency: int = Field(default=100, ge=1, le=1000, description="a whole number from 1 to 1000")
    """Feeds fetched at once, over all domains."""

    fetch_allow_networks: Networks = Field(default=(), description="networks like 10.0.0.0/8, separated by commas")
    """CIDRs inside which feeds may be fetched although they are private."""

    fetch_allow_ports: Ports = Field(default=(), description="ports from 1 to 65535, separated by commas")
    """Ports that may be fetched besides 80 and 443."""

    webhook_urls: Urls = Field(default=(), description="http:// or https:// URLs, separated by commas")
    """Who is called with each event."""

    webhook_secret: str | None = Field(
        default=None,
        pattern=r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$",
        description="whsec_ and then 24 to 64 random bytes in base64",
        repr=False,
    )
    """Signs webhooks, so that a receiver knows who calls (Standard Webhooks)."""

    metrics_port: int | None = Field(default=None, ge=1, le=65535, description="a port from 1 to 65535")
    """Where Prometheus asks; unset: nowhere."""

    metrics_host: str = Field(default="127.0.0.1", min_length=1, description="an address of this machine")
    """The address on which the port is open."""

    @property
    def feeds_file(self) -> Path:
        """The feed list that `feeds add` and `feeds import` write."""
        return self.data.expanduser() / "feeds.toml"


def secrets_of(settings: IngestSettings) -> list[str | None]:
    """What must never be read in a log."""
    return [password_of(settings.redis_url), settings.webhook_secret]


def load_settings(**overrides: Any) -> IngestSettings:
    """The settings from the environment; ``overrides`` (of command line options) win.

    Raises SettingsError with one sentence.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return IngestSettings(**{**_secrets(IngestSettings), **given})
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error


def signing_secret(settings: IngestSettings) -> str | None:
    """What webhooks are signed with; None when there are none. Raises SettingsError for URLs without a secret."""
    if settings.webhook_urls and settings.webhook_secret is None:
        raise SettingsError(
            "COPYDESK_WEBHOOK_URLS is set, so receivers need COPYDESK_WEBHOOK_SECRET to know who calls: "
            "whsec_ and then 24 to 64 random bytes in base64."
        )
    return settings.webhook_secret if settings.webhook_urls else None


def _secrets(settings: type[BaseSettings]) -> dict[str, str]:
    # COPYDESK_X_FILE names a file that holds X: how Docker and Kubernetes hand secrets over.
    found = {}
    for name in settings.model_fields:
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
    shown = IngestSettings.model_fields[name].repr
    value = redact(str(os.environ.get(variable, first["input"]))) if shown else "(not shown)"
    return f"{variable}={value} cannot be used: it has to be {IngestSettings.model_fields[name].description}."

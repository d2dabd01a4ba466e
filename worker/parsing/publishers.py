"""What is known of a publisher and its pages do not say: a table that users keep (docs/records.md); empty by itself."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.schema import RawArticle

KEYS: Final = ("timezone", "name")


class PublishersError(Exception):
    """The table cannot be used; one sentence that names the domain, the key and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """``timezone`` (IANA): the zone of times stated without one; ``name`` stands in for a name that no page states."""

    timezone: str | None = None
    name: str | None = None


Publishers = Mapping[str, Publisher]
"""By domain, in lower case."""

NO_PUBLISHERS: Final[Publishers] = {}


def read_publishers(text: str) -> Publishers:
    """From TOML: a table a domain, ``["islander.example"]``, with the keys ``timezone`` and ``name``.

    Raises PublishersError.
    """
    try:
        loaded = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PublishersError(f"not TOML: {error}") from error
    return {domain.lower().removeprefix("www."): _publisher(domain, rules) for domain, rules in loaded.items()}


def with_publisher(raw: RawArticle, publishers: Publishers) -> RawArticle:
    """The raw article with what the table knows where the source and whoever handed it in are silent."""
    known = _known(raw.url, publishers) if publishers else None
    if known is None:
        return raw
    stated = raw.stated.model_copy(update={"publisher": raw.stated.publisher or known.name})
    return raw.model_copy(update={"timezone": raw.timezone or known.timezone, "stated": stated})


def _known(url: str | None, publishers: Publishers) -> Publisher | None:
    """The entry of the address's host, else of the nearest domain above it."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return None
    labels = host.split(".")
    domains = (".".join(labels[index:]) for index in range(len(labels)))
    return next((publishers[domain] for domain in domains if domain in publishers), None)


def _publisher(domain: str, rules: Any) -> Publisher:
    if not isinstance(rules, dict) or not all(isinstance(value, str) and value.strip() for value in rules.values()):
        raise PublishersError(f'"{domain}" has to be a table of {" and ".join(KEYS)}, each a string')
    if unknown := next((key for key in rules if key not in KEYS), None):
        raise PublishersError(f'"{domain}": {unknown} is unknown; known are {" and ".join(KEYS)}')
    zone = rules.get("timezone")
    try:
        if zone is not None:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PublishersError(f'"{domain}": timezone has to be an IANA name such as Asia/Seoul, not {zone}') from error
    return Publisher(timezone=zone, name=rules.get("name"))

"""docker-compose.yml is held to the code without an engine: what can be set there is what the services read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from ingest.settings import IngestSettings
from worker.settings import WorkerSettings

COMPOSE_FILE = Path(__file__).parents[2] / "docker-compose.yml"
SET_BY_THE_IMAGE = {"data", "worker_name"}
"""The image and the container's host name settle these."""

SECRET = {"redis_url", "database_url", "webhook_secret"}


def service_block(name: str) -> str:
    """The lines of one service."""
    found = re.search(rf"^  {name}:.*?\n((?:    .*\n|\n)+)", COMPOSE_FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


def handed_on(text: str) -> list[str]:
    """The settings that come from the environment."""
    return [name.lower() for name in re.findall(r"^      COPYDESK_([A-Z_]+):(?! /run/secrets)", text, re.MULTILINE)]


def from_secrets(text: str) -> list[str]:
    """The settings that come from a file that only their service sees."""
    return [name.lower() for name in re.findall(r"^      COPYDESK_([A-Z_]+)_FILE: /run/secrets/", text, re.MULTILINE)]


@pytest.mark.parametrize(("service", "settings"), [("ingest", IngestSettings), ("worker", WorkerSettings)])
def test_every_setting_of_a_service_is_handed_on_to_it_and_no_other(service: str, settings: type[BaseSettings]) -> None:
    assert sorted({*handed_on(service_block(service)), *from_secrets(service_block(service))}) == sorted(
        set(settings.model_fields) - SET_BY_THE_IMAGE
    )


def test_the_file_is_read_by_both_composes() -> None:
    """docker-compose 1.29 refuses a top-level name; Compose v2 warns about a version."""
    assert not re.search(r"^(name|version):", COMPOSE_FILE.read_text(encoding="utf-8"), re.MULTILINE)


def test_what_holds_a_password_comes_from_a_secret_and_from_nowhere_else() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    assert set(handed_on(text)) & SECRET == set()
    assert set(from_secrets(text)) == SECRET

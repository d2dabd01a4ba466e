"""docker-compose.yml is held to the code without an engine: what can be set there is what the services read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from ingest.settings import IngestSettings
from worker.settings import WorkerSettings

COMPOSE_FILE = Path(__file__).parents[2] / "docker-compose.yml"
SET_BY_THE_FILE = {"data", "redis_url", "database_url", "worker_name"}
"""The image, the file and the container's host name settle these."""


def service_block(name: str) -> str:
    """The lines of one service."""
    found = re.search(rf"^  {name}:.*?\n((?:    .*\n|\n)+)", COMPOSE_FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize(("service", "settings"), [("ingest", IngestSettings), ("worker", WorkerSettings)])
def test_every_setting_of_a_service_is_handed_on_to_it_and_no_other(service: str, settings: type[BaseSettings]) -> None:
    handed_on = re.findall(r"^      COPYDESK_([A-Z_]+):$", service_block(service), re.MULTILINE)
    assert sorted(name.lower() for name in handed_on) == sorted(set(settings.model_fields) - SET_BY_THE_FILE)


def test_the_file_is_read_by_both_composes() -> None:
    """docker-compose 1.29 refuses a top-level name; Compose v2 warns about a version."""
    assert not re.search(r"^(name|version):", COMPOSE_FILE.read_text(encoding="utf-8"), re.MULTILINE)

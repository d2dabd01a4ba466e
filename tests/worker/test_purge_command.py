from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.factories import NOON, make_arrival, make_condemned
from worker.purge_command import run_purge
from worker.settings import WorkerSettings
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.reading import articles
from worker.storage.store import Store


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An article and a raw article in quarantine, of March 2026."""
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    Store(engine).store([make_arrival(), make_condemned()], now=NOON)
    yield engine
    engine.dispose()


def run(engine: Engine, *, dry_run: bool, as_json: bool, **days: Any) -> list[str]:
    said: list[str] = []
    run_purge(engine, WorkerSettings(**days), dry_run=dry_run, as_json=as_json, write=said.append)
    return said


def test_a_dry_run_counts_and_takes_nothing(engine: Engine) -> None:
    (said,) = run(engine, dry_run=True, as_json=True, articles_retention_days=1)

    assert json.loads(said) == {
        "articles": {"retention_days": 1, "due": 1},
        "raw_articles": {"retention_days": 30, "due": 1},
        "quarantine": {"retention_days": 90, "due": 1},
        "events": {"retention_days": 30, "due": 0},
    }
    assert len(list(articles(engine))) == 1


def test_without_a_retention_articles_stay(engine: Engine) -> None:
    said = run(engine, dry_run=False, as_json=False)

    assert said[0] == "articles      kept for ever"
    assert said[1].startswith("raw articles  1 purged: older than 30 days (before ")
    assert said[-1].startswith("The file keeps its size")
    assert len(list(articles(engine))) == 1


def test_a_second_run_finds_nothing(engine: Engine) -> None:
    run(engine, dry_run=False, as_json=False, articles_retention_days=1)
    (said,) = run(engine, dry_run=False, as_json=True, articles_retention_days=1)

    assert {each["purged"] for each in json.loads(said).values()} == {0}
    assert list(articles(engine)) == []

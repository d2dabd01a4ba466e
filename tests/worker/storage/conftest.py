"""Engines on fresh databases that have this release's schema."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store


@pytest.fixture
def empty_engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    migrate(empty_engine)
    return empty_engine


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)

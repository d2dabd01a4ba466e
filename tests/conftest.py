"""Resources that tests share: real servers, started once and emptied for each test. Data is made by factories.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from copydesk.datafolder import DataFolder
from copydesk.embedded import PrivateBroker

for name in [name for name in os.environ if name.startswith("COPYDESK_") and name != "COPYDESK_SHARED"]:
    del os.environ[name]  # what a developer has set must not decide a test


@pytest.fixture(scope="session")
def valkey_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """A private Valkey, the same as the embedded stack's."""
    folder = DataFolder(tmp_path_factory.mktemp("v"))
    folder.create()
    server = PrivateBroker(folder)
    server.start()
    yield folder
    server.stop()


@pytest.fixture
def valkey_url(valkey_folder: DataFolder) -> str:
    """The URL of a real, empty Valkey."""
    client = Redis.from_url(valkey_folder.redis_url)
    client.flushall()
    client.close()
    return valkey_folder.redis_url


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder's path that does not exist yet."""
    return tmp_path / "data"

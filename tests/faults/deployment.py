"""A deployment in real processes with hooks: broker, PostgreSQL, poller, worker, and commands beside them."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from tests.faults import hooks
from tests.faults.feeds import Feeds
from tests.faults.points import Role
from tests.faults.processes import Command, Process, until
from tests.faults.proxy import TcpProxy
from tests.faults.servers import Broker, PostgreSQL

ROOT: Final = Path(__file__).parents[2]
POLL_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 4.0
COMMAND_SECONDS: Final = 200.0
SECRET: Final = "whsec_" + "A" * 40


def python_path(product: Path) -> str:
    """What comes first on it wins, also over an editable install; the hooks stay this folder's."""
    return os.pathsep.join(map(str, (ROOT / "tests/faults/injected", product, ROOT)))


class Deployment:
    """A context; the services run as soon as they are started, which needs the schema (`migrate`).

    ``product``: the folder of the packages that they run. ``disk``: where PostgreSQL's files lie (None: /tmp). All that
    services say to Redis goes through ``to_redis``.
    """

    def __init__(self, folder: Path, feeds: Feeds, *, product: Path = ROOT, disk: Path | None = None) -> None:
        self.folder, self.feeds, self._product = folder, feeds, product
        self.hooks = folder / "hooks"
        hooks.prepare(self.hooks)
        self.broker = Broker(folder / "broker")
        self.postgresql = PostgreSQL(folder / "postgresql.log", disk=disk)
        self.to_redis = TcpProxy(self.broker.port)
        self.poller: Process
        self.worker: Process
        self._stack = ExitStack()
        self._runs = 0

    def __enter__(self) -> Self:
        self._write_feed_list()
        self._stack.enter_context(self.broker)
        self._stack.enter_context(self.postgresql)
        self._stack.enter_context(self.to_redis)
        self.poller = self._service("poller", "poll", "--feeds", str(self.folder / "feeds.toml"))
        self.worker = self._service("worker", "work")
        return self

    def __exit__(self, *_error: object) -> None:
        for service in (self.poller, self.worker):
            service.stop()
        self._stack.close()

    def start(self) -> None:
        self.worker.start()
        self.poller.start()

    def command(self, role: Role, *arguments: str) -> int:
        """Its exit code; -9 when a crash point killed it. Raises NeverHappenedError."""
        process = self.begin(role, *arguments)
        try:
            return process.wait(seconds=COMMAND_SECONDS)
        finally:
            process.stop()

    def begin(self, role: Role, *arguments: str, log: Path | None = None) -> Process:
        """A command that goes on by itself, for the caller to stop."""
        self._runs += 1
        command = Command(
            name=f"{role}-{self._runs}",
            arguments=self._copydesk(*arguments),
            log=log or self.folder / f"{role}.log",
            environment=self._environment(role),
            restarts=False,
        )
        process = Process(command)
        process.start()
        return process

    def is_fired(self, point: str) -> bool:
        return point in hooks.fired(self.hooks)

    def wait_for(self, point: str, *, seconds: float) -> None:
        """Returns when a process has died there. Raises NeverHappenedError."""
        until(lambda: self.is_fired(point), f"a process dies at {point}", seconds=seconds)

    def deaths(self) -> int:
        """How many processes have died of an article."""
        return hooks.deaths(self.hooks)

    def cure(self) -> None:
        """Poisoned articles are harmless from now on."""
        (self.hooks / "cause").unlink()

    def poison(self) -> None:
        """They are poisonous, as they are at first."""
        (self.hooks / "cause").touch()

    def _service(self, role: Role, *arguments: str) -> Process:
        return Process(
            Command(
                name=role,
                arguments=self._copydesk(*arguments),
                log=self.folder / f"{role}.log",
                environment=self._environment(role),
            )
        )

    def _copydesk(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "copydesk", *arguments]

    def _environment(self, role: Role) -> dict[str, str]:
        return {
            "PYTHONPATH": python_path(self._product),
            hooks.FOLDER_VARIABLE: str(self.hooks),
            hooks.ROLE_VARIABLE: role,
            hooks.POLL_VARIABLE: str(POLL_SECONDS),
            hooks.LEASE_VARIABLE: str(LEASE_SECONDS),
            "COPYDESK_DATA": str(self.folder / "data"),
            "COPYDESK_REDIS_URL": f"redis://127.0.0.1:{self.to_redis.port}/0",
            "COPYDESK_DATABASE_URL": self.postgresql.url(),
            "COPYDESK_WORKER_NAME": "one",
            "COPYDESK_WORKER_PROCESSES": "2",
            "COPYDESK_HOST_PAUSE_SECONDS": "0",
            "COPYDESK_PAGE_PAUSE_SECONDS": "0",
            "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "COPYDESK_FETCH_ALLOW_PORTS": str(self.feeds.port),
            "COPYDESK_WEBHOOK_URLS": self.feeds.receiver,
            "COPYDESK_WEBHOOK_SECRET": SECRET,
        }

    def _write_feed_list(self) -> None:
        (self.folder / "data").mkdir()
        entries = [
            f'[[feed]]\nurl = "{self.feeds.url(number)}"\nname = "Feed {number}"\n'
            f'full_text = "{"always" if self.feeds.has_pages(number) else "never"}"\n'
            for number in range(len(self.feeds.entries))
        ]
        (self.folder / "feeds.toml").write_text("\n".join(entries))

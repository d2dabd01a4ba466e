"""The data folder: where everything of an embedded stack lies, and who may run one on it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

Role = Literal["stack", "broker"]
"""What the holder of the folder keeps running: everything, or only the broker for a quick look."""

SOCKET_PATH_BYTES_MAX = 100
"""sockaddr_un holds 108 bytes on Linux and 104 on macOS, the ending NUL included."""


_URL_MEANING = frozenset("?#%;&=")


class DataFolderError(Exception):
    """The data folder cannot be used; the message says why and what to do."""


class DataFolder:
    """Paths and locks of one data folder; creating the object creates nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._guests = self.path / "guests.lock"
        self._closed: IO[str] | None = None

    @property
    def database(self) -> Path:
        return self.path / "copydesk.db"

    @property
    def broker(self) -> Path:
        """The private broker's own folder: its append-only file and log."""
        return self.path / "broker"

    @property
    def worker_log(self) -> Path:
        return self.path / "worker.log"

    @property
    def poller_log(self) -> Path:
        return self.path / "poller.log"

    @property
    def socket(self) -> Path:
        """The broker's socket: in the folder, or in a short private runtime folder when that path is too long, or holds
        what means something in a URL."""
        inside = self.broker / "valkey.sock"
        if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES_MAX and not _URL_MEANING.intersection(str(inside)):
            return inside
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"copydesk-{os.getuid()}" / f"{name}.sock"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.socket}"

    def create(self) -> None:
        """Makes the folders that are missing, readable by their owner alone.

        Raises DataFolderError when that is not possible or somebody else owns the runtime folder.
        """
        if "?" in str(self.path):
            raise DataFolderError(f"A data folder's path cannot hold a question mark: {self.path}.")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.broker.mkdir(mode=0o700, exist_ok=True)
            self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise DataFolderError(
                f"The data folder {self.path} cannot be used: {error.strerror}; name another one with --data."
            ) from error
        if self.socket.parent.stat().st_uid != os.getuid():
            raise DataFolderError(f"{self.socket.parent} belongs to somebody else; set TMPDIR to a folder of your own.")

    @contextmanager
    def hold(self, role: Role) -> Iterator[bool]:
        """Yields whether this process now holds the folder. While it does, nobody else can start a stack on it."""
        self.create()
        try:
            opened = (self.path / "copydesk.lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise DataFolderError(
                f"The data folder {self.path} cannot be written to: {error.strerror}; name another one with --data."
            ) from error
        with opened as lock:
            if not _try_lock(lock):
                yield False
                return
            _write_holder(lock, role)
            try:
                yield True
            finally:
                if self._closed:
                    self._closed.close()

    def holder(self) -> tuple[int, Role] | None:
        """Who holds the folder (pid, role), as far as it has been written; only meaningful while it is held."""
        try:
            written = json.loads((self.path / "copydesk.lock").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return written["pid"], written["role"]

    @contextmanager
    def guest(self) -> Iterator[None]:
        """Marks this process as using somebody else's stack, so that its holder waits before it stops it."""
        with self._guests.open("a", encoding="utf-8") as guests:
            fcntl.flock(guests, fcntl.LOCK_SH)
            yield

    def close_to_guests(self, waiting: Callable[[], None]) -> None:
        """Waits until nobody else uses the stack that this process holds, and lets nobody in from then on.

        ``waiting`` is called when there is somebody to wait for.
        """
        self._closed = self._guests.open("a", encoding="utf-8")
        if not _try_lock(self._closed):
            waiting()
            fcntl.flock(self._closed, fcntl.LOCK_EX)


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_holder(lock: IO[str], role: Role) -> None:
    lock.seek(0)
    lock.truncate()
    json.dump({"pid": os.getpid(), "role": role}, lock)
    lock.flush()

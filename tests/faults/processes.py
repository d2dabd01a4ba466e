"""Real processes under attack: each is started again when it ends, as a supervisor would, until it is told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from worker.lifeline import die_with_parent

RESTART_SECONDS: Final = 0.3
WAIT_SECONDS: Final = 60.0


class NeverHappenedError(Exception):
    """What was waited for did not come about; the message says what."""


def slowness() -> float:
    """How many times as long as on an idle machine everything may take now: what wants to run, for each processor."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def until(
    claim: Callable[[], object], what: str, *, seconds: float = WAIT_SECONDS, pause_seconds: float = 0.05
) -> None:
    """Returns as soon as the claim holds. Raises NeverHappenedError after ``seconds``, more of them under load."""
    began = time.monotonic()
    while not claim():
        waited = time.monotonic() - began
        if waited > seconds * slowness():
            raise NeverHappenedError(f"within {waited:.0f} s it did not come about that {what}")
        time.sleep(pause_seconds)


@dataclass(frozen=True, kw_only=True)
class Command:
    """``environment``: what it has besides the driver's own. ``user``: as whom it runs (None: as we do).

    ``restarts``: whether it is started again when it ends by itself; where it is not, its exit code is its answer.
    """

    name: str
    arguments: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    restarts: bool = True


class Process:
    """One process and its successors, kept by a thread of its own: Linux ends a child with the thread that started it.

    ``exits`` holds the exit codes so far (negative: the signal that killed it).
    """

    def __init__(self, command: Command) -> None:
        self.command = command
        self.exits: list[int] = []
        self._wanted = threading.Event()
        self._over = threading.Event()
        self._running: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def pid(self) -> int | None:
        """None while there is none."""
        running = self._running
        return running.pid if running and running.poll() is None else None

    def start(self) -> None:
        """Returns when there is a process, which may not be ready yet."""
        self._wanted.set()
        self._over.clear()
        self._thread = threading.Thread(target=self._keep, name=f"keep-{self.name}", daemon=True)
        self._thread.start()
        until(lambda: self._running is not None or self._over.is_set(), f"{self.name} starts")

    def kill(self) -> None:
        """SIGKILL; returns when it is gone. Its successor is on its way, if it has one."""
        self.tell(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP to it and to all below it."""
        self._tell_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._tell_all(signal.SIGCONT)

    def tell(self, number: int) -> None:
        """To this process alone; waits for the end of one that is killed."""
        running = self._running
        if running is None:
            return
        running.send_signal(number)
        if number == signal.SIGKILL:
            running.wait(WAIT_SECONDS)

    def stop(self, number: int = signal.SIGTERM, *, seconds: float = WAIT_SECONDS) -> int | None:
        """Ends it for good and answers its exit code; killed (-9) when it does not end in time. None: it never ran."""
        self._wanted.clear()
        running = self._running
        if running is not None and running.poll() is None:
            running.send_signal(number)
            try:
                running.wait(seconds)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
        if self._thread is not None:
            self._thread.join(WAIT_SECONDS)
        return running.returncode if running else None

    def wait(self, *, seconds: float) -> int:
        """Its exit code, of one that is not started again. Raises NeverHappenedError."""
        until(self._over.is_set, f"{self.name} ends", seconds=seconds)
        return self.exits[-1]

    @property
    def over(self) -> bool:
        """It has ended and has no successor."""
        return self._over.is_set()

    def descendants(self) -> list[int]:
        """Pids below it, the nearest first."""
        pid = self.pid
        return descendants(pid) if pid else []

    def _keep(self) -> None:
        try:
            while self._wanted.is_set():
                with self.command.log.open("ab") as log:
                    self._running = running = self._spawn(log.fileno())
                self.exits.append(running.wait())
                if not self.command.restarts:
                    return
                time.sleep(RESTART_SECONDS)
        finally:
            self._over.set()

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        # preexec_fn: one prctl call, so that nothing outlives a driver that is killed.
        return subprocess.Popen(
            self.command.arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**_plain_environment(), **self.command.environment},
            user=self.command.user,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )

    def _tell_all(self, number: int) -> None:
        pid = self.pid
        for each in [pid, *descendants(pid)] if pid else []:
            signalled(each, number)


def descendants(pid: int) -> list[int]:
    """Pids of all processes below one, the nearest first, as /proc says now."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent_of(entry)) is not None:
            parents.setdefault(parent, []).append(int(entry.name))
    found, level = list[int](), [pid]
    while level:
        level = [child for each in level for child in sorted(parents.get(each, ()))]
        found += level
    return found


def signalled(pid: int, number: int) -> bool:
    """Whether the process was there to be told."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _parent_of(entry: Path) -> int | None:
    try:
        # The name in parentheses may hold blanks and parentheses itself: the fields begin after the last one.
        fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1])


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}

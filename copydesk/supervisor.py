"""Keeps a child process running: when it exits, or lives and does not work, it is started again, with a growing pause,
until it is told to stop.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import structlog

from copydesk.watch import LOOK_SECONDS
from worker.lifeline import LINEAGE_VARIABLE, PARENT_VARIABLE

log = structlog.get_logger()

PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 0.3, 10.0
HEALTHY_SECONDS = 30.0
"""A child that lived so long was well: the pause begins anew."""

LOG_BYTES_MAX = 10 * 1024 * 1024
"""A log file longer than this is put aside (one older one is kept) when its process starts."""


class Watch(Protocol):
    """Looks from outside whether the child works (copydesk.watch.PulseWatch)."""

    def begin(self) -> None: ...

    def stands_still(self) -> bool: ...

    def has_worked(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run: arguments for our interpreter, what its environment has more, where its output goes (None: ours).

    ``stop_seconds`` is how long it may take to stop on SIGTERM before it is killed.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    log_file: Path | None = None
    stop_seconds: float = 40.0


class Supervisor:
    """Runs one program from a thread of its own, which lives as long as the child: Linux ends a child with the thread
    that started it.
    """

    def __init__(
        self,
        program: Program,
        *,
        watch: Watch | None = None,
        look_seconds: float = LOOK_SECONDS,
        say: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self._program = program
        self._watch = watch
        self._look_seconds = look_seconds
        self._say = say
        self._lineage = uuid.uuid4().hex[:12]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_running, name=f"supervise-{program.name}", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None
        self.exits = 0
        """How often the child has ended by itself."""

    @property
    def pid(self) -> int | None:
        """The child's pid, None while there is none."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the child (SIGTERM, then SIGKILL) and waits for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait(self) -> None:
        """Blocks until `stop` is called by somebody else (a signal handler)."""
        self._stop.wait()

    def stop_soon(self) -> None:
        """Asks for the end without waiting; safe in a signal handler."""
        self._stop.set()

    def _keep_running(self) -> None:
        pause = PAUSE_SECONDS_MIN
        while not self._stop.is_set():
            began = time.monotonic()
            code = self._run_once()
            if self._stop.is_set():
                return
            self.exits += 1
            lived = time.monotonic() - began
            # One that worked is well and had bad luck: many malformed messages must not add up to long pauses.
            was_well = lived >= HEALTHY_SECONDS or bool(self._watch and self._watch.has_worked())
            pause = PAUSE_SECONDS_MIN if was_well else min(pause * 2, PAUSE_SECONDS_MAX)
            log.warning("process.exited", program=self._program.name, code=code, lived_seconds=round(lived, 1))
            if lived < HEALTHY_SECONDS and pause > 2:
                where = f"; see {self._program.log_file}" if self._program.log_file else ""
                self._say(f"The {self._program.name} process ends again and again (exit code {code}){where}.")
            self._stop.wait(pause)

    def _run_once(self) -> int:
        with self._output() as output:
            self._process = process = subprocess.Popen(
                [sys.executable, "-P", *self._program.arguments],
                env={
                    **os.environ,
                    **self._program.environment,
                    PARENT_VARIABLE: str(os.getpid()),
                    LINEAGE_VARIABLE: self._lineage,
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a Ctrl-C at the terminal is for us; children are told in order
            )
        look_at = time.monotonic()
        if self._watch:
            self._watch.begin()
        while (code := process.poll()) is None:
            if self._stop.wait(0.1):
                return self._end(process)
            if self._watch and time.monotonic() >= look_at:
                if self._watch.stands_still():
                    return self._kill_idle(process)
                look_at = time.monotonic() + self._look_seconds
        return code

    def _kill_idle(self, process: subprocess.Popen[bytes]) -> int:
        # SIGKILL ends a stopped process too, and its children with it: they are of one session.
        log.error("process.does_not_work", program=self._program.name, advice="it is killed and started again")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait()

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        process.terminate()
        try:
            return process.wait(self._program.stop_seconds)
        except subprocess.TimeoutExpired:
            log.warning("process.killed", program=self._program.name, after_seconds=self._program.stop_seconds)
            process.kill()
            return process.wait()

    def _output(self) -> IO[bytes]:
        path = self._program.log_file
        if path is None:
            return os.fdopen(os.dup(2), "wb")
        if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from copydesk.supervisor import LOG_BYTES_MAX, Program, Supervisor
from copydesk.watch import PulseWatch, worker_pulse

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def until(holds: Callable[[], object], *, seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.02)


def program(code: str, **overrides: object) -> Program:
    return Program(name="sample", arguments=("-c", code), **overrides)  # type: ignore[arg-type]


def test_a_program_that_is_killed_is_started_again() -> None:
    supervisor = Supervisor(program(SLEEP))
    supervisor.start()
    until(lambda: supervisor.pid)
    first = supervisor.pid
    assert first
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.pid and supervisor.pid != first)
    supervisor.stop()
    assert supervisor.pid is None


def test_a_program_that_ends_again_and_again_is_said_and_the_log_named(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(program("raise SystemExit(7)", log_file=tmp_path / "sample.log"), say=said.append)
    supervisor.start()
    until(lambda: said, seconds=20)
    supervisor.stop()
    assert said[0] == f"The sample process ends again and again (exit code 7); see {tmp_path}/sample.log."


def test_one_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "sample.log"
    supervisor = Supervisor(program(STUBBORN, log_file=log, stop_seconds=0.3))
    supervisor.start()
    until(lambda: log.exists() and "up" in log.read_text())
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 50  # it would end by itself after 60


def test_its_output_goes_to_the_log_and_a_long_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "sample.log"
    log.write_bytes(b"x" * (LOG_BYTES_MAX + 1))
    supervisor = Supervisor(program("print('hello')" + "\n" + SLEEP, log_file=log))
    supervisor.start()
    until(lambda: log.exists() and log.stat().st_size < LOG_BYTES_MAX)
    supervisor.stop()
    assert (tmp_path / "sample.log.1").stat().st_size == LOG_BYTES_MAX + 1


BEATING = """
import itertools, sys, time
from redis import Redis
redis = Redis.from_url(sys.argv[1])
for beat in itertools.count(time.time_ns()):
    redis.hset("copydesk:worker:sample", "claimed_at", beat)
    time.sleep(0.01)
"""


def test_a_child_that_is_frozen_is_killed_and_started_again_and_one_that_works_is_let_be(valkey_url: str) -> None:
    read = worker_pulse(Redis.from_url(valkey_url), "sample")
    beating = Program(name="sample", arguments=("-c", BEATING, valkey_url))
    supervisor = Supervisor(beating, watch=PulseWatch(read), look_seconds=0.1)
    supervisor.start()
    until(read)
    first, beat = supervisor.pid, read()
    until(lambda: read() > beat + 100)
    assert (supervisor.pid, supervisor.exits) == (first, 0)
    assert first
    os.kill(first, signal.SIGSTOP)
    until(lambda: supervisor.exits == 1)
    frozen_at = read()
    until(lambda: read() > frozen_at)
    supervisor.stop()
    assert not Path(f"/proc/{first}").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_child_dies_with_its_supervisor_even_when_that_is_killed(tmp_path: Path) -> None:
    tied = "from worker.lifeline import die_with_supervisor; die_with_supervisor(); "
    child = tied + "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    pid_file = tmp_path / "pid"
    code = f"""
import pathlib, time
from copydesk.supervisor import Program, Supervisor
log = pathlib.Path({str(pid_file)!r})
Supervisor(Program(name="sample", arguments=("-c", {child!r}), log_file=log)).start()
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        until(lambda: pid_file.exists() and pid_file.read_text())
        pid = int(pid_file.read_text())
        parent.kill()
    until(lambda: not Path(f"/proc/{pid}").exists())

"""A process is started again when it ends, and not when it was told to stop."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.processes import Command, NeverHappenedError, Process, descendants, signalled, slowness, until

Make = Callable[..., Process]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Process] = []

    def make_one(code: str, *, restarts: bool = True, **environment: str) -> Process:
        command = Command(
            name="it",
            arguments=[sys.executable, "-c", code],
            log=tmp_path / "it.log",
            environment=environment,
            restarts=restarts,
        )
        made.append(Process(command))
        return made[-1]

    yield make_one
    for process in made:
        process.stop(signal.SIGKILL)


def test_what_is_killed_is_started_again(make: Make) -> None:
    process = make("import signal; signal.pause()")
    process.start()
    first = process.pid
    process.kill()
    until(lambda: process.pid not in {None, first}, "it has a successor")
    assert process.exits == [-signal.SIGKILL]


def test_what_is_stopped_stays_away_and_tells_its_exit_code(make: Make) -> None:
    process = make("import signal, sys; signal.signal(15, lambda *_: sys.exit(3)); print(flush=True); signal.pause()")
    process.start()
    until(lambda: process.command.log.stat().st_size, "it listens to signals")
    assert process.stop() == 3
    assert (process.over, process.pid, process.exits) == (True, None, [3])


def test_what_does_not_listen_is_killed(make: Make) -> None:
    process = make("import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()")
    process.start()
    until(lambda: process.command.log.stat().st_size, "it ignores signals")
    assert process.stop(seconds=0.1) == -signal.SIGKILL


def test_a_command_that_is_not_restarted_ends_with_its_code(make: Make) -> None:
    process = make("import os, sys; sys.exit(len(os.environ['COPYDESK_X']))", restarts=False, COPYDESK_X="four")
    process.start()
    assert process.wait(seconds=30) == 4


def test_frozen_means_all_below_it_too_until_it_is_thawed(make: Make) -> None:
    process = make("import subprocess; subprocess.run(['sleep', '60'])")
    process.start()
    until(process.descendants, "it has a child")
    (child,) = process.descendants()
    process.freeze()
    until(lambda: state(child) == "T", "the child stands still")
    process.thaw()
    until(lambda: state(child) == "S", "the child goes on")
    signalled(child, signal.SIGKILL)


def test_no_settings_of_the_drivers_reach_a_process(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_REDIS_URL", "redis://127.0.0.1")
    process = make("import os, sys; sys.exit('COPYDESK_REDIS_URL' in os.environ)", restarts=False)
    process.start()
    assert process.wait(seconds=30) == 0


def test_descendants_of_nobody_are_none() -> None:
    assert descendants(2**22 + 1) == []
    assert os.getpid() in descendants(os.getppid())


def test_limits_are_those_of_an_idle_machine_and_longer_under_load(monkeypatch: pytest.MonkeyPatch) -> None:
    processors = os.cpu_count() or 1
    for load, times in ((0.1, 1.0), (3.0 * processors, 3.0)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert slowness() == pytest.approx(times)


def test_what_does_not_come_about_is_told_after_the_limit() -> None:
    with pytest.raises(NeverHappenedError, match="it did not come about that pigs fly"):
        until(lambda: False, "pigs fly", seconds=0.01)


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]

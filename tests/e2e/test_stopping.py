"""SIGTERM under load: each process ends within its grace, and nothing is lost or stored twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.e2e.commands import copydesk, lines, start
from tests.e2e.test_one_machine import command_line, processes_on, settled, until

pytestmark = pytest.mark.e2e

ARTICLES = 2500


def worker_parent(data: Path) -> int:
    return min(pid for pid in processes_on(data) if "-m worker" in command_line(pid))


def test_a_worker_and_a_whole_stack_are_stopped_under_load_and_a_waiting_seed_gets_everything(
    data: Path, tmp_path: Path
) -> None:
    given = tmp_path / "given.jsonl"
    given.write_text(lines(ARTICLES))
    running = start("run", "--data", data, log=tmp_path / "run.log")
    until(lambda: "Ctrl-C stops it" in (tmp_path / "run.log").read_text())
    seeding = start("seed", given, "--json", "--data", data, log=tmp_path / "seed.log")
    until(lambda: settled(data) >= 50)
    os.kill(worker := worker_parent(data), signal.SIGTERM)
    until(lambda: not Path(f"/proc/{worker}").exists(), seconds=40)
    until(lambda: settled(data) >= 250)
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 0
    assert settled(data) < ARTICLES, "it was to be stopped under load"
    assert seeding.poll() is None
    assert {pid for pid in processes_on(data) if "copydesk seed" not in command_line(pid)} == set()

    again = start("run", "--data", data, log=tmp_path / "again.log")
    try:
        assert seeding.wait(240) == 0, (tmp_path / "seed.log").read_text()
        status = copydesk("status", "--json", "--data", data).json
    finally:
        again.send_signal(signal.SIGTERM)
        assert again.wait(60) == 0
    assert "Redis is away" in (tmp_path / "seed.log").read_text()
    assert (status["totals"]["stored"], status["totals"]["duplicates"]) == (ARTICLES, 0)
    assert (status["inbox"]["waiting"], status["inbox"]["claimed"], status["inbox"]["bytes"]) == (0, 0, 0)

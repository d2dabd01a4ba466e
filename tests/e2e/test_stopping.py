"""SIGTERM under load: each process ends within its grace, and nothing is lost or stored twice."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest

from tests.e2e.commands import Start, copydesk, lines, stop
from tests.e2e.load import Load
from tests.e2e.test_one_machine import command_line, processes_on, settled, until
from tests.factories import make_text

pytestmark = pytest.mark.e2e

SEEDS = 1000
SEEDS_LONG = 200
"""Of some 9 KB each when compressed."""


def worker_parent(data: Path) -> int:
    return min(pid for pid in processes_on(data) if "-m worker" in command_line(pid))


def test_a_worker_and_a_whole_stack_are_stopped_under_load_and_a_waiting_seed_gets_everything(
    data: Path, tmp_path: Path, start: Start
) -> None:
    given = tmp_path / "given.jsonl"
    given.write_text(lines(SEEDS))
    running = start("run", "--data", data, log=tmp_path / "run.log")
    until(lambda: "Ctrl-C stops it" in (tmp_path / "run.log").read_text())
    with Load(data) as load:
        until(lambda: load.handed_in > 0)
        seeding = start("seed", given, "--json", "--data", data, log=tmp_path / "seed.log")
        until(lambda: settled(data) >= 50)
        os.kill(worker := worker_parent(data), signal.SIGTERM)
        until(lambda: not Path(f"/proc/{worker}").exists(), seconds=40)
        half = settled(data) + 200
        until(lambda: settled(data) >= half)
        assert stop(running) == 0
        before = load.handed_in
        assert settled(data) < before + SEEDS, "it was to be stopped under load"
        assert seeding.poll() is None
        assert {pid for pid in processes_on(data) if "copydesk seed" not in command_line(pid)} == set()

        again = start("run", "--data", data, log=tmp_path / "again.log")
        until(lambda: load.handed_in > before)
    assert seeding.wait(240) == 0, (tmp_path / "seed.log").read_text()
    until(lambda: settled(data) >= load.handed_in + SEEDS)
    status = copydesk("status", "--json", "--data", data).json
    assert stop(again) == 0
    assert "Redis is away" in (tmp_path / "seed.log").read_text()
    assert (status["totals"]["stored"], status["totals"]["duplicates"]) == (load.handed_in + SEEDS, 0)
    assert (status["inbox"]["waiting"], status["inbox"]["claimed"], status["inbox"]["bytes"]) == (0, 0, 0)


def test_a_seed_that_is_told_to_stop_says_how_far_it_came_and_all_of_it_can_be_given_again(
    data: Path, tmp_path: Path, start: Start
) -> None:
    given, log = tmp_path / "given.jsonl", tmp_path / "seed.log"
    long = ({"id": f"a{n}", "title": f"Ferry {n}", "text": make_text(n, words=800)} for n in range(SEEDS_LONG))
    given.write_text("\n".join(map(json.dumps, long)))
    running = start("run", "--data", data, log=tmp_path / "run.log")
    until(lambda: "Ctrl-C stops it" in (tmp_path / "run.log").read_text())
    workers = [pid for pid in processes_on(data) if "-m worker" in command_line(pid)]
    for pid in workers:  # so that it waits, however fast they are
        os.kill(pid, signal.SIGSTOP)

    seeding = start("seed", given, "--data", data, log=log, variables={"COPYDESK_INBOX_MAX_MB": "1"})
    until(lambda: "The inbox is full" in log.read_text())
    assert stop(seeding) == 128 + signal.SIGTERM
    told = re.search(r"(\d+) were handed in, 0 of them are settled. Handing in the same again is safe", log.read_text())
    assert told, log.read_text()
    handed_in = int(told[1])
    assert 0 < handed_in < SEEDS_LONG

    for pid in workers:
        os.kill(pid, signal.SIGCONT)
    until(lambda: settled(data) == handed_in)
    again = copydesk("seed", given, "--json", "--data", data)
    assert (again.code, again.counts) == (0, {"stored": SEEDS_LONG - handed_in, "duplicates": handed_in})
    assert stop(running) == 0

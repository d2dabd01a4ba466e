"""One machine whose database is locked by somebody else, or whose disk is full, for a while: nothing is lost."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.e2e.commands import Start, copydesk, lines, stop
from tests.e2e.load import Load
from tests.e2e.test_one_machine import settled, until
from tests.faults.disk import NoDiskError, SmallDisk
from tests.faults.trial import LIMIT_SECONDS, outage_seconds

pytestmark = pytest.mark.e2e

SEEDS = 300


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    try:
        with SmallDisk(tmp_path / "disk", megabytes=100) as disk:
            yield disk
    except NoDiskError as error:
        pytest.skip(f"a small disk cannot be had here: {error}")


@contextmanager
def locked(data: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(data / "copydesk.db", isolation_level=None, timeout=60)) as another:
        another.execute("BEGIN IMMEDIATE")
        yield


def outage(
    name: str, data: Path, logs: Path, start: Start, fault: Callable[[], AbstractContextManager[object]]
) -> None:
    """While articles are handed in."""
    (given := logs / "given.jsonl").write_text(lines(SEEDS))
    running = start("run", "--data", data, log=logs / "run.log")
    until(lambda: "Ctrl-C stops it" in (logs / "run.log").read_text())
    with Load(data) as load:
        seeding = start("seed", given, "--json", "--data", data, log=logs / "seed.log")
        until(lambda: settled(data) >= 50)
        with fault():
            time.sleep(outage_seconds())
        healed, at_heal = time.monotonic(), settled(data)
        until(lambda: settled(data) > at_heal, seconds=LIMIT_SECONDS)
        print(f"\n{name}, {outage_seconds():g} s: work went on after {time.monotonic() - healed:.1f} s", flush=True)
    assert seeding.wait(LIMIT_SECONDS) == 0, (logs / "seed.log").read_text()
    until(lambda: settled(data) >= load.handed_in + SEEDS, seconds=LIMIT_SECONDS)
    status = copydesk("status", "--json", "--data", data).json
    assert (status["totals"]["stored"], status["totals"]["duplicates"]) == (load.handed_in + SEEDS, 0)
    assert (status["inbox"]["waiting"], status["inbox"]["claimed"], status["inbox"]["bytes"]) == (0, 0, 0)
    assert stop(running) == 0


@pytest.mark.outages
def test_after_the_database_was_locked_everything_is_stored(data: Path, tmp_path: Path, start: Start) -> None:
    outage("sqlite_locked", data, tmp_path, start, lambda: locked(data))


def test_after_the_disk_was_full_everything_is_stored(disk: SmallDisk, tmp_path: Path, start: Start) -> None:
    @contextmanager
    def full() -> Iterator[None]:
        disk.fill()
        yield
        disk.free()

    outage("sqlite_disk_full", disk.path / "data", tmp_path, start, full)

"""The machine's clock is set, under load: forward by a year, back by a year and an hour, and right again."""

from __future__ import annotations

import importlib.util
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.trial import Trial

pytestmark = [pytest.mark.e2e, pytest.mark.outages]

STEPS = ("+1y", "-1h", "+0")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What every process that is started from now on takes for the time: the machine's, and so much as the file says.

    What a process measures by its monotonic clock stays as it is, as where a clock is set.
    """
    package = importlib.util.find_spec("libfaketime")
    if package is None or not package.submodule_search_locations or platform.machine() != "x86_64":
        pytest.skip("libfaketime is not installed, or not for this machine")
    library = Path(package.submodule_search_locations[0]) / "vendor/libfaketime/src/libfaketime.so.1"
    with tempfile.TemporaryDirectory(prefix="copydesk-clock-") as folder:  # PostgreSQL's user has to read it too
        Path(folder).chmod(0o755)
        (file := Path(folder) / "offset").write_text("+0\n")
        monkeypatch.setenv("LD_PRELOAD", str(library))
        monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(file))
        monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
        monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        yield file


def set_to(clock: Path, offset: str) -> None:
    """In one step: a reader never meets a half-written file."""
    (written := clock.with_suffix(".new")).write_text(f"{offset}\n")
    os.replace(written, clock)  # noqa: PTH105


def test_a_clock_that_is_set_stops_nothing_and_loses_nothing(clock: Path, tmp_path: Path) -> None:
    with Trial(tmp_path / "trial") as trial, trial.deployment.broker.client() as redis:
        for offset in STEPS:

            @contextmanager
            def stepped(offset: str = offset) -> Iterator[None]:
                before = redis.time()[0] - time.time()
                set_to(clock, offset)
                assert abs(redis.time()[0] - time.time() - before) > 3000, "the clock was to be set"
                yield

            trial.outage(f"the clock set to {offset}", stepped(), seconds=0)

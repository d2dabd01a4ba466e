from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.faults.disk import NoDiskError, SmallDisk
from tests.faults.trial import Trial

DISK_MEGABYTES: Final = 300


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk | None]:
    """For PostgreSQL; not under pytest's folder, which the user that it runs as must not enter."""
    small = SmallDisk(Path(f"/tmp/copydesk-disk-{os.getpid()}"), megabytes=DISK_MEGABYTES)
    try:
        with small:
            yield small
    except NoDiskError:
        yield None


@pytest.fixture(scope="session")
def trial(disk: SmallDisk | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with Trial(tmp_path_factory.mktemp("trial"), disk=disk.path if disk else None) as trial:
        yield trial

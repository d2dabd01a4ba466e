from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("modules", "spared"),
    [
        ("worker.storage, worker.storage.arrival", "sqlalchemy"),
        ("worker.storage.store, worker.storage.reading, worker.storage.migrations", "alembic"),
    ],
)
def test_nobody_waits_for_a_library_that_he_does_not_use(modules: str, spared: str) -> None:
    script = f"import sys, {modules}; print({spared!r} in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout == "False\n"

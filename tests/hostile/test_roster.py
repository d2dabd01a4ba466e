from __future__ import annotations

import importlib
from pathlib import Path

from tests.hostile import numbered


def test_every_number_has_at_least_one_input() -> None:
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        importlib.import_module(f"tests.hostile.{path.stem}")
    assert set(numbered.NUMBERS) - numbered.claimed == set()

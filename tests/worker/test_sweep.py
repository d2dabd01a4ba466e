from __future__ import annotations

import pytest

from shared.routing import HINTS_MAX
from worker.sweep import hints_wanted


@pytest.mark.parametrize(
    ("due", "hints", "processes", "wanted"),
    [(0, 0, 2, 0), (1, 0, 2, 1), (1, 1, 2, 0), (100, 0, 2, 4), (100, 3, 2, 1), (100, 9, 2, 0), (100, 0, 50, HINTS_MAX)],
)
def test_hints_are_topped_up_to_what_waits_and_two_a_child(due: int, hints: int, processes: int, wanted: int) -> None:
    assert hints_wanted(due=due, hints=hints, processes=processes) == wanted

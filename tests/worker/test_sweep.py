from __future__ import annotations

import pytest

from shared.routing import HINTS_MAX
from worker.sweep import PULSE_SECONDS, STUCK_SECONDS, Stuck, hints_wanted, pulse_wanted


@pytest.mark.parametrize(
    ("due", "hints", "processes", "wanted"),
    [(0, 0, 2, 0), (1, 0, 2, 1), (1, 1, 2, 0), (100, 0, 2, 4), (100, 3, 2, 1), (100, 9, 2, 0), (100, 0, 50, HINTS_MAX)],
)
def test_hints_are_topped_up_to_what_waits_and_two_a_child(due: int, hints: int, processes: int, wanted: int) -> None:
    assert hints_wanted(due=due, hints=hints, processes=processes) == wanted


def test_a_consumer_is_stuck_when_hints_wait_and_nothing_is_claimed_for_longer_than_a_batch_takes() -> None:
    stuck = Stuck()
    moments = (0.0, 20.0, STUCK_SECONDS - 1, STUCK_SECONDS + 1)
    assert [stuck.after(hints=3, claimed_at=7, now=now) for now in moments] == [False, False, False, True]


@pytest.mark.parametrize("moved", [{"hints": 0, "claimed_at": 7}, {"hints": 3, "claimed_at": 8}])
def test_a_claim_or_an_empty_queue_shows_that_it_consumes(moved: dict[str, int]) -> None:
    stuck = Stuck()
    stuck.after(hints=3, claimed_at=7, now=0)
    assert not stuck.after(**moved, now=STUCK_SECONDS - 1)
    assert not stuck.after(hints=3, claimed_at=moved["claimed_at"], now=STUCK_SECONDS + 1)


@pytest.mark.parametrize(
    ("ago_seconds", "own_hints", "wanted"),
    [(PULSE_SECONDS, 0, True), (PULSE_SECONDS - 1, 0, False), (3600, 1, False), (-3600, 0, True)],
)
def test_a_worker_without_a_claim_for_ten_seconds_is_hinted_by_itself(
    ago_seconds: float, own_hints: int, wanted: bool
) -> None:
    now = 1_000_000_000
    claimed_at = now - round(ago_seconds * 1000)
    assert pulse_wanted(claimed_at=claimed_at, swept_at=now, own_hints=own_hints) is wanted

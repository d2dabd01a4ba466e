from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.webhooks.attempts import GIVE_UP_AFTER, REFUSED_TRIES, is_given_up, pause_after


def test_pauses_grow_from_a_second_to_an_hour_and_a_day_holds_many_tries() -> None:
    pauses = [pause_after(attempts, chance=0) for attempts in range(1, 40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=1), timedelta(hours=1))
    assert 20 <= sum(sum(pauses[:count], timedelta()) < GIVE_UP_AFTER for count in range(1, 40)) <= 40


@pytest.mark.parametrize(
    ("attempts", "hours", "status", "given_up"),
    [
        (30, 23.9, 500, False),
        (30, 24, 500, True),
        (30, 24, None, True),
        (3, 9000, None, False),  # a clock that was set forward
        (REFUSED_TRIES - 1, 0.5, 400, False),
        (REFUSED_TRIES, 0.5, 400, True),
        (REFUSED_TRIES, 0.5, 429, False),
        (REFUSED_TRIES, 0.5, 408, False),
        (REFUSED_TRIES, 0.5, 301, False),
    ],
)
def test_a_server_has_a_day_and_a_refused_event_an_hour(
    attempts: int, hours: float, status: int | None, given_up: bool
) -> None:
    assert is_given_up(attempts=attempts, failing_for=timedelta(hours=hours), status=status) == given_up

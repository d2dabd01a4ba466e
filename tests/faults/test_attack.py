"""What goes on beside the attacks ends with them, and does not fail in silence."""

from __future__ import annotations

import threading

import pytest

from tests.faults.attack import beside


def test_a_step_is_taken_again_and_again_until_the_end() -> None:
    taken = threading.Semaphore(0)
    with beside(taken.release, every=lambda: 0.001):
        for _ in range(3):
            assert taken.acquire(timeout=60)
    while taken.acquire(blocking=False):
        pass
    assert not taken.acquire(timeout=0.05)


def test_a_step_that_fails_fails_the_run() -> None:
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise ValueError("no more articles")

    with pytest.raises(ValueError, match="no more articles"), beside(fail, every=lambda: 0.001):
        assert failed.wait(60)

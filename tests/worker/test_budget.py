from __future__ import annotations

import signal
import time

import pytest

from worker.budget import OutOfTimeError, time_budget


def test_what_waits_for_ever_is_stopped() -> None:
    with pytest.raises(OutOfTimeError), time_budget(0.05):
        time.sleep(60)


def test_what_computes_for_ever_is_stopped_at_its_processor_time() -> None:
    began = time.process_time()
    with pytest.raises(OutOfTimeError), time_budget(0.2):
        _compute_for_ever()
    assert 0.1 < time.process_time() - began < 0.45  # 0.5 s would be the clock's bound


def test_a_wait_on_a_machine_that_is_busy_with_others_is_not_the_articles_fault() -> None:
    with time_budget(0.2):
        time.sleep(0.3)


def test_what_is_done_in_time_is_left_alone_and_no_alarm_stays_behind() -> None:
    before = signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGPROF)
    with time_budget(0.05):
        pass
    time.sleep(0.1)
    assert (signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGPROF)) == before
    assert [signal.getitimer(timer) for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF)] == [(0.0, 0.0)] * 2


def _compute_for_ever() -> None:
    while True:
        pass

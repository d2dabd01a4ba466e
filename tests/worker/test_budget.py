from __future__ import annotations

import signal
import time

import pytest

from worker.budget import OutOfTimeError, time_budget


def test_what_takes_too_long_is_stopped() -> None:
    began = time.monotonic()
    with pytest.raises(OutOfTimeError), time_budget(0.05):
        time.sleep(5)
    assert time.monotonic() - began < 2


def test_what_is_done_in_time_is_left_alone_and_no_alarm_stays_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with time_budget(0.05):
        pass
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)

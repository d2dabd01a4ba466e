from __future__ import annotations

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from copydesk.watch import LOOK_SECONDS, LOOKS_MAX, UNHEALTHY_SECONDS, PulseWatch, poller_pulse, worker_pulse
from ingest.polling.pulse import POLLER_PULSE
from shared import routing


class Pulse:
    def __init__(self) -> None:
        self.at = 1
        self.away = False

    def __call__(self) -> int:
        if self.away:
            raise RedisConnectionError("nobody there")
        return self.at


@pytest.fixture
def pulse() -> Pulse:
    return Pulse()


@pytest.fixture
def watch(pulse: Pulse) -> PulseWatch:
    return PulseWatch(pulse)


def looks(watch: PulseWatch, times: int) -> list[bool]:
    return [watch.stands_still() for _ in range(times)]


def test_a_pulse_that_stands_still_for_a_minute_of_looks_is_told(watch: PulseWatch) -> None:
    assert looks(watch, LOOKS_MAX + 1) == [False] * LOOKS_MAX + [True]


def test_a_health_check_every_ten_seconds_tells_before_the_restart() -> None:
    assert LOOKS_MAX * LOOK_SECONDS >= UNHEALTHY_SECONDS + 10 + 5


def test_a_pulse_that_moves_is_never_told(watch: PulseWatch, pulse: Pulse) -> None:
    told = []
    for _ in range(5):
        told += looks(watch, LOOKS_MAX)
        pulse.at += 1
    assert not any(told)


def test_a_clock_that_is_set_back_is_a_moving_pulse(watch: PulseWatch, pulse: Pulse) -> None:
    looks(watch, LOOKS_MAX)
    pulse.at = 0
    assert not watch.stands_still()


def test_a_process_that_has_just_started_has_the_whole_time(watch: PulseWatch) -> None:
    looks(watch, LOOKS_MAX)
    watch.begin()
    assert not any(looks(watch, LOOKS_MAX - 1))


def test_while_redis_is_away_nobody_is_accused_and_the_time_begins_anew(watch: PulseWatch, pulse: Pulse) -> None:
    looks(watch, LOOKS_MAX)
    pulse.away = True
    assert not any(looks(watch, LOOKS_MAX))
    pulse.away = False
    assert looks(watch, LOOKS_MAX + 1) == [False] * (LOOKS_MAX - 1) + [True, True]


def test_a_pulse_is_read_where_each_service_writes_it(valkey_url: str) -> None:
    redis = Redis.from_url(valkey_url)
    assert (worker_pulse(redis, "one")(), poller_pulse(redis, "host:1")()) == (0, 0)
    redis.hset(routing.WORKER_PULSE + "one", "claimed_at", 7)
    redis.hset(POLLER_PULSE + "host:1", "looked_at", 8)
    assert (worker_pulse(redis, "one")(), poller_pulse(redis, "host:1")()) == (7, 8)


def test_a_process_has_worked_when_the_pulse_moved_since_the_one_before_it_ended(
    watch: PulseWatch, pulse: Pulse
) -> None:
    told = [watch.has_worked(), watch.has_worked()]
    pulse.at += 1
    told.append(watch.has_worked())
    pulse.away = True
    assert [*told, watch.has_worked()] == [True, False, True, False]

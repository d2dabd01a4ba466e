from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from redis import Redis

from copydesk.health import Service, health_of, judge
from ingest.polling.pulse import POLLER_PULSE
from shared import routing
from worker.settings import SettingsError


@pytest.mark.parametrize(
    ("service", "ago", "healthy", "sentence"),
    [
        ("worker", 44, True, "The worker one asked for work 44 s ago."),
        ("worker", 46, False, "The worker one asked for work 46 s ago: see its log; it is started anew by itself."),
        ("ingest", 0, True, "The poller one looked for feeds that are due 0 s ago."),
        ("ingest", -5, True, "The poller one looked for feeds that are due 0 s ago."),
    ],
)
def test_a_service_is_healthy_for_45_seconds_after_its_last_sign_of_work(
    service: Service, ago: int, healthy: bool, sentence: str
) -> None:
    found = judge(service, "one", pulse_ms=1_000_000, now_ms=1_000_000 + ago * 1000)
    assert (found.healthy, found.sentence) == (healthy, sentence)


def test_a_service_that_has_shown_nothing_yet_is_not_healthy() -> None:
    found = judge("worker", "one", pulse_ms=0, now_ms=5)
    assert (found.healthy, "has not asked for work yet" in found.sentence) == (False, True)


def test_a_beat_of_the_parent_alone_is_no_sign_of_work(
    valkey_url: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_WORKER_NAME", "one")
    redis, now = Redis.from_url(valkey_url), round(time.time() * 1000)
    redis.hset(routing.WORKER_PULSE + "one", mapping={"beat_at": now, "claimed_at": now - 60_000})
    assert not health_of("worker", data=data, redis_url=valkey_url).healthy
    redis.hset(routing.WORKER_PULSE + "one", "claimed_at", now)
    assert health_of("worker", data=data, redis_url=valkey_url).healthy


def test_the_poller_asked_for_is_this_hosts(valkey_url: str, data: Path) -> None:
    redis = Redis.from_url(valkey_url)
    redis.hset(POLLER_PULSE + "elsewhere", "looked_at", round(time.time() * 1000))
    assert not health_of("ingest", data=data, redis_url=valkey_url).healthy
    redis.hset(POLLER_PULSE + socket.gethostname(), "looked_at", round(time.time() * 1000))
    assert health_of("ingest", data=data, redis_url=valkey_url).healthy


def test_without_redis_nothing_is_healthy_and_the_password_is_not_told(data: Path, tmp_path: Path) -> None:
    found = health_of("worker", data=data, redis_url="redis://desk:geheim@127.0.0.1:1/0")
    assert (found.healthy, "Redis cannot be reached" in found.sentence) == (False, True)
    assert "geheim" not in found.sentence


def test_it_needs_a_deployment(data: Path) -> None:
    with pytest.raises(SettingsError, match="COPYDESK_REDIS_URL"):
        health_of("worker", data=data)

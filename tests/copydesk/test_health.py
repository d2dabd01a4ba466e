from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from redis import Redis

from copydesk.health import Service, health_of, judge
from ingest.polling.pulse import POLLER_PULSE, poller_name
from shared import routing
from worker.settings import SettingsError
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate


def looked(valkey_url: str, name: str, *, ago: float = 0) -> None:
    Redis.from_url(valkey_url).hset(POLLER_PULSE + name, "looked_at", round((time.time() - ago) * 1000))


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


def test_the_pollers_asked_for_are_this_hosts(valkey_url: str, data: Path) -> None:
    looked(valkey_url, f"elsewhere:{os.getpid()}")
    assert not health_of("ingest", data=data, redis_url=valkey_url).healthy
    looked(valkey_url, poller_name(os.getpid()))
    assert health_of("ingest", data=data, redis_url=valkey_url).healthy


def test_one_poller_that_stands_still_is_found_beside_one_that_does_not(valkey_url: str, data: Path) -> None:
    looked(valkey_url, poller_name(os.getpid()))
    looked(valkey_url, poller_name(os.getppid()), ago=60)
    found = health_of("ingest", data=data, redis_url=valkey_url)
    assert (found.healthy, found.sentence.count("The poller")) == (False, 1)
    assert f"{poller_name(os.getppid())} looked for feeds that are due 60 s ago" in found.sentence


def test_what_a_poller_that_is_gone_left_behind_accuses_nobody(valkey_url: str, data: Path) -> None:
    with subprocess.Popen(["/bin/true"]) as gone:
        gone.wait()
    looked(valkey_url, poller_name(gone.pid), ago=60)
    looked(valkey_url, poller_name(os.getpid()))
    assert health_of("ingest", data=data, redis_url=valkey_url).healthy


def test_ready_is_a_worker_whose_database_has_this_releases_schema(
    valkey_url: str, database_url: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_WORKER_NAME", "one")
    monkeypatch.setenv("COPYDESK_DATABASE_URL", database_url)
    Redis.from_url(valkey_url).hset(routing.WORKER_PULSE + "one", "claimed_at", round(time.time() * 1000))
    assert health_of("worker", data=data, redis_url=valkey_url).healthy
    found = health_of("worker", data=data, redis_url=valkey_url, ready=True)
    assert (found.healthy, "run `copydesk migrate`" in found.sentence) == (False, True), found
    engine = make_engine(database_url)
    migrate(engine)
    engine.dispose()
    assert health_of("worker", data=data, redis_url=valkey_url, ready=True).healthy


def test_ready_is_no_worker_that_stands_still_or_whose_database_is_away(
    valkey_url: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_DATABASE_URL", "postgresql://nobody:geheim@127.0.0.1:9/none")
    found = health_of("worker", data=data, redis_url=valkey_url, ready=True)
    assert not found.healthy
    assert "has not asked for work yet" in found.sentence
    assert "127.0.0.1:9" in found.sentence
    assert "geheim" not in found.sentence


def test_a_poller_needs_no_database_to_be_ready(valkey_url: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    looked(valkey_url, poller_name(os.getpid()))
    assert health_of("ingest", data=data, redis_url=valkey_url, ready=True).healthy


def test_without_redis_nothing_is_healthy_and_the_password_is_not_told(data: Path, tmp_path: Path) -> None:
    found = health_of("worker", data=data, redis_url="redis://desk:geheim@127.0.0.1:1/0")
    assert (found.healthy, "Redis cannot be reached" in found.sentence) == (False, True)
    assert "geheim" not in found.sentence


def test_it_needs_a_deployment(data: Path) -> None:
    with pytest.raises(SettingsError, match="COPYDESK_REDIS_URL"):
        health_of("worker", data=data)

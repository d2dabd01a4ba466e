"""The probes as an orchestrator asks them: over HTTP, of the process that supervises."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from redis import Redis

from copydesk.health import Watched
from copydesk.metrics import exporting
from copydesk.stack import Reached
from ingest.polling.pulse import POLLER_PULSE
from shared import routing
from tests.e2e.servers import free_port
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate

WORKER, POLLER = Watched("worker", "one"), Watched("ingest", "here:7")


def asked(reached: Reached, *watched: Watched, database: bool = True) -> dict[str, tuple[int, str]]:
    """Status and sentence of each probe."""
    port, found = free_port(), {}
    with exporting(reached, watched, host="127.0.0.1", port=port, database=database):
        for path in ("healthz", "readyz"):
            try:
                answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=30)
            except urllib.error.HTTPError as refused:
                answer = refused
            with answer:
                found[path] = (answer.status, answer.read().decode())
    return found


@pytest.fixture
def reached(database_url: str, valkey_url: str) -> Reached:
    """A migrated database and an empty Redis."""
    engine = make_engine(database_url)
    migrate(engine)
    engine.dispose()
    return Reached(redis_url=valkey_url, database_url=database_url, folder=None, owned=False)


def gave_a_sign(valkey_url: str, key: str, field: str, *, ago: float) -> None:
    Redis.from_url(valkey_url).hset(key, field, round((time.time() - ago) * 1000))


def test_a_worker_that_asks_for_work_is_alive_and_ready(reached: Reached, valkey_url: str) -> None:
    gave_a_sign(valkey_url, routing.WORKER_PULSE + "one", "claimed_at", ago=3)
    found = asked(reached, WORKER)
    assert [status for status, _ in found.values()] == [200, 200]
    assert found["healthz"][1].startswith("The worker one asked for work ")


def test_a_worker_that_does_not_is_neither(reached: Reached, valkey_url: str) -> None:
    gave_a_sign(valkey_url, routing.WORKER_PULSE + "one", "claimed_at", ago=60)
    found = asked(reached, WORKER)
    assert [status for status, _ in found.values()] == [503, 503]
    assert "asked for work 60 s ago: see its log" in found["readyz"][1]


def test_a_process_of_two_services_is_as_well_as_the_worse(reached: Reached, valkey_url: str) -> None:
    gave_a_sign(valkey_url, routing.WORKER_PULSE + "one", "claimed_at", ago=3)
    found = asked(reached, WORKER, POLLER)
    assert [status for status, _ in found.values()] == [503, 503]
    assert (
        found["healthz"][1]
        == "The poller here:7 has not looked for feeds that are due yet; it starts, or does not run.\n"
    )
    gave_a_sign(valkey_url, POLLER_PULSE + "here:7", "looked_at", ago=3)
    assert [status for status, _ in asked(reached, WORKER, POLLER).values()] == [200, 200]


def test_a_worker_without_its_schema_is_alive_and_not_ready(valkey_url: str, tmp_path: Path) -> None:
    gave_a_sign(valkey_url, routing.WORKER_PULSE + "one", "claimed_at", ago=3)
    empty = Reached(redis_url=valkey_url, database_url=f"sqlite:///{tmp_path / 'empty.db'}", folder=None, owned=False)
    found = asked(empty, WORKER)
    assert [status for status, _ in found.values()] == [200, 503]
    assert "run `copydesk migrate`" in found["readyz"][1]
    assert "asked for work" not in found["readyz"][1]


def test_while_redis_is_away_nobody_is_accused_and_nobody_is_ready(tmp_path: Path) -> None:
    away = Reached(redis_url=f"unix://{tmp_path}/none.sock", database_url="sqlite://", folder=None, owned=False)
    found = asked(away, POLLER, database=False)
    assert [status for status, _ in found.values()] == [200, 503]
    assert all("Redis cannot be reached" in sentence for _, sentence in found.values())

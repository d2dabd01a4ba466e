"""Whatever happens to Redis or to PostgreSQL: work goes on afterwards by itself, and nothing is lost or comes twice.

The suite has outages of seconds. Those that only a time-out ends, which a short one would not let pass, are marked
`outages`; `make outages` has all of them last for a minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from shared import routing
from tests.faults.disk import SmallDisk
from tests.faults.processes import until
from tests.faults.trial import LIMIT_SECONDS, Trial, outage_seconds

pytestmark = pytest.mark.e2e

Fault = Callable[[Trial], AbstractContextManager[None]]


def long(fault: Fault) -> Any:
    return pytest.param(fault, marks=pytest.mark.outages)


@contextmanager
def redis_stopped(trial: Trial) -> Iterator[None]:
    trial.deployment.broker.process.stop()
    yield
    trial.deployment.broker.start()


@contextmanager
def redis_frozen(trial: Trial) -> Iterator[None]:
    trial.deployment.broker.process.freeze()
    yield
    trial.deployment.broker.process.thaw()


@contextmanager
def redis_in_a_black_hole(trial: Trial) -> Iterator[None]:
    trial.deployment.to_redis.black_hole()
    yield
    trial.deployment.to_redis.heal()


@contextmanager
def postgresql_stopped(trial: Trial) -> Iterator[None]:
    trial.deployment.postgresql.stop()
    yield
    trial.deployment.postgresql.start()


@contextmanager
def postgresql_frozen(trial: Trial) -> Iterator[None]:
    trial.deployment.postgresql.process.freeze()
    yield
    trial.deployment.postgresql.process.thaw()


@contextmanager
def postgresql_in_a_black_hole(trial: Trial) -> Iterator[None]:
    trial.deployment.to_postgresql.black_hole()
    yield
    trial.deployment.to_postgresql.heal()


@pytest.mark.parametrize("fault", [redis_stopped, *map(long, [redis_frozen, redis_in_a_black_hole])])
def test_after_an_outage_of_redis_everything_goes_on_by_itself(trial: Trial, fault: Fault) -> None:
    trial.outage(fault.__name__, fault(trial))


@pytest.mark.parametrize("fault", [postgresql_stopped, *map(long, [postgresql_frozen, postgresql_in_a_black_hole])])
def test_while_postgresql_is_away_polling_goes_on_and_afterwards_everything_does(trial: Trial, fault: Fault) -> None:
    trial.outage(fault.__name__, fault(trial), polls_on=True)


@pytest.mark.outages
@pytest.mark.parametrize("server", ["redis", "postgresql"])
def test_connections_that_were_lost_without_a_word_are_found_dead(trial: Trial, server: str) -> None:
    proxies = {"redis": trial.deployment.to_redis, "postgresql": trial.deployment.to_postgresql}

    @contextmanager
    def lost() -> Iterator[None]:
        proxies[server].half_open()
        yield

    trial.outage(f"connections to {server} lost", lost(), seconds=0)


def test_everybody_is_thrown_out_of_postgresql_again_and_again(trial: Trial) -> None:
    @contextmanager
    def thrown_out() -> Iterator[None]:
        ends = time.monotonic() + outage_seconds()
        thrown = 0
        while time.monotonic() < ends or not thrown:
            thrown += trial.deployment.postgresql.terminate_backends()
            time.sleep(0.3)
        yield

    trial.outage("postgresql_backends_terminated", thrown_out())


def test_while_the_disk_of_postgresql_is_full_polling_goes_on_and_afterwards_everything_does(
    trial: Trial, disk: SmallDisk | None
) -> None:
    if disk is None:
        pytest.skip("only root may mount a small disk here")

    @contextmanager
    def full() -> Iterator[None]:
        disk.fill()
        yield
        disk.free()

    trial.outage("postgresql_disk_full", full(), polls_on=True)


@pytest.mark.parametrize("loss", ["FLUSHALL", "killed, and its append-only file deleted"])
def test_redis_loses_everything_while_feeds_come_in_and_a_seed_waits(trial: Trial, loss: str) -> None:
    broker, worker = trial.deployment.broker, trial.deployment.worker
    worker.freeze()  # so that what the seed hands in waits, however fast the worker is
    with trial.seeding() as seed:
        with broker.client() as client:
            until(lambda: client.zcard(routing.INBOX_WAITING["backfill"]) > 50, "a seed waits", seconds=LIMIT_SECONDS)
            until(lambda: client.zcard(routing.INBOX_WAITING["live"]), "an entry waits", seconds=LIMIT_SECONDS)
            if loss == "FLUSHALL":
                client.flushall()
        if loss != "FLUSHALL":
            broker.lose_everything()
        worker.thaw()
        trial.goes_on(loss, seed)
        assert "of what was handed in; handing it in again." in seed.said

"""SIGTERM to each process of a deployment while articles come in: it ends, and nothing is lost or comes twice."""

from __future__ import annotations

import os
import signal

import pytest

from tests.faults.processes import until
from tests.faults.trial import LIMIT_SECONDS, Trial

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("name", ["worker", "poller"])
def test_a_service_that_is_told_to_stop_under_load_ends_well(trial: Trial, name: str) -> None:
    service = trial.deployment.worker if name == "worker" else trial.deployment.poller
    before = len(service.exits)
    with trial.seeding() as seed:
        trial.work_is_under_way(seed)
        service.tell(signal.SIGTERM)
        until(lambda: len(service.exits) > before, f"the {name} ends", seconds=LIMIT_SECONDS)
        trial.goes_on(f"SIGTERM to the {name}", seed)
    assert service.exits[before:] == [0]


@pytest.mark.outages
@pytest.mark.parametrize(("name", "which"), [("the Celery process", 0), ("a child of it", -1)])
def test_a_process_of_the_worker_that_is_told_to_stop_is_replaced(trial: Trial, name: str, which: int) -> None:
    worker = trial.deployment.worker
    before = len(worker.exits)
    with trial.seeding() as seed:
        trial.work_is_under_way(seed)
        pid = worker.descendants()[which]
        os.kill(pid, signal.SIGTERM)
        until(lambda: pid not in worker.descendants(), f"{name} ends", seconds=LIMIT_SECONDS)
        trial.goes_on(f"SIGTERM to {name}", seed)
    assert len(worker.exits) == before

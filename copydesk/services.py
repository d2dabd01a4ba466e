"""The services of a deployment: `work` and `poll` are small supervisors of the process that does the work."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from copydesk.stack import (
    Reached,
    beside_the_worker,
    deployed,
    poller_supervisor,
    prepare_database,
    refuse_taken_name,
    worker_supervisor,
)
from copydesk.supervisor import Supervisor
from ingest.settings import load_settings, signing_secret
from shared.logs import configure_logging
from worker.settings import load_settings as worker_settings


def run_worker(data: Path | None) -> None:
    """Runs until SIGTERM or Ctrl-C. Raises when Redis or the database cannot be reached, or its schema is another."""
    configure_logging("worker-supervisor")
    reached = deployed(data, command="work")
    prepare_database(reached)
    refuse_taken_name(reached)
    supervisor = worker_supervisor(reached)
    with metrics(reached, database=True), stopping(supervisor), beside_the_worker(reached):
        supervisor.start()
        supervisor.wait()
        supervisor.stop()


def run_poller(feeds: Path | None, data: Path | None) -> None:
    """Runs until SIGTERM or Ctrl-C. Raises SettingsError, or UnreachableError when there is no Redis."""
    configure_logging("ingest-supervisor")
    settings = load_settings(data=data)
    signing_secret(settings)  # what is wrong is said at once, and not by a child that ends again and again
    reached = deployed(data, command="poll")
    supervisor = poller_supervisor(feeds or settings.feeds_file, reached)
    with metrics(reached, database=False), stopping(supervisor):
        supervisor.start()
        supervisor.wait()
        supervisor.stop()


@contextmanager
def metrics(reached: Reached, *, database: bool) -> Iterator[None]:
    """Prometheus is answered while this is open, where COPYDESK_METRICS_PORT says so. Raises SettingsError."""
    settings = worker_settings()
    if settings.metrics_port is None:
        yield
        return
    from copydesk.metrics import exporting  # noqa: PLC0415 - only who is asked loads its server

    with exporting(reached, host=settings.metrics_host, port=settings.metrics_port, database=database):
        yield


@contextmanager
def stopping(supervisor: Supervisor) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the supervisor's wait, so that children are stopped in order."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        supervisor.stop_soon()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

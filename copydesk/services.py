"""The services of a deployment, one process each: `work` is a small supervisor of its Celery process."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from copydesk.stack import deployed, prepare_database, relaying, worker_program
from copydesk.supervisor import Supervisor
from shared.logs import configure_logging


def run_worker(data: Path | None) -> None:
    """Runs until SIGTERM or Ctrl-C. Raises when Redis or the database cannot be reached, or its schema is another."""
    configure_logging("worker-supervisor")
    reached = deployed(data, command="work")
    prepare_database(reached)
    supervisor = Supervisor(worker_program(reached))
    with stopping(supervisor), relaying(reached):
        supervisor.start()
        supervisor.wait()
        supervisor.stop()


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

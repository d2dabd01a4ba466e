"""The sweep: a Celery bootstep in each worker's parent that compares, every two seconds, claims with living children.

No lock, no message, no guess. It also tops up the hints, so that a lost hint costs two seconds at most. It starts and
stops with the consumer, hence with the broker connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import structlog
from celery import bootsteps
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from shared import routing
from worker.inbox import Inbox

log = structlog.get_logger()

SWEEP_SECONDS = 2.0


def hints_wanted(*, due: int, hints: int, processes: int) -> int:
    """How many hints to send: one for each article that waits, two for each child at most, less those on their way."""
    return max(0, min(due, 2 * processes, routing.HINTS_MAX) - hints)


def make_sweep_step(make_inbox: Callable[[], Inbox]) -> type[Sweep]:
    """The bootstep for one worker's inbox: Celery makes its own instance of it for every broker connection."""
    return type("InboxSweep", (Sweep,), {"make_inbox": staticmethod(make_inbox)})


class Sweep(bootsteps.StartStopStep):  # type: ignore[misc]  # celery is untyped
    """See above."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    make_inbox: ClassVar[Callable[[], Inbox]]
    purged: ClassVar[bool] = False

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._inbox = type(self).make_inbox()
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        if not self.purged:
            # Before the first message is taken: a malformed one would end this worker and every one after it.
            self._inbox.purge_hints()
            type(self).purged = True
        self.sweep(consumer)
        self._timer = consumer.timer.call_repeatedly(SWEEP_SECONDS, self.sweep, (consumer,))

    def stop(self, consumer: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def shutdown(self, consumer: Any) -> None:
        self.stop(consumer)
        try:
            self._inbox.sign_off()
        except RedisError as error:
            log.warning("sweep.not_signed_off", reason=str(error))

    def sweep(self, consumer: Any) -> None:
        """One comparison. Redis being away is no reason to stop: the next one will do."""
        try:
            living = _living(consumer)
            swept = self._inbox.sweep(living_pids=living)
            if swept.given_back:
                log.warning("sweep.given_back", count=swept.given_back)
            for _ in range(hints_wanted(due=swept.due, hints=self._inbox.hints(), processes=len(living))):
                consumer.app.send_task(routing.DRAIN_TASK, queue=routing.WORK_QUEUE, retry=False)
        except (RedisError, OperationalError) as error:
            log.warning("sweep.failed", reason=str(error))


def _living(consumer: Any) -> list[int]:
    """Pids of the prefork pool's children that live now."""
    return [child.pid for child in consumer.pool._pool._pool if child.is_alive()]

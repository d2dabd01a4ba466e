"""The sweep: a Celery bootstep in each worker's parent that compares, every two seconds, claims with living children.

No lock, no message, no guess. It also tops up the hints, so that a lost hint costs two seconds at most. It starts and
stops with the consumer, hence with the broker connection.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from time import monotonic
from typing import Any, ClassVar

import structlog
from celery import bootsteps
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from shared import routing
from worker.inbox import Inbox, own_queue
from worker.undeterred import undeterred

log = structlog.get_logger()

SWEEP_SECONDS = 2.0

PULSE_SECONDS = 10.0
"""So long after its last claim a worker gets a hint of its own, even when nothing waits."""

STUCK_SECONDS = 45.0
"""Longer than any batch may take (30 s): hints that wait so long, while this worker claims nothing, wait in vain."""

NAME_TAKEN = "another worker runs under this name; give each its own COPYDESK_WORKER_NAME"


def hints_wanted(*, due: int, hints: int, processes: int) -> int:
    """How many hints to send: one for each article that waits, two for each child at most, less those on their way."""
    return max(0, min(due, 2 * processes, routing.HINTS_MAX) - hints)


def pulse_wanted(*, claimed_at: int, swept_at: int, own_hints: int) -> bool:
    """Whether this worker has to show that it consumes: its last claim (ms) is old, and no such hint is on its way."""
    return not own_hints and abs(swept_at - claimed_at) >= PULSE_SECONDS * 1000  # abs: a clock may be set back


def make_sweep_step(make_inbox: Callable[[], Inbox], *, node: str) -> type[Sweep]:
    """The bootstep for one worker's inbox: Celery makes its own instance of it for every broker connection."""
    return type("InboxSweep", (Sweep,), {"make_inbox": staticmethod(make_inbox), "own_queue": own_queue(node)})


class Sweep(bootsteps.StartStopStep):  # type: ignore[misc]  # celery is untyped
    """See above."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    make_inbox: ClassVar[Callable[[], Inbox]]
    own_queue: ClassVar[str]
    purged: ClassVar[bool] = False

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._inbox = type(self).make_inbox()
        self._timer: Any = None
        self._redis_was_away = False
        self._stuck = Stuck()

    def start(self, consumer: Any) -> None:
        undeterred(consumer, drop_queue_at_start=self._purge_at_start)
        if not self.purged:
            # Before the first message is taken: a malformed one would end this worker and every one after it.
            self._inbox.purge_hints()
            type(self).purged = True
        self.sweep(consumer)
        self._timer = consumer.timer.call_repeatedly(SWEEP_SECONDS, self.sweep, (consumer,))

    def _purge_at_start(self) -> None:
        type(self).purged = False

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
            hints = self._inbox.hints()
            if swept.given_back:
                log.warning("sweep.given_back", count=swept.given_back)
            for _ in range(hints_wanted(due=swept.due, hints=hints.work, processes=len(living))):
                consumer.app.send_task(routing.DRAIN_TASK, queue=routing.WORK_QUEUE, retry=False)
            if pulse_wanted(claimed_at=swept.claimed_at, swept_at=swept.swept_at, own_hints=hints.own):
                consumer.app.send_task(routing.DRAIN_TASK, queue=self.own_queue, retry=False)
        except (RedisError, OperationalError) as error:
            self._redis_was_away = True
            log.warning("sweep.failed", reason=str(error))
            return
        if swept.name_taken:
            end_process(NAME_TAKEN)
        if self._redis_was_away:
            # Redis went and came back, and this step was neither stopped nor started again: the consumer has not
            # noticed, and would hold on to its dead connections for ever (measured; kombu swallows a failed ack).
            end_process("redis was away and the consumer did not notice")
        if self._stuck.after(hints=hints.own, claimed_at=swept.claimed_at, now=monotonic()):
            end_process(f"hints waited {STUCK_SECONDS:g} s and nothing was claimed")


class Stuck:
    """Tells a consumer that is alive and does not consume: hints wait, and the time of the last claim stands still."""

    def __init__(self) -> None:
        self._claimed_at: int | None = None
        self._since: float | None = None

    def after(self, *, hints: int, claimed_at: int, now: float) -> bool:
        """Whether hints have waited for STUCK_SECONDS without a claim; to be told of every sweep."""
        if not hints or claimed_at != self._claimed_at or self._since is None:
            self._claimed_at, self._since = claimed_at, now
        return now - self._since >= STUCK_SECONDS


def end_process(reason: str) -> None:
    """Ends this worker at once, its children with it; its supervisor starts it anew. Claims go back by the sweep."""
    log.error("worker.ends_itself", reason=reason)
    os._exit(os.EX_TEMPFAIL)


def _living(consumer: Any) -> list[int]:
    """Pids of the prefork pool's children that live now."""
    return [child.pid for child in consumer.pool._pool._pool if child.is_alive()]

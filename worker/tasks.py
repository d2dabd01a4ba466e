"""The one task: an edge that calls the pipeline. The message carries nothing, so there is nothing to decode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery
from redis.exceptions import RedisError

from shared import routing
from worker.pipeline import ArticlePipeline

log = structlog.get_logger()

DRAIN_SECONDS = 5.0
"""A drain ends after this and hands over to the next hint, so that children are replaced and stopped in good time."""


def register_drain(app: Celery, pipeline: Callable[[], ArticlePipeline]) -> Any:
    """Registers `worker.drain` on the app. ``pipeline`` gives the calling process's own pipeline."""

    @app.task(name=routing.DRAIN_TASK, ignore_result=True, shared=False)  # type: ignore[untyped-decorator]
    def drain() -> None:
        try:
            if pipeline().drain(seconds=DRAIN_SECONDS):
                app.send_task(routing.DRAIN_TASK, queue=routing.WORK_QUEUE, retry=False)
        except RedisError as error:
            # What was claimed goes back by the sweep, as soon as Redis is there again.
            log.warning("redis.away", reason=str(error))

    return drain

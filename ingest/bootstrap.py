"""The composition root of `ingest`: the one place that turns settings into clients and hands them out."""

from __future__ import annotations

from typing import Any

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ingest.inbox import Inbox, SendHint
from ingest.settings import IngestSettings
from shared import routing

log = structlog.get_logger()

MEGABYTE = 1024 * 1024


def redis_client(url: str) -> Redis:
    """A client that fails within seconds instead of hanging: connect 5 s, answer 30 s, a free connection 20 s."""
    options: dict[str, Any] = {} if url.startswith("unix:") else {"socket_keepalive": True}
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=32,
        timeout=20,
        socket_connect_timeout=5,
        socket_timeout=30,
        health_check_interval=10,
        retry=Retry(NoBackoff(), 1),
        **options,
    )
    return Redis.from_pool(pool)


def hint_sender(redis_url: str) -> SendHint:
    """Sends `worker.drain` by name; one-second time-outs and no retry, because a lost hint is harmless."""
    app = Celery(broker=routing.kombu_url(redis_url), set_as_current=False)
    app.conf.update(
        broker_transport_options={
            "global_keyprefix": routing.KEY_PREFIX,
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
            "max_retries": 0,
        },
        broker_pool_acquire_timeout=1,
        task_ignore_result=True,
    )

    def send_hint() -> None:
        try:
            app.send_task(routing.DRAIN_TASK, queue=routing.WORK_QUEUE, retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            log.debug("hint.not_sent", reason=str(error))

    return send_hint


def make_inbox(settings: IngestSettings, redis: Redis, redis_url: str) -> Inbox:
    """The inbox on a Redis that is already connected to."""
    return Inbox(redis, max_bytes=settings.inbox_max_mb * MEGABYTE, send_hint=hint_sender(redis_url))

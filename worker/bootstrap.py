"""The composition root of `worker`: the one place that turns settings into an app, an engine and a pipeline."""

from __future__ import annotations

import logging
import os
import resource
import sys
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

import structlog
from celery import Celery, signals
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared import routing
from shared.logs import configure_logging
from shared.schema import Kind, RawArticle
from worker.inbox import Inbox, Owner
from worker.lifeline import LINEAGE_VARIABLE, die_with_parent
from worker.parsing.parser import parse
from worker.pipeline import ArticlePipeline
from worker.publishers_file import load_publishers
from worker.settings import SettingsError, WorkerSettings, secrets_of
from worker.storage.engine import make_engine
from worker.storage.store import Store
from worker.sweep import make_sweep_step
from worker.tasks import register_drain

log = structlog.get_logger()

TIME_LIMIT_SECONDS = 30
"""Hard limit of one drain's current batch and everything before it in the same message."""

LEASE_SECONDS = TIME_LIMIT_SECONDS + 15
"""A claim lasts longer than any work can; it ends only for a node that stays away or is frozen."""

MEGABYTE = 1024 * 1024

WARM_UP_TEXT = (
    "The ferry to the island sails at dawn, and in winter, when the harbour is frozen, it does not sail at all."
)
"""Long enough that its language is told: of a shorter one none is, and no model would be loaded."""


def redis_client(url: str, *, tells_a_lost_connection: bool = False) -> Redis:
    """A client that fails within seconds: it also serves the sweep, which blocks the parent's loop.

    ``tells_a_lost_connection``: it keeps to one connection, and the first command after its loss fails. Others connect
    anew in silence, and a Redis that came back between two sweeps would have been away unseen.
    """
    options: dict[str, Any] = {} if url.startswith("unix:") else {"socket_keepalive": True}
    return Redis.from_url(
        url,
        socket_connect_timeout=5,
        socket_timeout=5,
        health_check_interval=10,
        retry=Retry(NoBackoff(), 0 if tells_a_lost_connection else 1),
        single_connection_client=tells_a_lost_connection,
        **options,
    )


def make_app(settings: WorkerSettings) -> Celery:
    """The Celery app with one task and the sweep. Connects to nothing."""
    if not settings.redis_url:
        raise SettingsError(
            "COPYDESK_REDIS_URL is not set; a worker of its own needs it (on one machine: copydesk run)."
        )
    load_publishers(settings)  # a table that cannot be used is said at once, not by the first child
    app = Celery("copydesk", broker=routing.kombu_url(settings.redis_url), set_as_current=False)
    app.conf.update(**celery_settings())
    boot = f"{os.environ.get(LINEAGE_VARIABLE) or uuid.uuid4().hex[:12]}.{uuid.uuid4().hex[:8]}"
    child = _ChildPipeline(settings, boot)
    register_drain(app, child)

    def parents_inbox() -> Inbox:
        return _inbox(settings, boot, tells_a_lost_connection=True)

    app.steps["consumer"].add(make_sweep_step(parents_inbox, node=settings.worker_name))
    _connect_signals(settings, child)
    return app


def celery_settings() -> dict[str, Any]:
    """Each of them is there because its default loses, doubles or stops something (DESIGN.md 3.1, RELIABILITY.md 1)."""
    return {
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_default_queue": routing.WORK_QUEUE,
        "task_acks_late": False,
        "task_ignore_result": True,
        "task_time_limit": TIME_LIMIT_SECONDS,
        "worker_lost_wait": 1,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 500,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "broker_connection_retry_on_startup": True,
        "broker_pool_acquire_timeout": 5,
        "broker_transport_options": {
            "global_keyprefix": routing.KEY_PREFIX,
            "visibility_timeout": 300,
            "socket_timeout": 5,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
    }


class _ChildPipeline:
    """The pipeline of the calling process, made at first use: connections must not cross a fork."""

    def __init__(self, settings: WorkerSettings, boot: str) -> None:
        self._settings = settings
        self._boot = boot
        self._made: tuple[int, ArticlePipeline] | None = None

    def __call__(self) -> ArticlePipeline:
        if self._made is None or self._made[0] != os.getpid():
            self._made = (os.getpid(), make_pipeline(self._settings, boot=self._boot))
        return self._made[1]


def make_pipeline(settings: WorkerSettings, *, boot: str) -> ArticlePipeline:
    """The pipeline of one process, with its own connections."""
    return ArticlePipeline(
        inbox=_inbox(settings, boot),
        store=Store(make_engine(settings.effective_database_url), window_days=settings.dedup_window_days),
        parse=partial(parse, publishers=load_publishers(settings)),
        parse_seconds=settings.parse_seconds,
    )


def _inbox(settings: WorkerSettings, boot: str, *, tells_a_lost_connection: bool = False) -> Inbox:
    if not settings.redis_url:
        raise SettingsError("COPYDESK_REDIS_URL is not set.")
    owner = Owner(node=settings.worker_name, boot=boot, pid=os.getpid())
    redis = redis_client(settings.redis_url, tells_a_lost_connection=tells_a_lost_connection)
    return Inbox(redis, owner=owner, lease_seconds=LEASE_SECONDS)


def warm_up() -> None:
    """Parses a page and a text once, so that trafilatura and the language model are loaded before children are forked:
    a second that each new child would spend again, and memory that they share.
    """
    for kind in get_args(Kind):
        body = f"<html><body><article><p>{WARM_UP_TEXT}</p></article></body></html>".encode()
        parse(
            RawArticle(
                source_key="seed:warm-up",
                source="warm-up",
                entry_key=kind,
                kind=kind,
                body=body,
                seen_at=datetime.now(UTC),
            )
        )


def _connect_signals(settings: WorkerSettings, child: _ChildPipeline) -> None:
    def set_up_logging(**_: Any) -> None:
        configure_logging("worker", stream=sys.__stderr__, secrets=secrets_of(settings))
        # Two lines for each hint; what it was for, each article's line tells.
        logging.getLogger("celery").setLevel(logging.WARNING)

    def start_child(**_: Any) -> None:
        die_with_parent()
        limit = settings.worker_memory_mb * MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        child()

    def prepare_parent(**_: Any) -> None:
        warm_up()

    def tell_start(**_: Any) -> None:
        log.info("worker.started", name=settings.worker_name, processes=settings.worker_processes)

    def tell_stop(**_: Any) -> None:
        log.info("worker.stopped", name=settings.worker_name)

    # Strong references: Celery would otherwise drop local functions at once.
    signals.setup_logging.connect(set_up_logging, weak=False)
    signals.worker_init.connect(prepare_parent, weak=False)
    signals.worker_process_init.connect(start_child, weak=False)
    signals.worker_ready.connect(tell_start, weak=False)
    signals.worker_shutdown.connect(tell_stop, weak=False)

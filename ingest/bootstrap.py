"""The composition root of `ingest`: the one place that turns settings into clients and hands them out."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ingest.documents.feed_reader import FeedReader
from ingest.feedlist.discovery import Discovery
from ingest.inbox import Inbox, SendHint
from ingest.polling.leases import Leases
from ingest.polling.poller import PageAccess, Poller, Wait
from ingest.polling.pulse import PollerPulse, poller_name
from ingest.polling.state import FeedStates
from ingest.settings import IngestSettings, signing_secret
from ingest.web.fetcher import FEED_ACCEPT, PAGE_ACCEPT, ROBOTS_ACCEPT, Fetcher
from ingest.web.guard import Guard
from ingest.web.limits import PAGE_LIMITS, ROBOTS_LIMITS, WEBHOOK_LIMITS, Limits
from ingest.web.politeness import HostGate
from ingest.web.robots import Robots
from ingest.webhooks.calling import calling
from ingest.webhooks.sender import Sender
from ingest.webhooks.signature import secret_of
from shared import routing
from shared.schema import milliseconds

log = structlog.get_logger()

MEGABYTE = 1024 * 1024


def redis_client(url: str) -> Redis:
    """A client that fails within seconds instead of hanging: connect 5 s, answer 10 s, a free connection 20 s."""
    options: dict[str, Any] = {} if url.startswith("unix:") else {"socket_keepalive": True}
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=32,
        timeout=20,
        socket_connect_timeout=5,
        socket_timeout=10,
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


def user_agent(settings: IngestSettings) -> str:
    """Truthful, with a place to reach us: what publishers ask of a robot (PEERS.md 6)."""
    contact = settings.contact_url or "contact not set"
    return f"Mozilla/5.0 (compatible; Copydesk/{version('copydesk')}; +{contact})"


def make_fetcher(
    settings: IngestSettings,
    *,
    limits: Limits | None = None,
    accept: str = FEED_ACCEPT,
    took: Callable[[float], None] = lambda _seconds: None,
) -> Fetcher:
    """A client with which `ingest` goes out; nothing leaves around its guard. One for feeds, pages and robots.txt each:
    they differ in limits and in what they ask for."""
    guard = Guard(allow_networks=settings.fetch_allow_networks, allow_ports=settings.fetch_allow_ports)
    return Fetcher(guard=guard, user_agent=user_agent(settings), limits=limits, accept=accept, took=took)


@asynccontextmanager
async def open_page_access(settings: IngestSettings, pulse: PollerPulse) -> AsyncIterator[PageAccess]:
    """The clients for articles' pages, for as long as they are used."""
    pages, robots = partial(pulse.fetched, "page"), partial(pulse.fetched, "robots")
    async with (
        make_fetcher(settings, limits=PAGE_LIMITS, accept=PAGE_ACCEPT, took=pages) as fetcher,
        make_fetcher(settings, limits=ROBOTS_LIMITS, accept=ROBOTS_ACCEPT, took=robots) as robots_fetcher,
    ):
        yield PageAccess(
            fetcher=fetcher,
            robots_fetcher=robots_fetcher,
            pause_seconds=settings.page_pause_seconds,
            round_seconds=settings.page_round_seconds,
        )


def settle_heap() -> None:
    """For a process that polls: what is loaded by now stays, and need not be looked through for garbage again.

    With 5,000 polls under way the collector took a seventh of an unchanged feed's time (measured).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@asynccontextmanager
async def open_poller(
    settings: IngestSettings,
    redis: Redis,
    redis_url: str,
    *,
    name: str | None = None,
    now: Callable[[], datetime] | None = None,
    wait: Wait | None = None,
) -> AsyncIterator[Poller]:
    """A poller with its client and its reading children, for as long as it is used.

    ``name``: of its pulse, as whoever watches it knows it; else this process's own. ``now`` and ``wait`` are a clock
    other than the world's, for trials.
    """
    clock = now or (lambda: datetime.now(UTC))
    pulse = PollerPulse(redis, name=name or poller_name(os.getpid()), inbox_max_bytes=settings.inbox_max_mb * MEGABYTE)
    async with (
        make_fetcher(settings, took=partial(pulse.fetched, "feed")) as fetcher,
        open_page_access(settings, pulse) as pages,
        FeedReader() as reader,
    ):
        yield Poller(
            inbox=make_inbox(settings, redis, redis_url),
            states=FeedStates(redis),
            leases=Leases(redis, clock_ms=(lambda: milliseconds(now())) if now else None),
            fetcher=fetcher,
            reader=reader,
            concurrency=settings.poll_concurrency,
            host_pause_seconds=settings.host_pause_seconds,
            pages=pages,
            pulse=pulse,
            now=clock,
            wait=wait,
        )


@asynccontextmanager
async def open_discovery(settings: IngestSettings, *, say: Callable[[str], None]) -> AsyncIterator[Discovery]:
    """What finds a site's feeds, with its clients and its reading child, for as long as it is used."""
    gate = HostGate(pause_seconds=settings.host_pause_seconds)
    async with (
        make_fetcher(settings) as fetcher,
        make_fetcher(settings, limits=ROBOTS_LIMITS, accept=ROBOTS_ACCEPT) as robots_fetcher,
        FeedReader(processes=1) as reader,
    ):
        robots = Robots(fetcher=robots_fetcher, turn=gate.turn)
        yield Discovery(fetcher=fetcher, reader=reader, robots=robots, gate=gate, say=say)


@asynccontextmanager
async def open_webhooks(settings: IngestSettings, redis: Redis) -> AsyncIterator[None]:
    """Events go to the webhooks of the settings while this is open. Raises SettingsError for URLs without a secret."""
    secret = signing_secret(settings)
    if secret is None:
        yield
        return
    async with make_fetcher(settings, limits=WEBHOOK_LIMITS) as client:
        senders = [
            Sender(url=url, secret=secret_of(secret), redis=redis, client=client) for url in settings.webhook_urls
        ]
        async with calling(senders):
            yield

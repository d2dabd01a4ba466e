"""The services of a deployment: `work` and `poll` are small supervisors of the process that does the work."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from redis.exceptions import RedisError

from copydesk.doctor import INBOX_SHARE
from copydesk.failures import debugging, sentence_and_code
from copydesk.health import Watched
from copydesk.stack import (
    Reached,
    beside_the_worker,
    deployed,
    poller_supervisor,
    prepare_database,
    redis_client,
    refuse_taken_name,
    worker_name,
    worker_supervisor,
)
from copydesk.supervisor import Supervisor
from ingest.bootstrap import MEGABYTE
from ingest.polling.pulse import poller_name
from ingest.settings import load_settings, secrets_of, signing_secret
from shared.logs import configure_logging
from worker.said import log_what_is_said
from worker.settings import load_settings as worker_settings
from worker.settings import secrets_of as worker_secrets_of

log = structlog.get_logger()


def run_worker(data: Path | None) -> None:
    """Runs until SIGTERM or Ctrl-C. Raises when Redis or the database cannot be reached, or its schema is another."""
    with serving("worker-supervisor", lambda: worker_secrets_of(worker_settings())):
        reached = deployed(data, command="work")
        prepare_database(reached)
        refuse_taken_name(reached)
        supervisor = worker_supervisor(reached)
        watched = (Watched("worker", worker_name(reached)),)
        with metrics(reached, watched, database=True), stopping(supervisor), beside_the_worker(reached):
            supervisor.start()
            supervisor.wait()
            supervisor.stop()


def run_poller(feeds: Path | None, data: Path | None) -> None:
    """Runs until SIGTERM or Ctrl-C. Raises SettingsError, or UnreachableError when there is no Redis."""
    with serving("ingest-supervisor", lambda: secrets_of(load_settings())):
        settings = load_settings(data=data)
        signing_secret(settings)  # what is wrong is said at once, and not by a child that ends again and again
        reached = deployed(data, command="poll")
        tell_a_large_inbox(reached, inbox_bytes=settings.inbox_max_mb * MEGABYTE)
        supervisor = poller_supervisor(feeds or settings.feeds_file, reached)
        with metrics(reached, (own_poller(),), database=False), stopping(supervisor):
            supervisor.start()
            supervisor.wait()
            supervisor.stop()


@contextmanager
def serving(service: str, read_secrets: Callable[[], list[str | None]]) -> Iterator[None]:
    """All that this process writes are log lines, unless a person watches: why it cannot start is one too.

    Raises SystemExit in place of what was raised then.
    """
    configure_logging(service, stream=sys.__stderr__)
    log_what_is_said()
    try:
        configure_logging(service, stream=sys.__stderr__, secrets=read_secrets())
        yield
    except Exception as error:
        expected = sentence_and_code(error)
        if expected is None or debugging() or sys.stderr.isatty():
            raise
        sentence, code = expected
        log.critical("service.refused", reason=sentence, exit_code=code)
        raise SystemExit(code) from error


def tell_a_large_inbox(reached: Reached, *, inbox_bytes: int) -> None:
    """Says so in the log when Redis can be full before the inbox is. It is no reason to refuse (decision 0161)."""
    try:
        found: Any = redis_client(reached.redis_url).info("memory")
    except RedisError:  # it keeps INFO to itself, or is away again, which the poller will find out
        return
    most = int(found.get("maxmemory") or 0)
    if most and inbox_bytes > INBOX_SHARE * most:
        log.warning(
            "inbox.more_than_half_of_redis",
            inbox_bytes=inbox_bytes,
            redis_bytes=most,
            advice="raise Redis' maxmemory, or lower COPYDESK_INBOX_MAX_MB",
        )


@contextmanager
def metrics(reached: Reached, watched: Sequence[Watched], *, database: bool) -> Iterator[None]:
    """Prometheus and probes are answered while this is open, where COPYDESK_METRICS_PORT says so.

    ``watched``: whose health the probes tell. Raises SettingsError.
    """
    settings = worker_settings()
    if settings.metrics_port is None:
        yield
        return
    from copydesk.metrics import exporting  # noqa: PLC0415 - only who is asked loads its server

    host, port = settings.metrics_host, settings.metrics_port
    with exporting(reached, watched, host=host, port=port, database=database):
        yield


def own_poller() -> Watched:
    """The poller that this process supervises."""
    return Watched("ingest", poller_name(os.getpid()))


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

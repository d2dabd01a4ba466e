"""Prometheus metrics of a service, read from Redis and the database whenever somebody asks (decision 0146).

Served by the supervising process: children count in Redis, so that no process has numbers of its own to lose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, get_args

import structlog
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from copydesk.health import Watched
from copydesk.probes import answering, open_server, probes
from copydesk.problems import NAMES
from copydesk.readings import inbox_bound, now_of, pollers_of, worker_of
from copydesk.stack import Reached, redis_client
from ingest.polling.leases import DOMAINS
from ingest.polling.poll_report import PollOutcome
from ingest.polling.pulse import POLLS
from ingest.seeding.receipts import REPORT_NAMES
from ingest.webhooks.journal import ENDPOINTS, STREAMS, backlog_keys
from shared import routing
from shared.logs import redact
from worker.settings import SettingsError

log = structlog.get_logger()

ReadReport = Callable[[], Mapping[str, Any]]
"""Reads what `copydesk status` reports. Raises RedisError, SchemaMismatchError."""


class Exporter:
    """What is true at the moment of the scrape. ``read_report`` is None in a service that has no database."""

    def __init__(self, redis: Redis, read_report: ReadReport | None = None) -> None:
        self._redis = redis
        self._read_report = read_report

    def collect(self) -> Iterator[Metric]:
        """While Redis is away `copydesk_redis_up` alone, as 0: numbers that nobody can read are absent, not 0."""
        try:
            found = [*redis_families(self._redis)]
            if self._read_report:
                found += report_families(self._read_report())
        except (RedisError, OSError) as error:
            log.warning("metrics.redis_away", reason=redact(str(error)))
            yield _gauge("redis_up", "Whether Redis answers.", 0)
            return
        yield _gauge("redis_up", "Whether Redis answers.", 1)
        yield from found


@contextmanager
def exporting(
    reached: Reached, watched: Sequence[Watched] = (), *, host: str, port: int, database: bool
) -> Iterator[None]:
    """Answers scrapes, and probes for the health of ``watched``, at ``host``:``port`` while this is open.

    ``database``: whether this service may ask the database too. Raises SettingsError when the port cannot be had.
    """
    registry = CollectorRegistry()
    registry.register(Exporter(redis_client(reached.redis_url), _report_of(reached) if database else None))
    try:
        server = open_server(host, port, probes(make_wsgi_app(registry), reached, watched, database=database))
    except OSError as error:
        raise SettingsError(
            f"Metrics cannot be served at {host}:{port} ({error.strerror}); set COPYDESK_METRICS_PORT to one that is "
            "free and COPYDESK_METRICS_HOST to an address of this machine."
        ) from error
    with answering(server):
        yield


def _report_of(reached: Reached) -> ReadReport:
    from copydesk.status import read_status  # noqa: PLC0415 - SQLAlchemy, which the poller does without

    looking = replace(reached, owned=False)  # the stack runs: this is no look at a broker opened for it alone
    return lambda: read_status(looking)


def redis_families(redis: Redis) -> Iterator[Metric]:
    """What Redis knows, by keys that the users of both services may read. Raises RedisError."""
    now = now_of(redis)
    yield from _inbox(redis, now)
    yield from _ledger(redis)
    yield from _polling(redis, now)
    yield from _workers(redis, now)
    yield from _events(redis)


def _inbox(redis: Redis, now: float) -> Iterator[Metric]:
    articles = GaugeMetricFamily(
        "copydesk_inbox_articles", "Raw articles accepted and not settled.", labels=["state", "lane"]
    )
    oldest = GaugeMetricFamily(
        "copydesk_inbox_oldest_age_seconds", "Age of the raw article that waits longest, 0: none.", labels=["lane"]
    )
    for lane, key in routing.INBOX_WAITING.items():
        articles.add_metric(["waiting", lane], redis.zcard(key))
        first: Any = redis.zrange(key, 0, 0, withscores=True)
        oldest.add_metric([lane], max(0.0, now - first[0][1] / 1000) if first else 0)
    articles.add_metric(["retry", ""], redis.zcard(routing.INBOX_RETRY))
    articles.add_metric(["claimed", ""], redis.zcard(routing.INBOX_CLAIMED))
    yield articles
    yield oldest
    yield _gauge("inbox_bytes", "Bytes that the inbox holds.", int(redis.get(routing.INBOX_BYTES) or 0))
    if bound := inbox_bound(redis):
        yield _gauge("inbox_max_bytes", "Bytes at which polling pauses and seeding waits.", bound)


def _ledger(redis: Redis) -> Iterator[Metric]:
    ledger: Any = redis.hgetall(routing.INBOX_LEDGER)
    counts = {name.decode(): int(count) for name, count in ledger.items()}
    yield _counter("accepted", "Raw articles taken into the inbox.", counts.get("accepted", 0))
    settled = CounterMetricFamily(
        "copydesk_settled", "Raw articles settled, by what became of them.", labels=["verdict"]
    )
    for outcome in REPORT_NAMES:
        settled.add_metric([outcome], counts.get(outcome, 0))
    yield settled


def _polling(redis: Redis, now: float) -> Iterator[Metric]:
    first: Any = redis.zrange(DOMAINS, 0, 0, withscores=True)
    lag = max(0.0, now - first[0][1] / 1000) if first else 0
    yield _gauge("poll_lag_seconds", "For how long the feed that waits longest has been due, 0: none is.", lag)
    polls = CounterMetricFamily("copydesk_polls", "Polls of feeds that ended, by their outcome.", labels=["outcome"])
    ended: Any = redis.hgetall(POLLS)
    for outcome in get_args(PollOutcome):
        polls.add_metric([outcome], int(ended.get(outcome.encode(), 0)))
    yield polls
    yield _gauge("pollers", "Pollers that looked for due feeds within 45 s.", pollers_of(redis, now))


def _workers(redis: Redis, now: float) -> Iterator[Metric]:
    worker = worker_of(redis, now)
    yield _gauge("workers_running", "Workers that sweep.", worker["running"])
    yield _gauge("workers_consuming", "Workers that asked for work within 45 s.", worker["consuming"])
    ages = GaugeMetricFamily(
        "copydesk_worker_pulse_age_seconds", "Since when a worker has not asked for work.", labels=["worker"]
    )
    for node in worker["nodes"]:
        if node["asked_seconds"] is not None:
            ages.add_metric([node["name"]], node["asked_seconds"])
    yield ages


def _events(redis: Redis) -> Iterator[Metric]:
    relayed = CounterMetricFamily(
        "copydesk_events_relayed", "Events that entered their stream in Redis.", labels=["stream"]
    )
    for name, stream in STREAMS.items():
        relayed.add_metric([name], _ever_added(redis, stream))
    yield relayed
    backlog = GaugeMetricFamily(
        "copydesk_webhook_backlog_events",
        "Events that an endpoint which is served has yet to take.",
        labels=["endpoint"],
    )
    endpoints: Any = redis.hkeys(ENDPOINTS)
    for endpoint in endpoints:
        waiting = _backlog(redis, endpoint.decode())
        if waiting is not None:
            backlog.add_metric([endpoint.decode()], waiting)
    yield backlog


def _ever_added(redis: Redis, stream: str) -> int:
    try:
        return int(redis.xinfo_stream(stream)["entries-added"])
    except ResponseError as error:
        if "no such key" in str(error):
            return 0
        raise


def _backlog(redis: Redis, endpoint: str) -> int | None:
    """None when no sender serves the endpoint: its URL was taken out of the settings, or no poller runs."""
    keys = backlog_keys(endpoint)
    if not redis.exists(keys.lease):
        return None
    waiting = redis.llen(keys.again)
    for name, stream in STREAMS.items():
        cursor: Any = redis.hget(keys.state, name) or b"0-0"
        oldest: Any = redis.xrange(stream, b"(" + cursor, count=1)
        newest: Any = redis.xrevrange(stream, count=1)
        if oldest and newest:  # events are numbered one by one
            waiting += int(newest[0][1][b"seq"]) - int(oldest[0][1][b"seq"]) + 1
    return waiting


def report_families(report: Mapping[str, Any]) -> Iterator[Metric]:
    """What only a service with a database can tell."""
    store = report["store"]
    yield _gauge("database_up", "Whether the database answers.", "away" not in store)
    if "away" not in store:
        yield _gauge("articles", "Articles stored.", store["articles"])
        held = GaugeMetricFamily(
            "copydesk_quarantine_articles", "Raw articles in quarantine, by the reason.", labels=["reason"]
        )
        for reason, count in store.get("quarantine", {}).items():
            held.add_metric([reason], count)
        yield held
    found = {problem["name"] for problem in report["problems"]}
    problem = GaugeMetricFamily("copydesk_problem", "1: copydesk status names this problem.", labels=["name"])
    for name in NAMES:
        problem.add_metric([name], name in found)
    yield problem


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"copydesk_{name}", says, value=value)


def _counter(name: str, says: str, value: float) -> Metric:
    return CounterMetricFamily(f"copydesk_{name}", says, value=value)

"""Prometheus metrics of a service, read from Redis and the database whenever somebody asks (decision 0146).

Served by the supervising process: children count in Redis, so that no process has numbers of its own to lose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily, Metric
from redis import Redis
from redis.exceptions import RedisError

from copydesk.health import Watched
from copydesk.probes import answering, open_server, probes
from copydesk.problems import NAMES, OF_BOUNDS, problems
from copydesk.readings import bounds_of, disks_of
from copydesk.redis_metrics import gauge, redis_families
from copydesk.stack import Reached, redis_client
from shared.logs import redact
from worker.settings import SettingsError

log = structlog.get_logger()

Report = Mapping[str, Any]
ReadReport = Callable[[], Report]
"""Reads what `copydesk status` reports. Raises RedisError."""


class Exporter:
    """What is true at the moment of the scrape. ``read_report`` is None in a service that has no database."""

    def __init__(self, redis: Redis, reached: Reached, read_report: ReadReport | None = None) -> None:
        self._redis = redis
        self._watched = reached.watched
        self._read_report = read_report

    def collect(self) -> Iterator[Metric]:
        """While Redis is away `copydesk_redis_up`, as 0, and the disks: what nobody can read is absent, not 0."""
        up, complete = True, True
        found: list[Metric] = []
        try:
            found += redis_families(self._redis)
            found += self._report_families()
        except (RedisError, OSError) as error:
            log.warning("metrics.redis_away", reason=redact(str(error)))
            up, complete, found = False, False, [*disk_families(disks_of(self._watched))]
        except Exception:
            log.exception("metrics.defect")  # an answer with what is known is worth more than an error 500
            complete = False
        yield gauge("redis_up", "Whether Redis answers.", up)
        yield gauge("scrape_complete", "Whether this service could read all that it tells.", complete)
        yield from found

    def _report_families(self) -> Iterator[Metric]:
        if self._read_report is None:
            report: Report = bounds_of(self._redis, self._watched)
            yield problem_family(OF_BOUNDS, problems(report, OF_BOUNDS))
        else:
            report = self._read_report()
            yield problem_family(NAMES, report["problems"])
            yield from store_families(report["store"])
        yield from disk_families(report["disks"])
        yield from server_families(report["redis"])


@contextmanager
def exporting(
    reached: Reached, watched: Sequence[Watched] = (), *, host: str, port: int, database: bool
) -> Iterator[None]:
    """Answers scrapes, and probes for the health of ``watched``, at ``host``:``port`` while this is open.

    ``database``: whether this service may ask the database too. Raises SettingsError when the port cannot be had.
    """
    registry = CollectorRegistry()
    registry.register(Exporter(redis_client(reached.redis_url), reached, _report_of(reached) if database else None))
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


def store_families(store: Report) -> Iterator[Metric]:
    """What only a service with a database can tell. Of one that is away, or has another schema, only that."""
    yield gauge("database_up", "Whether the database answers.", "away" not in store)
    if "away" in store:
        return
    yield gauge("database_schema_current", "Whether the database has this release's schema.", "schema" not in store)
    if "schema" in store:
        return
    yield gauge("articles", "Articles stored.", store["articles"])
    held = GaugeMetricFamily(
        "copydesk_quarantine_articles", "Raw articles in quarantine, by the reason.", labels=["reason"]
    )
    for reason, count in store.get("quarantine", {}).items():
        held.add_metric([reason], count)
    yield held


def problem_family(judged: Iterable[str], found: Iterable[Mapping[str, str]]) -> Metric:
    """1 for each of ``found``, 0 for what else was ``judged``; what nobody can judge here is absent."""
    names = {problem["name"] for problem in found}
    family = GaugeMetricFamily("copydesk_problem", "1: copydesk status names this problem.", labels=["name"])
    for name in judged:
        family.add_metric([name], name in names)
    return family


def disk_families(disks: Mapping[str, Report]) -> Iterator[Metric]:
    """Of the folders to which this service itself writes."""
    free = GaugeMetricFamily("copydesk_disk_free_bytes", "Bytes free on the disk of a folder.", labels=["folder"])
    size = GaugeMetricFamily("copydesk_disk_size_bytes", "Bytes that the disk of a folder has.", labels=["folder"])
    for name, disk in disks.items():
        free.add_metric([name], disk["free_bytes"])
        size.add_metric([name], disk["total_bytes"])
    yield free
    yield size


def server_families(server: Report) -> Iterator[Metric]:
    """Of Redis itself, as far as it tells."""
    if server["used_bytes"] is not None:
        yield gauge("redis_memory_used_bytes", "Bytes of memory that Redis uses.", server["used_bytes"])
    if server["max_bytes"] is not None:
        yield gauge("redis_memory_max_bytes", "Bytes of memory at which Redis refuses writes.", server["max_bytes"])

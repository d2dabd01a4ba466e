"""What Redis knows, as Prometheus' metrics, by keys that the users of both services may read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from redis import Redis
from redis.exceptions import ResponseError

from copydesk.readings import inbox_bound, now_of, pollers_of, worker_of
from ingest.polling.leases import DOMAINS
from ingest.polling.poll_report import PollOutcome
from ingest.polling.pulse import FETCH_BOUNDS, FETCHES, POLLS, FetchKind
from ingest.seeding.receipts import REPORT_NAMES
from ingest.webhooks.journal import ENDPOINTS, STREAMS, TRIES, BacklogKeys, backlog_keys
from shared import routing
from worker.parse_times import PARSE_BOUNDS, PARSES


def redis_families(redis: Redis) -> Iterator[Metric]:
    """Raises RedisError."""
    now = now_of(redis)
    yield from _inbox(redis, now)
    yield from _ledger(redis)
    yield from _polling(redis, now)
    yield from _workers(redis, now)
    yield from _times(redis)
    yield from _events(redis)
    yield from _webhooks(redis)


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
    yield gauge("inbox_bytes", "Bytes that the inbox holds.", int(redis.get(routing.INBOX_BYTES) or 0))
    if bound := inbox_bound(redis):
        yield gauge("inbox_max_bytes", "Bytes at which polling pauses and seeding waits.", bound)


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
    yield gauge("poll_lag_seconds", "For how long the feed that waits longest has been due, 0: none is.", lag)
    polls = CounterMetricFamily("copydesk_polls", "Polls of feeds that ended, by their outcome.", labels=["outcome"])
    ended: Any = redis.hgetall(POLLS)
    for outcome in get_args(PollOutcome):
        polls.add_metric([outcome], int(ended.get(outcome.encode(), 0)))
    yield polls
    yield gauge("pollers", "Pollers that looked for due feeds within 45 s.", pollers_of(redis, now))


def _workers(redis: Redis, now: float) -> Iterator[Metric]:
    worker = worker_of(redis, now)
    yield gauge("workers_running", "Workers that sweep.", worker["running"])
    yield gauge("workers_consuming", "Workers that asked for work within 45 s.", worker["consuming"])
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


def _webhooks(redis: Redis) -> Iterator[Metric]:
    """Of the endpoints that a sender serves: one whose URL was taken out of the settings is told no more."""
    backlog = GaugeMetricFamily(
        "copydesk_webhook_backlog_events", "Events that an endpoint has yet to take.", labels=["endpoint"]
    )
    deliveries = CounterMetricFamily(
        "copydesk_webhook_deliveries", "Tries to call an endpoint, by how they ended.", labels=["endpoint", "outcome"]
    )
    endpoints: Any = redis.hkeys(ENDPOINTS)
    for endpoint in (name.decode() for name in endpoints):
        keys = backlog_keys(endpoint)
        if not redis.exists(keys.lease):
            continue
        backlog.add_metric([endpoint], _backlog(redis, keys))
        for outcome, tries in zip(TRIES, redis.hmget(keys.state, TRIES), strict=True):
            deliveries.add_metric([endpoint, outcome], int(tries or 0))
    yield backlog
    yield deliveries


def _times(redis: Redis) -> Iterator[Metric]:
    fetches: Any = redis.hgetall(FETCHES)
    fetch = HistogramMetricFamily(
        "copydesk_fetch_duration_seconds", "How long fetches took, whatever came of them.", labels=["kind"]
    )
    for kind in get_args(FetchKind):
        fetch.add_metric([kind], *_histogram(fetches, f"{kind}:", FETCH_BOUNDS))
    yield fetch
    parse = HistogramMetricFamily("copydesk_parse_duration_seconds", "How long articles took to parse.")
    parse.add_metric([], *_histogram(redis.hgetall(PARSES), "", PARSE_BOUNDS))
    yield parse


def _histogram(counts: Any, prefix: str, bounds: Sequence[float]) -> tuple[list[tuple[str, float]], float]:
    """Its buckets, each with all that are below it too, and the sum in seconds."""
    buckets, below = list[tuple[str, float]](), 0
    for field, bound in (*((f"{bound:g}", str(bound)) for bound in bounds), ("inf", "+Inf")):
        below += int(counts.get(f"{prefix}{field}".encode(), 0))
        buckets.append((bound, below))
    return buckets, int(counts.get(f"{prefix}microseconds".encode(), 0)) / 1e6


def _ever_added(redis: Redis, stream: str) -> int:
    try:
        return int(redis.xinfo_stream(stream)["entries-added"])
    except ResponseError as error:
        if "no such key" in str(error):
            return 0
        raise


def _backlog(redis: Redis, keys: BacklogKeys) -> int:
    waiting: Any = redis.llen(keys.again)
    for name, stream in STREAMS.items():
        cursor: Any = redis.hget(keys.state, name) or b"0-0"
        oldest: Any = redis.xrange(stream, b"(" + cursor, count=1)
        newest: Any = redis.xrevrange(stream, count=1)
        if oldest and newest:  # events are numbered one by one
            waiting += int(newest[0][1][b"seq"]) - int(oldest[0][1][b"seq"]) + 1
    return int(waiting)


def gauge(name: str, says: str, value: float) -> Metric:
    """``copydesk_`` + name, without labels."""
    return GaugeMetricFamily(f"copydesk_{name}", says, value=value)


def _counter(name: str, says: str, value: float) -> Metric:
    return CounterMetricFamily(f"copydesk_{name}", says, value=value)

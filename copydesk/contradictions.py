"""Settings that are each allowed and cannot hold together, with each other or with the machine. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from copydesk.doctor import Finding
from copydesk.problems import counted
from ingest.bootstrap import MEGABYTE
from ingest.feedlist.sources import FeedSource
from ingest.polling.schedule import INTERVAL_DEFAULT
from ingest.settings import IngestSettings
from ingest.web.politeness import registrable_domain
from shared.schema import BODY_COMPRESSED_BYTES_MAX
from worker.settings import WorkerSettings

FILES_A_FEED: Final = 2
FILES_BESIDE: Final = 100
"""2,100 open files at 1,000 feeds at once (decision 0143)."""

PROCESSES_A_PROCESSOR: Final = 4
INTERVAL_MINUTES: Final = round(INTERVAL_DEFAULT.total_seconds() / 60)
LARGEST_MB: Final = BODY_COMPRESSED_BYTES_MAX // MEGABYTE
"""A raw article may take so much, and its record a little more."""

DELIVERY_DAYS: Final = 1
"""So long a webhook that does not answer is tried again."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What this process may take. ``memory_bytes``: of the machine or the container, whichever is less."""

    open_files: int
    memory_bytes: int
    processors: int


def contradictions(ingest: IngestSettings, worker: WorkerSettings, machine: Machine) -> tuple[Finding, ...]:
    """One finding for each; a worker's settings count where one can run: embedded, or where a database is set."""
    found = [*_polling(ingest, machine), *_webhooks(ingest), *_events(ingest, worker), *_metrics(ingest)]
    if worker.database_url or not worker.redis_url:
        found += [*_keeping(worker), *_children(worker, machine)]
    return tuple(found)


def _polling(ingest: IngestSettings, machine: Machine) -> Iterator[Finding]:
    pause, in_all = ingest.page_pause_seconds, ingest.page_round_seconds
    if pause >= in_all:
        yield _warning(
            f"a poll gives its pages {in_all:g} s and waits {pause:g} s after each",
            "Raise COPYDESK_PAGE_ROUND_SECONDS, or lower COPYDESK_PAGE_PAUSE_SECONDS.",
        )
    files = FILES_A_FEED * ingest.poll_concurrency + FILES_BESIDE
    if files > machine.open_files:
        yield _warning(
            f"{ingest.poll_concurrency} feeds at once need {files:,} open files and {machine.open_files:,} are allowed",
            "Raise the limit (ulimit -n), or lower COPYDESK_POLL_CONCURRENCY.",
        )
    if ingest.inbox_max_mb <= LARGEST_MB:
        yield _warning(
            f"an inbox of {ingest.inbox_max_mb} MB has no room for a raw article of {LARGEST_MB} MB",
            "Raise COPYDESK_INBOX_MAX_MB.",
        )


def _webhooks(ingest: IngestSettings) -> Iterator[Finding]:
    if ingest.webhook_urls and not ingest.webhook_secret:
        yield Finding(
            level="error",
            found=f"{counted(len(ingest.webhook_urls), 'webhook')} and no secret: receivers cannot know who calls",
            remedy="Set COPYDESK_WEBHOOK_SECRET, or unset COPYDESK_WEBHOOK_URLS.",
        )
    for url in map(urlsplit, ingest.webhook_urls):
        port = url.port or (443 if url.scheme == "https" else 80)
        if port not in {80, 443, *ingest.fetch_allow_ports}:
            yield Finding(
                level="error",
                found=f"the webhook at {url.hostname} is on port {port}, which may not be asked: it is never called",
                remedy=f"Add {port} to COPYDESK_FETCH_ALLOW_PORTS.",
            )


def _events(ingest: IngestSettings, worker: WorkerSettings) -> Iterator[Finding]:
    if ingest.webhook_urls and 0 < worker.events_retention_days < DELIVERY_DAYS:
        yield _warning(
            f"events go after {worker.events_retention_days:g} days, and a webhook is tried for {DELIVERY_DAYS}",
            f"Set COPYDESK_EVENTS_RETENTION_DAYS to {DELIVERY_DAYS} or more.",
        )


def _metrics(ingest: IngestSettings) -> Iterator[Finding]:
    if "metrics_host" in ingest.model_fields_set and ingest.metrics_port is None:
        yield _warning("COPYDESK_METRICS_HOST is set and no port: nobody is answered", "Set COPYDESK_METRICS_PORT.")


def _keeping(worker: WorkerSettings) -> Iterator[Finding]:
    kept = worker.articles_retention_days
    if 0 < kept < worker.dedup_window_days:
        yield _warning(
            f"articles go after {kept:g} days, and copies are looked for over {worker.dedup_window_days:g}",
            "Lower COPYDESK_DEDUP_WINDOW_DAYS, or raise COPYDESK_ARTICLES_RETENTION_DAYS.",
        )
    raw = worker.raw_retention_days
    if kept and "raw_retention_days" in worker.model_fields_set and not 0 < raw <= kept:
        told = f"{raw:g} days" if raw else "ever"
        yield _warning(
            f"raw articles are to be kept for {told}, and go with their articles after {kept:g}",
            "Lower COPYDESK_RAW_RETENTION_DAYS, or raise COPYDESK_ARTICLES_RETENTION_DAYS.",
        )


def _children(worker: WorkerSettings, machine: Machine) -> Iterator[Finding]:
    most, there_are = worker.worker_memory_mb, machine.memory_bytes // MEGABYTE
    if most > there_are:
        yield _warning(
            f"one child may take {most} MB, and there are {there_are} MB: a page that is too hard ends the worker",
            "Lower COPYDESK_WORKER_MEMORY_MB, or give the worker more memory.",
        )
    if worker.worker_processes > PROCESSES_A_PROCESSOR * machine.processors:
        yield _warning(
            f"{worker.worker_processes} children share {counted(machine.processors, 'processor')} and only take memory",
            "Lower COPYDESK_WORKER_PROCESSES.",
        )


def crowded_domain(feeds: Iterable[FeedSource], *, pause_seconds: float) -> Finding | None:
    """The domain whose feeds cannot all be asked, one after the other, before the first of them is due again."""
    by_domain: dict[str, list[FeedSource]] = {}
    for feed in feeds:
        if feed.enabled:
            by_domain.setdefault(registrable_domain(feed.url), []).append(feed)
    rounds = Counter({domain: len(listed) * pause_seconds for domain, listed in by_domain.items()})
    for domain, seconds in rounds.most_common():
        within = min(feed.interval_minutes or INTERVAL_MINUTES for feed in by_domain[domain])
        if seconds > within * 60:
            return _warning(
                f"{counted(len(by_domain[domain]), 'feed')} of {domain} take {seconds / 60:.0f} minutes to be asked, "
                f"and are due after {within}",
                "List fewer of them, or lower COPYDESK_HOST_PAUSE_SECONDS where its publisher is content with it.",
            )
    return None


def _warning(found: str, remedy: str) -> Finding:
    return Finding(level="warning", found=found, remedy=remedy)

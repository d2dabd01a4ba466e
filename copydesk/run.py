"""`copydesk run`: broker, worker, poller and database on one machine, until Ctrl-C or, with --once, until done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from copydesk.health import Watched
from copydesk.readings import inbox_of
from copydesk.services import metrics, own_poller, stopping
from copydesk.stack import Reached, exclusive_stack, poller_supervisor, redis_client, worker_name
from copydesk.supervisor import Supervisor
from ingest.poll_command import feeds_file, poll_once, void_leases
from ingest.seed_command import SeedRequest, run_seed
from ingest.seeding.receipts import SeedReport
from ingest.settings import load_settings
from worker.storage import reading
from worker.storage.engine import make_engine

Say = Callable[[str], None]

NO_FEEDS = "There is no feed list yet, so nothing is polled (copydesk feeds add URL makes one)."
SAY_EVERY_SECONDS = 5.0
DRAIN_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What was asked for on the command line."""

    feeds: Path | None
    seeds: tuple[str, ...]
    once: bool
    data: Path | None


def run_all(request: RunRequest, *, say: Say) -> int:
    """Answers the exit code: 1 when something was refused or quarantined in this run, else 0."""
    feeds = feeds_file(request.feeds, data=request.data)
    with exclusive_stack(request.data, say=say) as reached:
        if reached.folder:
            void_leases(reached.redis_url)  # a killed run's would keep its feeds from us for half a minute
        if request.once:
            return _once(request, feeds, reached, say)
        return _until_stopped(request, feeds, reached, say)


def _once(request: RunRequest, feeds: Path | None, reached: Reached, say: Say) -> int:
    began, before = time.monotonic(), _totals(reached)
    report = _seed(request, reached, say)
    polled = asyncio.run(poll_once(feeds, redis_url=reached.redis_url, data=request.data, say=say)) if feeds else []
    _wait_until_settled(redis_client(reached.redis_url), say=say)
    after = _totals(reached)
    counts = {name: after[name] - before[name] for name in after} | {"refused": report.refused}
    if not feeds and not request.seeds:
        say(NO_FEEDS)
    if polled:
        failed = sum(each.outcome == "failed" for each in polled)
        say(f"feeds: {len(polled) - failed} polled, {failed} could not be polled")
    say(" · ".join(f"{name} {count}" for name, count in counts.items()) + f" in {time.monotonic() - began:.1f} s")
    say(f"Read them: copydesk articles{_data_option(reached)}")
    return 1 if counts["refused"] or counts["quarantined"] else 0


def _until_stopped(request: RunRequest, feeds: Path | None, reached: Reached, say: Say) -> int:
    watched = [Watched("worker", worker_name(reached)), *([own_poller()] if _polls(feeds) else [])]
    with metrics(reached, watched, database=True), _poller(feeds, reached, say=say) as poller:
        report = _seed(request, reached, say)
        if request.seeds:
            say(report.line())
        with stopping(poller):
            say(f"Running{f' on {reached.folder.path}' if reached.folder else ''}; Ctrl-C stops it.")
            poller.wait()
            say("Stopping; what is being worked on is finished first.")
    return 0


@contextmanager
def _poller(feeds: Path | None, reached: Reached, *, say: Say) -> Iterator[Supervisor]:
    supervisor = poller_supervisor(feeds, reached, say=say)
    if _polls(feeds):
        supervisor.start()
    else:
        say(NO_FEEDS)
    try:
        yield supervisor
    finally:
        supervisor.stop()


def _polls(feeds: Path | None) -> bool:
    return bool(feeds or load_settings(data=None).webhook_urls)


def _seed(request: RunRequest, reached: Reached, say: Say) -> SeedReport:
    if not request.seeds:
        return SeedReport()
    return run_seed(SeedRequest(paths=request.seeds), redis_url=reached.redis_url, data=request.data, say=say)


def _totals(reached: Reached) -> dict[str, int]:
    engine = make_engine(reached.database_url)
    try:
        return reading.totals(engine)
    finally:
        engine.dispose()


def _wait_until_settled(redis: Redis, *, say: Say) -> None:
    said_at = time.monotonic()
    while (inbox := inbox_of(redis))["waiting"] or inbox["claimed"]:
        if time.monotonic() - said_at > SAY_EVERY_SECONDS:
            said_at = time.monotonic()
            say(f"{int(inbox['waiting'] + inbox['claimed'])} still to be settled")
        time.sleep(DRAIN_SECONDS)


def _data_option(reached: Reached) -> str:
    return f" --data {reached.folder.path}" if reached.folder else ""

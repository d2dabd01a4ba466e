"""What is wrong, in words and with the remedy, told from a report of `copydesk status`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from worker.reason_words import in_words

Report = Mapping[str, Any]

STALLED_SECONDS: Final = 60
"""So long may an article wait without a worker that asks for it: a worker starts in a few seconds."""

FULL: Final = 0.95
CLOCK_SECONDS: Final = 5.0
DISK_FREE_SHARE: Final = 0.05
DISK_FREE_BYTES: Final = 1_000_000_000


def problems(report: Report, names: Iterable[str] | None = None) -> list[dict[str, str]]:
    """``name`` for machines, ``says`` for people; the gravest first. ``names``: look for these alone."""
    sought = NAMES if names is None else names
    return [{"name": name, "says": says} for name in sought for says in _CHECKS[name](report)]


def _database(report: Report) -> Iterator[str]:
    if why := report["store"].get("away"):
        yield f"The database cannot be reached ({why}): start it, or correct COPYDESK_DATABASE_URL."
    elif until := report["store"].get("held_until"):
        yield f"The database was away when a worker asked last; workers try again at {until[11:19]} UTC by themselves."


def _schema(report: Report) -> Iterator[str]:
    if why := report["store"].get("schema"):
        yield f"Nothing is stored: {why}."


def _worker(report: Report) -> Iterator[str]:
    inbox, worker = report["inbox"], report["worker"]
    if not inbox["waiting"] or worker["consuming"]:
        return
    if not worker["running"]:
        yield "Something waits and no worker runs: copydesk run, or copydesk work in a deployment."
    elif inbox["oldest_seconds"] > STALLED_SECONDS and "held_until" not in report["store"]:
        yield (
            f"{counted(inbox['waiting'], 'raw article')} wait, and no worker has asked for work for 45 s: it is "
            "started anew by itself; its log says why."
        )


def _inbox_full(report: Report) -> Iterator[str]:
    held, bound = report["inbox"]["bytes"], report["limits"]["inbox_bytes"]
    if bound and held >= FULL * bound:
        yield (
            f"The inbox is full ({bound / 1e6:.0f} MB): polling pauses and seeding waits. Start more workers, or raise "
            "COPYDESK_INBOX_MAX_MB."
        )


def _ledger(report: Report) -> Iterator[str]:
    balance = report["balance"]
    if lost := balance["difference"]:
        yield (
            f"{counted(abs(lost), 'raw article')} left the inbox without being settled: something else removed keys "
            "from this Redis. Set its maxmemory-policy to noeviction; hand in again what was seeded."
        )
    if lost := balance["unrecorded"]:
        yield (
            f"The database does not know {lost} of the {balance['looked_up']} raw articles settled last: it is an "
            "older copy, or another one. Hand in again what was seeded since that copy was made."
        )


def _clock(report: Report) -> Iterator[str]:
    ahead = report["redis"]["clock_ahead_seconds"]
    if abs(ahead) >= CLOCK_SECONDS:
        way = "ahead of" if ahead > 0 else "behind"
        yield f"This machine's clock is {abs(ahead):.0f} s {way} the broker's: let both be set by NTP."


def _polls(report: Report) -> Iterator[str]:
    feeds = report["feeds"]
    if not feeds["late"]:
        return
    late = f"{counted(feeds['late'], 'feed')} {_is(feeds['late'])} more than 15 minutes late"
    if feeds["pollers"]:
        yield f"{late}: start another poller, or raise COPYDESK_POLL_CONCURRENCY."
    else:
        yield f"{late}, and no poller runs: copydesk run, or copydesk poll in a deployment."


def _failing(report: Report) -> Iterator[str]:
    if failing := report["feeds"]["failing"]:
        yield f"{counted(failing, 'feed')} cannot be polled; copydesk feeds list says why."


def _quarantine(report: Report) -> Iterator[str]:
    if reasons := report["store"].get("quarantine"):
        named = ", ".join(f"{count} {in_words(reason)}" for reason, count in reasons.items())
        held = counted(sum(reasons.values()), "raw article")
        yield f"{held} in quarantine ({named}): copydesk quarantine list says why, quarantine replay tries again."


def _disk(report: Report) -> Iterator[str]:
    for disk in report["disks"].values():
        if disk["free_bytes"] < max(DISK_FREE_BYTES, DISK_FREE_SHARE * disk["total_bytes"]):
            yield (
                f"The disk of {disk['path']} has {disk['free_bytes'] / 1e9:.1f} GB left: make room, or keep less "
                "(COPYDESK_RAW_RETENTION_DAYS; docs/operating.md, Retention)."
            )


def _redis_disk(report: Report) -> Iterator[str]:
    if report["redis"]["writes_its_file"] is False:
        yield "The broker cannot write its file, and refuses what comes in: make room on its disk; its log says why."


def _redis_memory(report: Report) -> Iterator[str]:
    redis = report["redis"]
    if not redis["max_bytes"]:
        return
    if redis["eviction"] not in (None, "noeviction"):
        yield (
            f"The broker's maxmemory-policy is {redis['eviction']}: it may throw away what was accepted. Set it to "
            "noeviction."
        )
    if redis["used_bytes"] >= FULL * redis["max_bytes"]:
        yield "The broker's memory is full: raise its maxmemory, or start more workers."


_CHECKS: Final[Mapping[str, Callable[[Report], Iterator[str]]]] = {
    "database_away": _database,
    "database_schema": _schema,
    "no_worker": _worker,
    "inbox_full": _inbox_full,
    "ledger": _ledger,
    "disk_nearly_full": _disk,
    "redis_disk": _redis_disk,
    "redis_memory": _redis_memory,
    "clock": _clock,
    "polls_late": _polls,
    "feeds_failing": _failing,
    "quarantine": _quarantine,
}

NAMES: Final = tuple(_CHECKS)

OF_BOUNDS: Final = ("inbox_full", "disk_nearly_full", "redis_disk", "redis_memory", "clock")
"""Those for which a report needs neither the database nor what lies in the inbox (readings.bounds_of)."""


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """``1 article``, ``2 articles``, ``2 stories``."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"

"""What is wrong with a deployment or a data folder, told from what was read of it by `copydesk doctor`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from copydesk.problems import CLOCK_SECONDS, DISK_FREE_BYTES, DISK_FREE_SHARE, counted

Level = Literal["ok", "skipped", "warning", "error"]

REDIS_FIXED: Final = (8, 6, 3)
"""The first Redis without CVE-2026-23479."""

INBOX_SHARE: Final = 0.5
"""Of maxmemory; the rest is for queues, receipts, events, feeds' states and for rewriting the append-only file."""

CONNECTIONS_A_CHILD: Final = 2
"""One and a spare (worker.storage.engine)."""

CONNECTIONS_A_SUPERVISOR: Final = 4
"""Its relay, its purge, a scrape and a probe."""

CONNECTIONS_RESERVED: Final = 3
"""PostgreSQL keeps so many for superusers."""

NOT_READ: Final = "not checked: Redis was not read"
NO_INFO: Final = "not checked: this Redis keeps INFO to itself"


@dataclass(frozen=True, kw_only=True)
class RedisReading:
    """``info``: what INFO answers; None where it is refused. ``ahead``: this machine's clock minus Redis', seconds."""

    url: str
    info: Mapping[str, Any] | None
    ahead: float
    inbox_bytes: int
    """The most that the inbox may hold."""
    running: int
    consuming: int
    appendfsync: str | None
    """None where this user may not ask for it."""
    idle: bool
    """The broker was opened for this look alone: no worker can be there."""


@dataclass(frozen=True, kw_only=True)
class DatabaseReading:
    """``schema``: None without tables. ``ahead``: this machine's clock minus the database's; None: it has no own.

    ``connections_max``: as the server has it, None where there is no server; ``processes``: children of a worker.
    """

    url: str
    schema: str | None
    ahead: float | None
    connections_max: int | None = None
    processes: int = 1


@dataclass(frozen=True, kw_only=True)
class Away:
    """A service that was asked and did not answer; ``why`` is a sentence with the remedy."""

    why: str


@dataclass(frozen=True, kw_only=True)
class Disk:
    """Of the data folder."""

    path: str
    free_bytes: int
    total_bytes: int


@dataclass(frozen=True, kw_only=True)
class Readings:
    """``database``: None where no database is set (ingest). ``feeds``: how many; a sentence when the list cannot be
    read; None without a list. ``crowded``: of that list. ``settings_wrong``: why ingest's settings cannot be used."""

    embedded: bool
    schemas: tuple[str, ...]
    """Of all releases, this one's last."""
    redis: RedisReading | Away
    database: DatabaseReading | Away | None
    disk: Disk | None
    feeds: int | str | None
    feeds_file: str
    crowded: Finding | None
    contradictions: tuple[Finding, ...]
    settings_wrong: str | None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``found``: what was seen; ``remedy``: what to do, empty where nothing is."""

    level: Level
    found: str
    remedy: str = ""


def diagnose(readings: Readings) -> dict[str, Finding]:
    """One finding for each check, by its name."""
    return {name: check(readings) for name, check in _CHECKS.items()}


def exit_code(findings: Mapping[str, Finding]) -> int:
    """DESIGN.md 1: 3 for a service that is away or has another schema, 1 for any other error, else 0."""
    wrong = {name for name, finding in findings.items() if finding.level == "error"}
    if wrong & {"redis", "database", "schema"}:
        return 3
    return 1 if wrong else 0


def _settings(readings: Readings) -> Finding:
    if readings.settings_wrong:
        return Finding(level="error", found=readings.settings_wrong, remedy="Correct it.")
    found = readings.contradictions
    if not found:
        return Finding(level="ok", found="they do not contradict each other")
    return Finding(
        level="error" if any(each.level == "error" for each in found) else "warning",
        found="; ".join(each.found for each in found),
        remedy=" ".join(each.remedy for each in found),
    )


def _redis(readings: Readings) -> Finding:
    if isinstance(readings.redis, Away):
        return Finding(level="error", found=readings.redis.why)
    return Finding(level="ok", found=f"answers at {readings.redis.url}")


def _redis_version(readings: Readings) -> Finding:
    info = _info(readings)
    if isinstance(info, Finding):
        return info
    if info.get("server_name") == "valkey":
        found = f"Valkey {info.get('valkey_version', '')}: another product, with advisories of its own"
        return Finding(level="ok", found=found)
    version = str(info.get("redis_version", ""))
    if _numbers(version) >= REDIS_FIXED:
        return Finding(level="ok", found=f"Redis {version}")
    return Finding(
        level="warning",
        found=f"Redis {version or 'of an unknown version'}: below 8.6.3, CVE-2026-23479",
        remedy="Upgrade Redis to 8.6.3 or later.",
    )


def _persistence(readings: Readings) -> Finding:
    info = _info(readings)
    if isinstance(info, Finding):
        return info
    if not info.get("aof_enabled"):
        return Finding(
            level="error",
            found="Redis keeps no append-only file: its restart loses what was accepted",
            remedy="Set appendonly to yes.",
        )
    if info.get("aof_last_write_status", "ok") != "ok":
        return Finding(
            level="error",
            found="Redis could not write its append-only file",
            remedy="Make room on its disk; its log says why.",
        )
    if info.get("aof_last_bgrewrite_status", "ok") != "ok":
        return Finding(
            level="warning",
            found="Redis could not rewrite its append-only file, which grows without an end",
            remedy="Give it memory and disk for twice its data; its log says why.",
        )
    assert isinstance(readings.redis, RedisReading)
    if readings.redis.appendfsync == "no":
        return Finding(
            level="warning",
            found="append-only file, forced to disk when the system likes: loss of power may cost half a minute",
            remedy="Set appendfsync to everysec, or to always.",
        )
    return Finding(level="ok", found=f"append-only file{_FSYNC.get(readings.redis.appendfsync or '', '')}")


_FSYNC: Final = {
    "everysec": ", forced to disk every second: that second is what loss of power costs",
    "always": ", forced to disk with every write",
}


def _eviction(readings: Readings) -> Finding:
    info = _info(readings)
    if isinstance(info, Finding):
        return info
    policy = info.get("maxmemory_policy")
    if policy == "noeviction":
        return Finding(level="ok", found="noeviction")
    bounded = bool(info.get("maxmemory"))
    does = "throws" if bounded else "would, with a maxmemory, throw"
    return Finding(
        level="error" if bounded else "warning",
        found=f"maxmemory-policy is {policy}: Redis {does} away what was accepted",
        remedy="Set maxmemory-policy to noeviction.",
    )


def _memory(readings: Readings) -> Finding:
    info = _info(readings)
    if isinstance(info, Finding):
        return info
    assert isinstance(readings.redis, RedisReading)
    inbox, most = readings.redis.inbox_bytes, int(info.get("maxmemory") or 0)
    if not most:
        return Finding(level="ok", found=f"Redis has no maxmemory; the inbox holds at most {_mb(inbox)}")
    found = f"the inbox may hold {_mb(inbox)} of Redis' {_mb(most)}"
    if inbox <= INBOX_SHARE * most:
        return Finding(level="ok", found=found)
    return Finding(
        level="warning",
        found=f"{found}: more than half, Redis can be full before the inbox is",
        remedy=f"Set maxmemory to {_mb(inbox / INBOX_SHARE)} or more, or lower COPYDESK_INBOX_MAX_MB.",
    )


def _database(readings: Readings) -> Finding:
    if readings.database is None:
        return Finding(level="skipped", found="not checked: no COPYDESK_DATABASE_URL here; ask where the worker runs")
    if isinstance(readings.database, Away):
        return Finding(level="error", found=readings.database.why)
    if readings.embedded and readings.database.schema is None:
        return Finding(level="ok", found=f"is made at {readings.database.url} when it is needed")
    return _connections(readings, readings.database) or Finding(level="ok", found=f"answers at {readings.database.url}")


def _connections(readings: Readings, database: DatabaseReading) -> Finding | None:
    if database.connections_max is None or not isinstance(readings.redis, RedisReading):
        return None
    workers = readings.redis.running
    wanted = workers * (database.processes * CONNECTIONS_A_CHILD + CONNECTIONS_A_SUPERVISOR) + CONNECTIONS_RESERVED
    if wanted <= database.connections_max:
        return None
    return Finding(
        level="warning",
        found=f"{counted(workers, 'worker')} of {counted(database.processes, 'child', 'children')} may open {wanted} "
        f"connections, and the database takes {database.connections_max}",
        remedy="Raise its max_connections, or lower COPYDESK_WORKER_PROCESSES.",
    )


def _schema(readings: Readings) -> Finding:
    database, needed = readings.database, readings.schemas[-1]
    if not isinstance(database, DatabaseReading):
        return Finding(level="skipped", found="not checked: the database was not read")
    if database.schema == needed:
        return Finding(level="ok", found=needed)
    if database.schema is not None and database.schema not in readings.schemas:
        return Finding(
            level="error", found=f"{database.schema}, made by a newer release", remedy="Upgrade Copydesk on this host."
        )
    found = "no tables yet" if database.schema is None else f"{database.schema}, this release needs {needed}"
    if readings.embedded:  # whoever starts a stack on a data folder migrates it
        return Finding(level="ok", found=f"{found}; the next copydesk run or seed sees to it")
    return Finding(level="error", found=found, remedy="Run copydesk migrate.")


def _clock(readings: Readings) -> Finding:
    others = {
        name: other.ahead
        for name, other in (("Redis", readings.redis), ("the database", readings.database))
        if isinstance(other, RedisReading | DatabaseReading) and other.ahead is not None
    }
    if not others:
        return Finding(level="skipped", found="not checked: there is no other clock to compare with")
    told = " and ".join(
        f"{abs(ahead):.1f} s {'ahead of' if ahead >= 0 else 'behind'} {name}" for name, ahead in others.items()
    )
    if max(map(abs, others.values())) < CLOCK_SECONDS:
        return Finding(level="ok", found=f"this machine's is {told}")
    return Finding(level="error", found=f"this machine's is {told}", remedy="Let all be set by NTP.")


def _disk(readings: Readings) -> Finding:
    disk = readings.disk
    if disk is None:
        return Finding(level="skipped", found="not checked: there is no data folder here")
    found = f"{disk.free_bytes / 1e9:.1f} GB free at {disk.path}"
    if disk.free_bytes >= max(DISK_FREE_BYTES, DISK_FREE_SHARE * disk.total_bytes):
        return Finding(level="ok", found=found)
    return Finding(level="error", found=found, remedy="Make room, or keep less (COPYDESK_RAW_RETENTION_DAYS).")


def _feeds(readings: Readings) -> Finding:
    match readings.feeds:
        case None:
            return Finding(level="skipped", found=f"not checked: there is no {readings.feeds_file}")
        case str(why):
            return Finding(level="error", found=why, remedy="Correct it; copydesk feeds check tries it.")
        case count:
            listed = f"{counted(count, 'feed')} in {readings.feeds_file}"
            return readings.crowded or Finding(level="ok", found=listed)


def _worker(readings: Readings) -> Finding:
    redis = readings.redis
    if isinstance(redis, Away):
        return Finding(level="skipped", found=NOT_READ)
    if redis.idle:
        return Finding(level="skipped", found="not checked: nothing runs on this data folder (copydesk run)")
    if not redis.running:
        if readings.embedded:
            return Finding(level="warning", found="none runs", remedy="Stop what runs and start copydesk run.")
        return Finding(level="error", found="none runs", remedy="Start copydesk work.")
    found = f"{redis.consuming} of {redis.running} asked for work within 45 s"
    if redis.consuming == redis.running:
        return Finding(level="ok", found=found)
    return Finding(
        level="warning" if redis.consuming else "error",
        found=found,
        remedy="It is started anew by itself; its log says why.",
    )


def _info(readings: Readings) -> Mapping[str, Any] | Finding:
    if isinstance(readings.redis, Away):
        return Finding(level="skipped", found=NOT_READ)
    return Finding(level="skipped", found=NO_INFO) if readings.redis.info is None else readings.redis.info


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split(".") if part.isdigit())


def _mb(count: float) -> str:
    return f"{count / 1e6:.0f} MB"


_CHECKS: Final[Mapping[str, Callable[[Readings], Finding]]] = {
    "settings": _settings,
    "redis": _redis,
    "redis_version": _redis_version,
    "persistence": _persistence,
    "eviction": _eviction,
    "memory": _memory,
    "database": _database,
    "schema": _schema,
    "clock": _clock,
    "disk": _disk,
    "feeds": _feeds,
    "worker": _worker,
}

NAMES: Final = tuple(_CHECKS)

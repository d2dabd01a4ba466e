"""`copydesk doctor`: reads what there is to read of a deployment or a data folder, and prints what doctor.py finds."""

from __future__ import annotations

import json
import os
import resource
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import text

from copydesk import readings as read
from copydesk.contradictions import Machine, contradictions, crowded_domain
from copydesk.datafolder import DataFolderError
from copydesk.doctor import Away, DatabaseReading, Disk, Finding, Readings, RedisReading, diagnose, exit_code
from copydesk.embedded import BrokerError
from copydesk.stack import Reached, UnreachableError, broker, redis_client
from ingest.bootstrap import MEGABYTE
from ingest.feedlist.sources import FeedSource, SourcesError, read_feed_list
from ingest.settings import IngestSettings
from ingest.settings import SettingsError as IngestSettingsError
from ingest.settings import load_settings as load_ingest_settings
from shared.logs import printable, redact
from worker.settings import WorkerSettings, load_settings
from worker.storage.engine import make_engine
from worker.storage.errors import DatabaseAwayError, translated
from worker.storage.migrations import current_schema
from worker.storage.tables import SCHEMA_HISTORY


def print_findings(data: Path | None, *, as_json: bool, feeds: Path | None = None) -> int:
    """Answers the exit code. Raises SettingsError when it is not even known what to ask."""
    findings = diagnose(examine(data, feeds))
    if as_json:
        report = {"exit_code": exit_code(findings), "checks": {name: asdict(each) for name, each in findings.items()}}
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        for name, finding in findings.items():
            typer.echo(printable(_line(name, finding)))
    return exit_code(findings)


def _line(name: str, finding: Finding) -> str:
    found = finding.found.rstrip(".")
    return f"{finding.level:8} {name.replace('_', ' '):14} {found}.{f' {finding.remedy}' if finding.remedy else ''}"


def examine(data: Path | None, feeds: Path | None = None) -> Readings:
    """Opens the data folder's broker for as long as it needs when nothing runs.

    ``feeds``: the list that `poll` is given; else the data folder's. Raises SettingsError.
    """
    settings = load_settings(data=data)
    ingest, wrong = _ingest_settings(data)
    feeds_file = feeds or settings.data.expanduser() / "feeds.toml"
    listed = _feeds(feeds_file, named=feeds is not None)
    return Readings(
        embedded=settings.redis_url is None,
        schemas=SCHEMA_HISTORY,
        redis=_redis(data, ingest),
        database=_database(settings),
        disk=_disk(settings.data.expanduser()),
        feeds=len(listed) if isinstance(listed, tuple) else listed,
        feeds_file=str(feeds_file),
        crowded=crowded_domain(listed, pause_seconds=ingest.host_pause_seconds)
        if ingest and isinstance(listed, tuple)
        else None,
        contradictions=contradictions(ingest, settings, machine()) if ingest else (),
        settings_wrong=wrong,
    )


def _ingest_settings(data: Path | None) -> tuple[IngestSettings | None, str | None]:
    try:
        return load_ingest_settings(data=data), None
    except IngestSettingsError as error:
        return None, str(error)


def _redis(data: Path | None, ingest: IngestSettings | None) -> RedisReading | Away:
    try:
        with broker(data) as reached:
            return _read_redis(reached, ingest)
    except (UnreachableError, BrokerError, DataFolderError, RedisError) as error:
        return Away(why=redact(str(error)))


def _read_redis(reached: Reached, ingest: IngestSettings | None) -> RedisReading:
    redis = redis_client(reached.redis_url)
    now = read.now_of(redis)
    ahead = time.time() - now
    worker = read.worker_of(redis, now)
    return RedisReading(
        url=redact(reached.redis_url),
        info=_info(redis),
        ahead=ahead,
        inbox_bytes=_inbox_bytes(redis, ingest),
        appendfsync=_appendfsync(redis),
        running=worker["running"],
        consuming=worker["consuming"],
        idle=reached.folder is not None and reached.owned,
    )


def _info(redis: Redis) -> dict[str, Any] | None:
    try:
        found: Any = redis.info()
    except ResponseError:  # a service that keeps INFO to itself
        return None
    return dict(found)


def _appendfsync(redis: Redis) -> str | None:
    """Whoever is a user of its own may not ask, and its asking would stand in Redis' log of what was refused."""
    if redis.get_connection_kwargs().get("username") not in {None, "default", "admin"}:
        return None
    try:
        found: Any = redis.config_get("appendfsync")
    except ResponseError:
        return None
    return {_text(name): _text(value) for name, value in found.items()}.get("appendfsync")


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _inbox_bytes(redis: Redis, ingest: IngestSettings | None) -> int:
    """As set here; a worker is not told, so else as whoever accepted last was told."""
    told = read.inbox_bound(redis)
    if ingest and ("inbox_max_mb" in ingest.model_fields_set or told is None):
        return ingest.inbox_max_mb * MEGABYTE
    return told or 0


def _database(settings: WorkerSettings) -> DatabaseReading | Away | None:
    url = settings.effective_database_url
    file = settings.data.expanduser() / "copydesk.db"
    if settings.database_url is None and not file.exists():  # a look makes no database
        return DatabaseReading(url=redact(url), schema=None, ahead=None) if settings.redis_url is None else None
    engine = make_engine(url)
    try:
        schema = current_schema(engine)
        if engine.dialect.name == "sqlite":
            return DatabaseReading(url=redact(url), schema=schema, ahead=None)
        with translated(), engine.connect() as connection:
            now = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
            ahead = time.time() - now
            most = int(connection.execute(text("SHOW max_connections")).scalar_one())
        return DatabaseReading(
            url=redact(url),
            schema=schema,
            ahead=ahead,
            connections_max=most,
            processes=settings.worker_processes,
        )
    except DatabaseAwayError as error:
        return Away(why=str(error))
    finally:
        engine.dispose()


def _disk(folder: Path) -> Disk | None:
    if not folder.exists():
        return None
    usage = shutil.disk_usage(folder)
    return Disk(path=str(folder), free_bytes=usage.free, total_bytes=usage.total)


def _feeds(path: Path, *, named: bool) -> tuple[FeedSource, ...] | str | None:
    if not named and not path.exists():
        return None
    try:
        return tuple(read_feed_list(path).feeds)
    except SourcesError as error:
        return str(error)


def machine() -> Machine:
    """What this process may take."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        memory_bytes=min([memory, *_container_memory()]),
        processors=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    )


def _container_memory() -> Iterator[int]:
    """The limit of our control group, where there is one (cgroups v2, v1)."""
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            found = Path(path).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if found.isdigit():
            yield int(found)

"""`copydesk doctor`: reads what there is to read of a deployment or a data folder, and prints what doctor.py finds."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import text

from copydesk import readings as read
from copydesk.datafolder import DataFolderError
from copydesk.doctor import Away, DatabaseReading, Disk, Finding, Readings, RedisReading, diagnose, exit_code
from copydesk.embedded import BrokerError
from copydesk.stack import Reached, UnreachableError, broker, redis_client
from ingest.bootstrap import MEGABYTE
from ingest.feedlist.sources import SourcesError, read_feed_list
from ingest.settings import IngestSettings
from ingest.settings import SettingsError as IngestSettingsError
from ingest.settings import load_settings as load_ingest_settings
from shared.logs import printable, redact
from worker.settings import WorkerSettings, load_settings
from worker.storage.engine import make_engine
from worker.storage.errors import DatabaseAwayError, translated
from worker.storage.migrations import current_schema
from worker.storage.tables import SCHEMA_HISTORY


def print_findings(data: Path | None, *, as_json: bool) -> int:
    """Answers the exit code. Raises SettingsError when it is not even known what to ask."""
    findings = diagnose(examine(data))
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


def examine(data: Path | None) -> Readings:
    """Opens the data folder's broker for as long as it needs when nothing runs. Raises SettingsError."""
    settings = load_settings(data=data)
    ingest, wrong = _ingest_settings(data)
    return Readings(
        embedded=settings.redis_url is None,
        schemas=SCHEMA_HISTORY,
        redis=_redis(data, ingest),
        database=_database(settings),
        disk=_disk(settings.data.expanduser()),
        feeds=_feeds(settings.data.expanduser() / "feeds.toml"),
        feeds_file=str(settings.data.expanduser() / "feeds.toml"),
        webhooks=len(ingest.webhook_urls) if ingest else 0,
        webhook_secret=bool(ingest and ingest.webhook_secret),
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
            return DatabaseReading(url=redact(url), schema=schema, ahead=time.time() - now)
    except DatabaseAwayError as error:
        return Away(why=str(error))
    finally:
        engine.dispose()


def _disk(folder: Path) -> Disk | None:
    if not folder.exists():
        return None
    usage = shutil.disk_usage(folder)
    return Disk(path=str(folder), free_bytes=usage.free, total_bytes=usage.total)


def _feeds(path: Path) -> int | str | None:
    if not path.exists():
        return None
    try:
        return len(read_feed_list(path).feeds)
    except SourcesError as error:
        return str(error)

"""`copydesk status`: what waits, what works, what is stored, whether the ledger balances, what is wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import typer
from sqlalchemy import Engine

from copydesk import readings
from copydesk.problems import counted, problems
from copydesk.stack import Reached, broker, redis_client
from shared import routing
from shared.logs import printable, redact
from worker.storage import quarantine, reading
from worker.storage.engine import make_engine
from worker.storage.errors import DatabaseAwayError, SchemaMismatchError
from worker.storage.ledger import unrecorded
from worker.storage.migrations import check_schema, current_schema

OUTCOMES: Final = ("stored", "revised", "copies", "duplicates", "quarantined")
EMPTY_TOTALS: Final = dict.fromkeys(OUTCOMES, 0)
UNREACHABLE: Final = 3


def print_status(data: Path | None, *, as_json: bool) -> int:
    """Opens the data folder's broker for as long as it needs when nothing runs. Answers the exit code: 3 when the
    database cannot be reached, or has another schema."""
    with broker(data) as reached:
        report = read_status(reached)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        for line in screen(report):
            typer.echo(printable(line))
    return UNREACHABLE if {"away", "schema"} & report["store"].keys() else 0


def read_status(reached: Reached) -> dict[str, Any]:
    """The whole report, by the names of docs/operating.md. Raises RedisError."""
    redis = redis_client(reached.redis_url)
    now = readings.now_of(redis)
    server = readings.server_of(redis, clock=time.time(), now=now)
    inbox, balance = readings.inbox_and_balance(redis, now)
    newest = readings.newest_settled(redis)
    store, totals, unknown = _store(reached, newest)
    if (until := readings.held_until(redis, now)) and inbox["waiting"]:
        store["held_until"] = until.isoformat(timespec="seconds")
    feeds = readings.feeds_of(redis, now)
    # A data folder whose broker was opened for this look alone has neither worker nor poller: they die with it.
    idle = reached.folder is not None and reached.owned
    report = {
        "inbox": inbox,
        "totals": {**totals, "refused": redis.scard(routing.REFUSED)},
        "balance": {**balance, "unrecorded": unknown, "looked_up": len(newest)},
        "feeds": {**feeds, "late": 0, "pollers": 0} if idle else {**feeds, "pollers": readings.pollers_of(redis, now)},
        "worker": {"running": 0, "consuming": 0, "nodes": []} if idle else readings.worker_of(redis, now),
        "store": store,
        "redis": server,
        "limits": {"inbox_bytes": readings.inbox_bound(redis)},
        "disks": readings.disks_of(reached.watched),
    }
    return {**report, "problems": problems(report)}


def _store(reached: Reached, newest: list[str]) -> tuple[dict[str, Any], dict[str, int], int]:
    """What the database holds, what became of all raw articles, how many of the newest settled ones it lacks."""
    url = redact(reached.database_url)
    engine = make_engine(reached.database_url)
    try:
        if not _is_made(reached, engine):
            return {"database": url, "articles": 0, "stories": 0}, EMPTY_TOTALS, len(newest)
        check_schema(engine)
        held = {"database": url, **reading.store_counts(engine)}
        reasons = {reason.value: count for reason, count in quarantine.counts(engine).items()}
        return {**held, "quarantine": reasons}, reading.totals(engine), unrecorded(engine, newest)
    except DatabaseAwayError as error:
        return {"database": url, "articles": None, "stories": None, "away": str(error)}, EMPTY_TOTALS, 0
    except SchemaMismatchError as error:
        return {"database": url, "articles": None, "stories": None, "schema": str(error)}, EMPTY_TOTALS, 0
    finally:
        engine.dispose()


def _is_made(reached: Reached, engine: Engine) -> bool:
    """A data folder's database is made by whoever stores first; a deployment's has to be there."""
    if reached.folder is None:
        return True
    if not reached.folder.database.exists() and engine.dialect.name == "sqlite":
        return False
    return current_schema(engine) is not None


def screen(report: Mapping[str, Any]) -> Iterator[str]:
    """The same for people: a line each, then what is wrong."""
    inbox, totals, feeds, worker, store = (report[name] for name in ("inbox", "totals", "feeds", "worker", "store"))
    age = f", the oldest for {span(inbox['oldest_seconds'])}" if inbox["waiting"] or inbox["claimed"] else ""
    yield f"inbox       {inbox['waiting']} waiting, {inbox['claimed']} being worked on{age}, {_size(inbox['bytes'])}"
    yield "settled     " + _counts(totals) + " (each raw article once)"
    yield from _balance_lines(report["balance"])
    yield f"feeds       {feeds['polled']} polled, {feeds['failing']} failing, {feeds['late']} late"
    yield f"worker      {', '.join(map(_node, worker['nodes'])) or 'none running'}"
    if store["articles"] is not None:
        held = f"{counted(store['articles'], 'article')} in {counted(store['stories'], 'story', 'stories')}"
        yield f"store       {held} ({store['database']})"
    for problem in report["problems"]:
        yield problem["says"]


def _balance_lines(balance: Mapping[str, Any]) -> Iterator[str]:
    if balance["since"] is None:
        return
    settled = sum(balance[name] for name in OUTCOMES)
    yield (
        f"balance     accepted {balance['accepted']} = settled {settled} + in the inbox {balance['in_inbox']}; "
        f"difference {balance['difference']}"
    )
    yield f"            settled: {_counts({name: balance[name] for name in OUTCOMES})}"
    yield f"            (what was handed in again counts again; since {balance['since'][:19].replace('T', ' ')}Z)"


def _counts(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{name} {count}" for name, count in counts.items())


def _node(node: Mapping[str, Any]) -> str:
    asked = node["asked_seconds"]
    return f"{node['name']} ({'starting' if asked is None else f'asked for work {span(asked)} ago'})"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


def span(seconds: float) -> str:
    """``12 s``, ``5 min``, ``3 h``, ``2 days``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"

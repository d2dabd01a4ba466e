"""`copydesk status`: what waits, what works, what is stored, what is quarantined."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import typer
from redis import Redis

from copydesk.stack import Reached, broker, redis_client
from shared import routing
from shared.logs import redact
from worker.storage import reading
from worker.storage.engine import make_engine
from worker.storage.migrations import check_schema, current_schema

BEAT_SECONDS = 10
"""A worker whose parent swept within this time lives; it sweeps every 2 s."""

EMPTY_TOTALS = {"stored": 0, "revised": 0, "copies": 0, "duplicates": 0, "quarantined": 0}


def print_status(data: Path | None, *, as_json: bool) -> None:
    """Opens the data folder's broker for as long as it needs when nothing runs."""
    with broker(data) as reached:
        report = read_status(reached)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        typer.echo("\n".join(screen(report)))


def read_status(reached: Reached) -> dict[str, Any]:
    """The whole report: inbox, totals, feeds, worker, store (DESIGN.md 1)."""
    redis = redis_client(reached.redis_url)
    store, totals = _store(reached)
    return {
        "inbox": inbox_of(redis),
        "totals": {**totals, "refused": redis.scard(routing.REFUSED)},
        "feeds": _feeds(redis),
        "worker": _worker(redis),
        "store": store,
    }


def inbox_of(redis: Redis) -> dict[str, float]:
    """What is accepted and not yet settled; `oldest_seconds` is the age of what has waited longest."""
    lanes = list(routing.INBOX_WAITING.values())
    pipeline = redis.pipeline(transaction=True)
    for key in (*lanes, routing.INBOX_RETRY, routing.INBOX_CLAIMED):
        pipeline.zcard(key)
    pipeline.get(routing.INBOX_BYTES)
    for lane in lanes:
        pipeline.zrange(lane, 0, 0, withscores=True)
    *counts, held, first, second = pipeline.execute()
    *waiting, claimed = counts
    oldest = [score for found in (first, second) for _, score in found]
    age = max(0.0, time.time() - min(oldest) / 1000) if oldest else 0.0
    return {"waiting": sum(waiting), "claimed": claimed, "bytes": int(held or 0), "oldest_seconds": round(age, 1)}


def _store(reached: Reached) -> tuple[dict[str, Any], dict[str, int]]:
    url = redact(reached.database_url)
    engine = make_engine(reached.database_url)
    try:
        if reached.folder and not reached.folder.database.exists() and engine.dialect.name == "sqlite":
            return {"database": url, "articles": 0, "stories": 0}, EMPTY_TOTALS
        if current_schema(engine) is None:
            return {"database": url, "articles": 0, "stories": 0}, EMPTY_TOTALS
        check_schema(engine)
        return {"database": url, **reading.store_counts(engine)}, reading.totals(engine)
    finally:
        engine.dispose()


def _feeds(redis: Redis) -> dict[str, int]:
    feeds = [redis.hmget(key, "failures", "entries") for key in redis.scan_iter(match=routing.FEED_STATE + "*")]
    return {"polled": len(feeds), "failing": sum(int(failures or 0) > 0 for failures, _ in feeds)}


def _worker(redis: Redis) -> dict[str, Any]:
    nodes = []
    for key in redis.scan_iter(match=routing.WORKER_PULSE + "*"):
        pulse = redis.hgetall(key)
        beat = int(pulse.get(b"beat_at", 0))
        if time.time() - beat / 1000 < BEAT_SECONDS:
            name = key.decode().removeprefix(routing.WORKER_PULSE)
            nodes.append({"name": name, "settled": int(pulse.get(b"settled", 0))})
    return {"running": len(nodes), "nodes": nodes}


def screen(report: dict[str, Any]) -> list[str]:
    """The same for people, with a sentence where something is wrong."""
    inbox, totals, feeds, worker, store = (report[name] for name in ("inbox", "totals", "feeds", "worker", "store"))
    lines = [
        f"inbox       {inbox['waiting']} waiting, {inbox['claimed']} being worked on, {inbox['bytes'] / 1e6:.1f} MB",
        "settled     " + " · ".join(f"{name} {count}" for name, count in totals.items()),
        f"feeds       {feeds['polled']} polled, {feeds['failing']} failing",
        f"worker      {', '.join(node['name'] for node in worker['nodes']) or 'none running'}",
        f"store       {store['articles']} articles in {store['stories']} stories ({store['database']})",
    ]
    if inbox["waiting"] and not worker["running"]:
        lines.append("Something waits and no worker runs: copydesk run, or copydesk work in a deployment.")
    if totals["quarantined"]:
        lines.append("What was quarantined, and why: copydesk quarantine list")
    return lines

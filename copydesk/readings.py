"""What `copydesk status` reads of Redis: inbox, ledger, feeds, worker, poller, the server itself. Times are Redis'."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.exceptions import ResponseError

from copydesk.watch import UNHEALTHY_SECONDS
from ingest.polling.leases import FEEDS
from ingest.polling.pulse import POLLER_PULSE
from ingest.seeding.receipts import REPORT_NAMES
from shared import routing
from worker.pulse import BEAT_SECONDS

LATE_SECONDS: Final = 15 * 60
"""A feed that has been due for so long is asked too late."""

PAGE: Final = 500
RECEIPTS_LOOKED_AT: Final = 20
"""Batches (of 50 at most) whose raw articles are looked up in the database's ledger."""


def now_of(redis: Redis) -> float:
    """The server's clock, in seconds since the epoch."""
    seconds, microseconds = redis.time()
    return seconds + microseconds / 1e6


def inbox_and_balance(redis: Redis, now: float) -> tuple[dict[str, float], dict[str, Any]]:
    """The inbox, and its ledger since Redis last began or lost its data, read in one step.

    ``accepted`` counts what was taken into the inbox, the same article handed in twice twice; ``difference`` is what
    left the inbox without being settled: 0, unless keys were removed by others.
    """
    pipeline = redis.pipeline(transaction=True)
    lanes, others = list(routing.INBOX_WAITING.values()), [routing.INBOX_RETRY, routing.INBOX_CLAIMED]
    for key in (*lanes, *others):
        pipeline.zcard(key)
    for key in lanes:
        pipeline.zrange(key, 0, 0, withscores=True)
    for key in others:
        pipeline.zrange(key, 0, PAGE - 1)
    pipeline.get(routing.INBOX_BYTES)
    pipeline.hgetall(routing.INBOX_LEDGER)
    *counts, live, backfill, retried, claimed, held, ledger = pipeline.execute()
    firsts = [score / 1000 for found in (live, backfill) for _, score in found]
    oldest = min([*firsts, *_accepted_at(redis, [*retried, *claimed])], default=now)
    inbox = {
        "waiting": sum(counts[:3]),
        "claimed": counts[3],
        "bytes": int(held or 0),
        "oldest_seconds": round(max(0.0, now - oldest), 1),
    }
    return inbox, _balance({name.decode(): int(value) for name, value in ledger.items()}, sum(counts))


def inbox_of(redis: Redis) -> dict[str, float]:
    """What is accepted and not yet settled; `oldest_seconds` is the age of what has waited longest."""
    return inbox_and_balance(redis, now_of(redis))[0]


def _accepted_at(redis: Redis, raw_ids: list[bytes]) -> list[float]:
    pipeline = redis.pipeline(transaction=False)
    for raw_id in raw_ids:
        pipeline.hget(routing.INBOX_ENTRY + raw_id.decode(), "accepted")
    return [float(moment) / 1000 for moment in pipeline.execute() if moment]


def _balance(ledger: dict[str, int], pending: int) -> dict[str, Any]:
    settled = {name: ledger.get(outcome, 0) for outcome, name in REPORT_NAMES.items()}
    accepted = ledger.get("accepted", pending)
    since = ledger.get("since")
    return {
        "since": datetime.fromtimestamp(since / 1000, UTC).isoformat(timespec="seconds") if since else None,
        "accepted": accepted,
        **settled,
        "in_inbox": pending,
        "difference": accepted - sum(settled.values()) - pending,
    }


def inbox_bound(redis: Redis) -> int | None:
    """The most bytes that the inbox holds, as whoever accepted last was told."""
    bound = redis.hget(routing.INBOX_LEDGER, "most_bytes")
    return int(bound) if bound else None


def newest_settled(redis: Redis) -> list[str]:
    """Raw ids of the newest receipts."""
    receipts: Any = redis.xrevrange(routing.RECEIPTS, count=RECEIPTS_LOOKED_AT)
    return [raw_id for _, fields in receipts for raw_id in json.loads(fields[b"receipts"])]


def held_until(redis: Redis, now: float) -> datetime | None:
    """Until when nobody claims, because the database was away; None when it is not so."""
    until = int(redis.hget(routing.INBOX_HOLD, "until") or 0) / 1000
    return datetime.fromtimestamp(until, UTC) if until > now else None


def feeds_of(redis: Redis, now: float) -> dict[str, int]:
    """`polled`: ever; `failing`: of those on the schedule, of all where there is none (`run --once`); `late`: due for
    LATE_SECONDS and not asked."""
    listed: Any = redis.hkeys(FEEDS)
    scheduled = {feed.decode() for feed in listed}
    polled = failing = late = 0
    for feed_id, (failures, next_poll_at, disabled) in _feed_fields(redis):
        polled += 1
        if disabled or (scheduled and feed_id not in scheduled):
            continue
        failing += int(failures or 0) > 0
        late += feed_id in scheduled and bool(next_poll_at) and now - int(next_poll_at) / 1000 > LATE_SECONDS
    return {"polled": polled, "failing": failing, "late": late, "scheduled": len(scheduled)}


def _feed_fields(redis: Redis) -> Iterator[tuple[str, list[Any]]]:
    names = list(redis.scan_iter(match=routing.FEED_STATE + "*", count=PAGE))
    for start in range(0, len(names), PAGE):
        keys, pipeline = names[start : start + PAGE], redis.pipeline(transaction=False)
        for key in keys:
            pipeline.hmget(key, "failures", "next_poll_at", "disabled")
        for key, fields in zip(keys, pipeline.execute(), strict=True):
            yield key.decode().removeprefix(routing.FEED_STATE), fields


def worker_of(redis: Redis, now: float) -> dict[str, Any]:
    """Workers that sweep; `consuming`: how many of them asked for work within 45 s, as each does every 10 s."""
    nodes: list[dict[str, Any]] = []
    for name, pulse in _pulses(redis, routing.WORKER_PULSE):
        if now - int(pulse.get(b"beat_at", 0)) / 1000 >= BEAT_SECONDS:
            continue
        asked = int(pulse.get(b"claimed_at", 0)) / 1000
        nodes.append(
            {
                "name": name,
                "settled": int(pulse.get(b"settled", 0)),
                "asked_seconds": round(max(0.0, now - asked), 1) if asked else None,
            }
        )
    asked_ago = [node["asked_seconds"] for node in nodes]
    consuming = sum(ago is not None and ago < UNHEALTHY_SECONDS for ago in asked_ago)
    return {"running": len(nodes), "consuming": consuming, "nodes": nodes}


def pollers_of(redis: Redis, now: float) -> int:
    """How many pollers looked for feeds that are due within 45 s."""
    looked = [int(pulse.get(b"looked_at", 0)) / 1000 for _, pulse in _pulses(redis, POLLER_PULSE)]
    return sum(now - moment < UNHEALTHY_SECONDS for moment in looked)


def _pulses(redis: Redis, prefix: str) -> Iterator[tuple[str, dict[Any, Any]]]:
    for key in redis.scan_iter(match=prefix + "*", count=PAGE):
        yield key.decode().removeprefix(prefix), redis.hgetall(key)


def server_of(redis: Redis, *, clock: float, now: float) -> dict[str, Any]:
    """`clock_ahead_seconds`: by how much this machine's clock (``clock``) is ahead of Redis'. `max_bytes`: None where
    it has no bound, or does not say. `writes_its_file`: False when its last write to its own disk failed."""
    try:
        memory: Any = redis.info("memory")
        files: Any = redis.info("persistence")
    except ResponseError:  # a service that keeps INFO to itself
        memory = files = {}
    written = {files.get(name, "ok") for name in ("aof_last_write_status", "rdb_last_bgsave_status")}
    return {
        "clock_ahead_seconds": round(clock - now, 1),
        "used_bytes": memory.get("used_memory"),
        "max_bytes": memory.get("maxmemory") or None,
        "eviction": memory.get("maxmemory_policy"),
        "writes_its_file": written == {"ok"} if files else None,
    }


def disks_of(folders: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Of each folder that is there, by its name: `path`, `free_bytes`, `total_bytes` of its disk."""
    disks = {}
    for name, folder in folders.items():
        with contextlib.suppress(OSError):
            usage = shutil.disk_usage(folder)
            disks[name] = {"path": str(folder), "free_bytes": usage.free, "total_bytes": usage.total}
    return disks


def bounds_of(redis: Redis, folders: Mapping[str, Path]) -> dict[str, Any]:
    """What a service without a database may judge too: the parts of a report that tell what is full."""
    now = now_of(redis)
    disks = disks_of(folders)
    return {
        "inbox": {"bytes": int(redis.get(routing.INBOX_BYTES) or 0)},
        "limits": {"inbox_bytes": inbox_bound(redis)},
        "redis": server_of(redis, clock=time.time(), now=now),
        "disks": disks,
    }

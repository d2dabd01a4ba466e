"""The inbox as `worker` sees it: claim, settle, give back, sweep. Each is one Lua script, each may run twice.

Who works on what is known, not guessed: a claim carries its owner (node, boot, pid), and a sweep gives back what
belongs to a child that no longer lives. The lease matters only for a node that stays away or is frozen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from types import MappingProxyType

from redis import Redis

from shared import routing
from shared.schema import Outcome, milliseconds
from worker.parse_times import PARSES

BATCH_MAX = 50
"""Raw articles in one claim; batches of 50 are worth a factor of 5 to 8 over single ones (measured)."""

BATCH_BYTES_MAX = 4 * 1024 * 1024
"""Compressed bytes after which a claim is full, so that a batch of large pages still fits into a child's memory."""

RECEIPTS_MAX = 10_000
HOLD_SECONDS_MIN, HOLD_SECONDS_MAX = 1, 30

RETRY_SECONDS_MAX = 10
"""No article waits longer than this for being tried alone."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Who holds a claim. ``node`` is unique and stable; ``boot`` changes with each start of its parent process:
    ``lineage.life``, where lives of one lineage (those under one supervisor) follow each other.
    """

    node: str
    boot: str
    pid: int

    def __str__(self) -> str:
        return f"{self.node}/{self.boot}/{self.pid}"


@dataclass(frozen=True, kw_only=True)
class ClaimedArticle:
    """A raw article still packed. ``tries`` counts the claims in which it was alone, this one included."""

    raw_id: str
    tries: int
    accepted_at: datetime
    meta: bytes
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What one drain works on next. ``alone``: one article that a batch failed on or died of, and its try counts."""

    articles: tuple[ClaimedArticle, ...]
    alone: bool


@dataclass(frozen=True, kw_only=True)
class Swept:
    """``claimed_at``: when this node claimed last, in ms since the epoch; 0 when it has not yet. ``swept_at``: now.

    ``name_taken``: another worker that was there before goes on under this node's name.
    """

    given_back: int
    due: int
    claimed_at: int
    swept_at: int
    name_taken: bool


@dataclass(frozen=True, kw_only=True)
class Hints:
    """How many wait: in the queue of all workers, and in the node's own (decision 0145)."""

    work: int
    own: int


def own_queue(node: str) -> str:
    """The Celery queue that only this node consumes: through it goes the hint that proves that it does."""
    return f"{routing.WORK_QUEUE}.{node}"


def _script(name: str) -> str:
    return files("worker").joinpath(name).read_text(encoding="utf-8")


class Inbox:
    """One owner's view of the inbox. Every method raises redis.exceptions.RedisError when Redis is away.

    The clock is the Redis server's, so that workers need not agree on the time (decision 0120); ``now`` takes its place
    in trials.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        owner: Owner,
        lease_seconds: float,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._redis = redis
        self._owner = owner
        self._lease_ms = round(lease_seconds * 1000)
        self._now = now
        self._claim = redis.register_script(_script("claim.lua"))
        self._settle = redis.register_script(_script("settle.lua"))
        self._release = redis.register_script(_script("release.lua"))
        self._hold = redis.register_script(_script("hold.lua"))
        self._sweep = redis.register_script(_script("sweep.lua"))

    @property
    def _pulse(self) -> str:
        return routing.WORKER_PULSE + self._owner.node

    def _clock(self) -> str | int:
        return milliseconds(self._now()) if self._now else ""

    def claim(self) -> Claim:
        """What waits, up to BATCH_MAX; no articles when nothing does, or while the inbox is held after an outage."""
        answer = self._claim(
            keys=[
                routing.INBOX_RETRY,
                routing.INBOX_WAITING["live"],
                routing.INBOX_WAITING["backfill"],
                routing.INBOX_CLAIMED,
                routing.INBOX_TURN,
                routing.INBOX_HOLD,
                self._pulse,
            ],
            args=[
                self._clock(),
                self._lease_ms,
                BATCH_MAX,
                BATCH_BYTES_MAX,
                str(self._owner),
                routing.INBOX_ENTRY,
                routing.WORKER_PULSE_TTL_SECONDS,
            ],
        )
        _, alone, *fields = answer
        rows = [fields[start : start + 5] for start in range(0, len(fields), 5)]
        return Claim(alone=bool(alone), articles=tuple(_claimed(row) for row in rows))

    def settle(self, outcomes: Mapping[str, Outcome], parse_times: Mapping[str, int] = MappingProxyType({})) -> None:
        """Takes raw articles out of the inbox after their commit, and writes one receipt for all.

        ``parse_times`` is added to PARSES in the same step. Without outcomes nothing is done.
        """
        if not outcomes:
            return
        receipts = {raw_id: outcome.model_dump(exclude_defaults=True) for raw_id, outcome in outcomes.items()}
        self._settle(
            keys=[
                routing.INBOX_RETRY,
                routing.INBOX_WAITING["live"],
                routing.INBOX_WAITING["backfill"],
                routing.INBOX_CLAIMED,
                routing.INBOX_BYTES,
                routing.RECEIPTS,
                self._pulse,
                routing.INBOX_HOLD,
                routing.INBOX_LEDGER,
                PARSES,
            ],
            args=[
                self._clock(),
                routing.INBOX_ENTRY,
                RECEIPTS_MAX,
                json.dumps(receipts, separators=(",", ":")),
                routing.WORKER_PULSE_TTL_SECONDS,
                json.dumps(dict(parse_times)),
                *outcomes,
            ],
        )

    def retry_alone(self, raw_ids: Sequence[str], *, after_seconds: float = 0) -> None:
        """Gives articles back that failed: each comes alone next time, and that try counts."""
        self._give_back(raw_ids, how="alone", after_seconds=min(after_seconds, RETRY_SECONDS_MAX))

    def give_back_uncounted(self, raw_ids: Sequence[str]) -> None:
        """Gives articles back for no fault of theirs: to where they came from, the try of a single one refunded."""
        self._give_back(raw_ids, how="uncounted", after_seconds=0)

    def _give_back(self, raw_ids: Sequence[str], *, how: str, after_seconds: float) -> None:
        if not raw_ids:
            return
        self._release(
            keys=[
                routing.INBOX_RETRY,
                routing.INBOX_WAITING["live"],
                routing.INBOX_WAITING["backfill"],
                routing.INBOX_CLAIMED,
            ],
            args=[
                self._clock(),
                str(self._owner),
                routing.INBOX_ENTRY,
                how,
                round(after_seconds * 1000),
                *raw_ids,
            ],
        )

    def hold(self) -> int:
        """Lets nobody claim for a while after an outage: 1 s, doubled each time up to 30 s. Answers what is left."""
        args = [self._clock(), HOLD_SECONDS_MIN, HOLD_SECONDS_MAX]
        return int(self._hold(keys=[routing.INBOX_HOLD], args=args))

    def sweep(self, *, living_pids: Iterable[int]) -> Swept:
        """Gives back what dead children and this node's earlier lives held; answers how much waits to be claimed."""
        given_back, due, claimed_at, swept_at, taken = self._sweep(
            keys=[
                routing.INBOX_RETRY,
                routing.INBOX_WAITING["live"],
                routing.INBOX_WAITING["backfill"],
                routing.INBOX_CLAIMED,
                routing.INBOX_HOLD,
                self._pulse,
            ],
            args=[
                self._clock(),
                routing.INBOX_ENTRY,
                self._owner.node,
                self._owner.boot,
                routing.WORKER_PULSE_TTL_SECONDS,
                self._lease_ms,
                RETRY_SECONDS_MAX * 1000,
                *living_pids,
            ],
        )
        return Swept(given_back=given_back, due=due, claimed_at=claimed_at, swept_at=swept_at, name_taken=bool(taken))

    def sign_off(self) -> None:
        """Takes this node's beat and its own queue away: it stops, and nobody need wait to find out.

        When it last worked stays: its supervisor asks for that.
        """
        boot = self._owner.boot
        self._redis.hdel(self._pulse, "boot", "beat_at", f"beat:{boot}", f"since:{boot}")
        self._redis.delete(*self._own_queue)

    def hints(self) -> Hints:
        """Hints that wait in Celery's queues: for whoever is free, and in this node's own."""
        pipeline = self._redis.pipeline(transaction=False)
        for key in (routing.WORK_QUEUE_KEY, self._own_queue[0]):
            pipeline.llen(key)
        for key in self._own_queue:  # a node that is gone for good leaves nothing behind
            pipeline.expire(key, routing.WORKER_PULSE_TTL_SECONDS)
        work, own, *_ = pipeline.execute()
        return Hints(work=work, own=own)

    @property
    def _own_queue(self) -> tuple[str, str]:
        queue = own_queue(self._owner.node)
        return routing.KEY_PREFIX + queue, f"{routing.KEY_PREFIX}_kombu.binding.{queue}"

    def purge_hints(self) -> None:
        """Drops Celery's queues and what it left unacknowledged, before this worker consumes.

        Nothing is lost, for hints carry nothing; and one malformed message would stop every worker that meets it.
        """
        prefix = routing.KEY_PREFIX
        unacked = (f"{prefix}unacked", f"{prefix}unacked_index")
        self._redis.delete(routing.WORK_QUEUE_KEY, self._own_queue[0], *unacked)


def _claimed(row: Sequence[bytes]) -> ClaimedArticle:
    raw_id, tries, accepted, meta, body = row
    return ClaimedArticle(
        raw_id=raw_id.decode(),
        tries=int(tries),
        accepted_at=datetime.fromtimestamp(int(accepted) / 1000, UTC),
        meta=meta,
        body=body,
    )

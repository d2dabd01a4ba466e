"""Whether a service does its work, by what it did and not by what it answers: `copydesk health`, `/healthz`, `/readyz`.

A worker is healthy when one of its children asked the inbox for work less than 45 s ago (it is hinted every 10 s), a
poller when it looked for due feeds. Ready is who is healthy and has all that it needs (decision 0160). So that a
container's health check is quick this module imports little.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from copydesk.watch import UNHEALTHY_SECONDS, ReadPulse, poller_pulse, worker_pulse
from ingest.polling.pulse import POLLER_PULSE
from shared.logs import redact
from worker.settings import SettingsError, load_settings

Service = Literal["worker", "ingest"]

WORDS: Final = {
    "worker": ("The worker", "asked for work", "see its log; it is started anew by itself"),
    "ingest": ("The poller", "looked for feeds that are due", "see its log; it is started anew by itself"),
}


@dataclass(frozen=True)
class Watched:
    """A process whose pulse is known by ``name``."""

    service: Service
    name: str


@dataclass(frozen=True, kw_only=True)
class Health:
    """``sentence`` says why, and what to do when it is not healthy."""

    healthy: bool
    sentence: str


def judge(service: Service, name: str, *, pulse_ms: int, now_ms: float) -> Health:
    """By the time of the last sign of work; 0: there was none yet."""
    who, did, remedy = WORDS[service]
    if not pulse_ms:
        return Health(healthy=False, sentence=f"{who} {name} has not {did} yet; it starts, or does not run.")
    ago = max(0.0, (now_ms - pulse_ms) / 1000)
    healthy = ago < UNHEALTHY_SECONDS
    return Health(healthy=healthy, sentence=f"{who} {name} {did} {ago:.0f} s ago{'.' if healthy else f': {remedy}.'}")


def health_of(service: Service, *, data: Path | None, redis_url: str | None = None, ready: bool = False) -> Health:
    """Of the worker (COPYDESK_WORKER_NAME) or the pollers of this host; ``ready``: and of what they need.

    Raises SettingsError.
    """
    settings = load_settings(data=data)
    url = redis_url or settings.redis_url
    if url is None:
        raise SettingsError("`copydesk health` asks a service of a deployment: set COPYDESK_REDIS_URL.")
    redis = client(url)
    try:
        watched = [Watched(service, settings.worker_name)] if service == "worker" else pollers_here(redis)
        found = liveness(redis, watched)
    except (RedisError, OSError) as error:
        return redis_away(url, error)
    database_url = settings.effective_database_url if ready and service == "worker" else None
    return readiness(found, database_url=database_url)


def client(url: str) -> Redis:
    """Whoever asks waits for the answer: it fails within seconds."""
    return Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), 0))


def pollers_here(redis: Redis) -> list[Watched]:
    """All whose supervisor lives on this host: one that was killed leaves its pulse behind for two minutes."""
    prefix = f"{POLLER_PULSE}{socket.gethostname()}:"
    names = (key.decode().removeprefix(POLLER_PULSE) for key in redis.scan_iter(match=prefix + "*", count=500))
    living = sorted(name for name in names if _lives(int(name.rsplit(":", 1)[1])))
    return [Watched("ingest", name) for name in living or [socket.gethostname()]]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        pass
    return True


def liveness(redis: Redis, watched: Sequence[Watched]) -> Health:
    """Healthy when all of them are. Raises RedisError, OSError."""
    seconds, microseconds = redis.time()
    now_ms = seconds * 1000 + microseconds / 1000  # the clock by which pulses are written
    return together(judge(one.service, one.name, pulse_ms=_pulse(redis, one)(), now_ms=now_ms) for one in watched)


def readiness(live: Health, *, database_url: str | None) -> Health:
    """Of a service that is ``live`` and needs the database at this URL in this release's schema; None: needs none."""
    if database_url is None:
        return live
    return together([live, _database(database_url)])


def _database(url: str) -> Health:
    from copydesk.failures import sentence_and_code  # noqa: PLC0415 - SQLAlchemy, which liveness does without
    from worker.storage.engine import make_engine  # noqa: PLC0415
    from worker.storage.errors import StorageError  # noqa: PLC0415
    from worker.storage.migrations import check_schema  # noqa: PLC0415

    engine = make_engine(url)
    try:
        check_schema(engine)
    except StorageError as error:
        sentence, _ = sentence_and_code(error) or (str(error), 1)
        return Health(healthy=False, sentence=sentence)
    finally:
        engine.dispose()
    return Health(healthy=True, sentence=f"The database answers at {redact(url)}.")


def redis_away(url: str, error: Exception) -> Health:
    """Without Redis nobody can show that it works."""
    why = redact(str(error))
    return Health(healthy=False, sentence=f"Redis cannot be reached at {redact(url)} ({why}); start it.")


def together(each: Sequence[Health] | Iterator[Health]) -> Health:
    """Healthy when all are; says what is wrong, or of each that it is well."""
    found = list(each)
    told = [one for one in found if not one.healthy] or found
    return Health(healthy=all(one.healthy for one in found), sentence=" ".join(one.sentence for one in told))


def _pulse(redis: Redis, watched: Watched) -> ReadPulse:
    return (worker_pulse if watched.service == "worker" else poller_pulse)(redis, watched.name)

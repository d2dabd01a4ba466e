"""Whether a service does its work, by what it did and not by what it answers: `copydesk health worker|ingest`.

A worker is healthy when one of its children asked the inbox for work less than 45 s ago (it is hinted every 10 s), a
poller when it looked for due feeds. So that a container's health check is quick this module imports little.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from copydesk.watch import UNHEALTHY_SECONDS, ReadPulse, poller_pulse, worker_pulse
from shared.logs import redact
from worker.settings import SettingsError, load_settings

Service = Literal["worker", "ingest"]

WORDS: Final = {
    "worker": ("The worker", "asked for work", "see its log; it is started anew by itself"),
    "ingest": ("The poller", "looked for feeds that are due", "see its log; it is started anew by itself"),
}


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


def health_of(service: Service, *, data: Path | None, redis_url: str | None = None) -> Health:
    """Of the worker (COPYDESK_WORKER_NAME) or the poller of this host. Raises SettingsError."""
    settings = load_settings(data=data)
    url = redis_url or settings.redis_url
    if url is None:
        raise SettingsError("`copydesk health` asks a service of a deployment: set COPYDESK_REDIS_URL.")
    name = settings.worker_name if service == "worker" else socket.gethostname()
    redis = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), 0))
    try:
        return judge(service, name, pulse_ms=_pulse(service, redis, name)(), now_ms=time.time() * 1000)
    except (RedisError, OSError) as error:
        why = redact(str(error))
        return Health(healthy=False, sentence=f"Redis cannot be reached at {redact(url)} ({why}); start it.")


def _pulse(service: Service, redis: Redis, name: str) -> ReadPulse:
    return worker_pulse(redis, name) if service == "worker" else poller_pulse(redis, name)

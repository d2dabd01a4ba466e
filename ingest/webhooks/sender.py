"""Sends an endpoint its events, one after the other: what comes later waits while an earlier one is tried again.

So they arrive in order, at least once; a receiver knows a repeated one by its ``webhook-id``.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ingest.web.outcomes import FetchFailed, Posted
from ingest.webhooks.attempts import PAUSE_MAX, is_given_up, pause_after
from ingest.webhooks.journal import Event, Journal, endpoint_id, lease_key
from ingest.webhooks.signature import signed_headers

log = structlog.get_logger()

IDLE_SECONDS: Final = 0.5
LEASE_SECONDS: Final = 30
"""Longer than one POST may take: another sender takes over when this one was killed."""


class Posts(Protocol):
    """The port to the web (ingest.web.fetcher.Fetcher)."""

    async def post(self, url: str, *, body: bytes, headers: dict[str, str]) -> Posted | FetchFailed: ...


class Sender:
    """Of one endpoint; of several senders, on several machines, one works at a time."""

    def __init__(
        self,
        *,
        url: str,
        secret: bytes,
        redis: Redis,
        client: Posts,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._url = url
        self._secret = secret
        self._redis = redis
        self._client = client
        self._now = now
        self._chance = chance
        self._journal = Journal(redis, url)
        self._lease = lease_key(url)
        # Its path or query may be the secret by which the receiver knows us: not for a log.
        self._endpoint = {"endpoint": endpoint_id(url), "host": urlsplit(url).hostname}
        self._token = uuid.uuid4().hex.encode()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``. What is under way then is finished or sent again later."""
        while not stop.is_set():
            try:
                pause = await self.step()
            except RedisError as error:
                log.warning("webhook.redis_away", **self._endpoint, reason=str(error))
                pause = timedelta(seconds=5)
            await _wait(stop, pause)
        await self._release()

    async def step(self) -> timedelta:
        """One event, if there is one; answers how long to wait before the next step. Raises RedisError."""
        if not await self._hold():
            return timedelta(seconds=LEASE_SECONDS / 4)
        not_before = (await self._journal.failing()).not_before
        # A wait longer than any pause is one that a clock set back has left behind.
        if not_before is not None and timedelta(0) < (wait := not_before - self._now()) <= PAUSE_MAX:
            return min(wait, timedelta(seconds=LEASE_SECONDS / 4))
        event = await self._journal.next()
        if event is None:
            return timedelta(seconds=IDLE_SECONDS)
        if missing := await self._journal.gap_before(event):
            log.warning("webhook.gap", **self._endpoint, missing=missing, advice="copydesk events redeliver")
        return await self._send(event)

    async def _send(self, event: Event) -> timedelta:
        body = event.body
        headers = signed_headers(event.id, body, secret=self._secret, at=self._now())
        outcome = await self._client.post(self._url, body=body, headers=headers)
        if isinstance(outcome, Posted):
            await self._journal.done(event, given_up=False)
            return timedelta(0)
        return await self._again(event, outcome)

    async def _again(self, event: Event, outcome: FetchFailed) -> timedelta:
        before = await self._journal.failing()
        now = self._now()
        failing = replace(before, attempts=before.attempts + 1, since=before.since or now)
        since = failing.since or now
        if is_given_up(attempts=failing.attempts, failing_for=now - since, status=outcome.status):
            log.error("webhook.given_up", **self._endpoint, event_id=event.id, reason=outcome.sentence)
            await self._journal.done(event, given_up=True)
            return timedelta(0)
        pause = pause_after(failing.attempts, chance=self._chance())
        await self._journal.failed(replace(failing, not_before=now + pause), outcome.sentence)
        log.warning(
            "webhook.failed",
            **self._endpoint,
            event_id=event.id,
            reason=outcome.sentence,
            attempts=failing.attempts,
            next_try_in_seconds=round(pause.total_seconds(), 1),
        )
        return min(pause, timedelta(seconds=LEASE_SECONDS / 4))

    async def _hold(self) -> bool:
        if await self._redis.get(self._lease) == self._token:
            await self._redis.expire(self._lease, LEASE_SECONDS)
            return True
        if await self._redis.pttl(self._lease) > LEASE_SECONDS * 1000:
            # Longer than any lease is made: Redis' clock was set back, and its holder may be gone.
            await self._redis.delete(self._lease)
        held = bool(await self._redis.set(self._lease, self._token, nx=True, ex=LEASE_SECONDS))
        if held:
            await self._journal.register(self._now())
        return held

    async def _release(self) -> None:
        try:
            if await self._redis.get(self._lease) == self._token:
                await self._redis.delete(self._lease)
        except RedisError as error:
            log.warning("webhook.redis_away", **self._endpoint, reason=str(error))


async def _wait(stop: asyncio.Event, pause: timedelta) -> None:
    try:
        async with asyncio.timeout(pause.total_seconds()):
            await stop.wait()
    except TimeoutError:
        pass

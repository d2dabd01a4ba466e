"""Several pollers, one feed list: who polls what, and when it is next due, kept in Redis (decision 0055).

A registrable domain is held by one poller at a time, whatever it is asked for; a feed under way is leased to the poller
that claimed it. Leases end by themselves: a killed poller's feeds move on within half a minute. The clock is the Redis
server's, so that pollers need not agree on the time.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ingest.polling.coalesced import Coalesced
from shared.logs import redact

log = structlog.get_logger()

LEASE_SECONDS: Final = 30.0
KEY_PREFIX: Final = "copydesk:polling:"
DOMAINS: Final = KEY_PREFIX + "domains"
"""ZSET domain by the time (ms) when it is ready: it may be asked and has a feed due. While held: the lease's end."""

HOLDERS: Final = KEY_PREFIX + "holders"
"""HASH domain -> the poller that holds it."""

RESTS: Final = KEY_PREFIX + "rests"
"""ZSET domain by the time (ms) until which nobody may ask it: the pause after a request, a server's Retry-After."""

FEEDS: Final = KEY_PREFIX + "feeds"
"""HASH feed id -> domain, of all that are on the schedule."""

CLOCK: Final = KEY_PREFIX + "clock"
"""The time (ms) of a claim within the last second, by which one that was set back is known."""

LIST: Final = KEY_PREFIX + "list"
"""The digest of the feed list that was last put on the schedule. Gone with the schedule when Redis is emptied."""

DUE: Final = KEY_PREFIX + "due:"
"""+ domain -> ZSET feed id by the time (ms) at which it is due. While it is polled: the lease's end."""

_WAIT_MAX_SECONDS: Final = 8 * 24 * 3600.0
"""No feed waits longer, whatever a clock that jumped makes of its time: a week is the longest back-off."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """``feed_ids`` are leased now. ``wait_seconds``: until another domain is ready, None when none is on the schedule.

    ``list_digest`` is what ``enlist`` was given last, None when the schedule is empty or was lost. ``now_ms``: by which
    clock it was claimed. ``overdue_seconds``: for how long the feed that was left longest has been due, 0: none was.
    """

    feed_ids: tuple[str, ...]
    wait_seconds: float | None
    list_digest: str | None
    now_ms: int
    overdue_seconds: float


@dataclass(frozen=True, kw_only=True)
class Due:
    """A feed to put on the schedule, its registrable domain, and in how many seconds it is due."""

    feed_id: str
    domain: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class _Settled:
    domain: str
    given_back: bool = False
    rest_seconds: float = 0
    feed_id: str = ""
    wait_seconds: float = 0

    @property
    def arguments(self) -> tuple[str | int | bool, ...]:
        rest, wait = (_milliseconds(seconds) for seconds in (self.rest_seconds, self.wait_seconds))
        return (self.domain, self.given_back, rest, self.feed_id, wait)


class Leases:
    """The leases of one poller. ``clock_ms`` (for trials) takes the place of the Redis server's clock.

    All that talks to Redis raises redis.exceptions.RedisError when it is away; what is put without waiting is logged.
    """

    def __init__(
        self, redis: Redis, *, lease_seconds: float = LEASE_SECONDS, clock_ms: Callable[[], int] | None = None
    ) -> None:
        self._redis = redis
        self._poller = uuid.uuid4().hex
        self._lease_seconds = lease_seconds
        self._clock_ms = clock_ms
        self._held: set[str] = set()
        self._feeds: dict[str, str] = {}
        self._claim, self._hold, self._settle, self._renew, self._enlist = (
            redis.register_script(files("ingest.polling").joinpath(f"{name}.lua").read_text(encoding="utf-8"))
            for name in ("claim_feeds", "hold_domains", "settle_polls", "renew_leases", "enlist_feeds")
        )
        self._holding: Coalesced[str, float] = Coalesced(self._hold_all)
        self._settling: Coalesced[_Settled, None] = Coalesced(self._settle_all)

    # --- the schedule ---

    async def claim(self, most: int) -> Claim:
        """Leases up to ``most`` feeds that are due, of as many domains, and those domains."""
        digest, wait, now, overdue, *claimed = await self._claim(
            keys=[DOMAINS, HOLDERS, RESTS, LIST, FEEDS, CLOCK], args=[*self._who(), most, DUE]
        )
        pairs = [(claimed[i].decode(), claimed[i + 1].decode()) for i in range(0, len(claimed), 2)]
        self._held.update(domain for domain, _ in pairs)
        self._feeds.update((feed_id, domain) for domain, feed_id in pairs)
        return Claim(
            feed_ids=tuple(feed_id for _, feed_id in pairs),
            wait_seconds=None if wait < 0 else wait / 1000,
            list_digest=digest.decode() if digest else None,
            now_ms=now,
            overdue_seconds=overdue / 1000,
        )

    def polled(self, feed_id: str, domain: str, wait_seconds: float) -> None:
        """The feed's lease ends, and it is due again in ``wait_seconds``."""
        self._feeds.pop(feed_id, None)
        wait = min(max(wait_seconds, 0.0), _WAIT_MAX_SECONDS)
        self._settling.put(_Settled(domain=domain, feed_id=feed_id, wait_seconds=wait))

    def hand_back(self, feed_id: str, wait_seconds: float) -> None:
        """Claimed, but not for us: the domain is free at once, the feed in ``wait_seconds``."""
        domain = self._feeds[feed_id]
        self.polled(feed_id, domain, wait_seconds)
        self.give_back(domain, 0)

    async def enlisted(self) -> set[str]:
        """The ids of all feeds on the schedule."""
        return {_text(feed_id) for feed_id in await self._redis.hkeys(FEEDS)}

    async def enlist(self, feeds: Iterable[Due], *, gone: Sequence[str], digest: str) -> None:
        """Puts feeds on the schedule that are not there, and takes ``gone`` off it."""
        put = [(due.domain, due.feed_id, _milliseconds(min(due.seconds, _WAIT_MAX_SECONDS))) for due in feeds]
        step = 500
        for start in range(0, max(len(put), len(gone), 1), step):
            off = gone[start : start + step]
            on = [part for due in put[start : start + step] for part in due]
            await self._enlist(keys=[DOMAINS, HOLDERS, RESTS, FEEDS], args=[self._now(), DUE, len(off), *off, *on])
        await self._redis.set(LIST, digest)

    async def forget(self) -> None:
        """Drops schedule and leases. The feeds' states still say when each is due. For one who knows to be alone."""
        domains = {_text(domain) for domain in await self._redis.hvals(FEEDS)}
        await self._redis.delete(DOMAINS, HOLDERS, RESTS, FEEDS, LIST, CLOCK, *(DUE + domain for domain in domains))

    # --- domains (ingest.web.politeness.DomainHolds) ---

    def holds(self, domain: str) -> bool:
        return domain in self._held

    async def take(self, domain: str) -> float:
        """0 when this poller holds it now. Else seconds: above 0 it rests, below 0 another holds it at most so long."""
        answer = await self._holding(domain)
        if not answer:
            self._held.add(domain)
        return answer

    def give_back(self, domain: str, rest_seconds: float) -> None:
        """Others may take it, after ``rest_seconds``."""
        self._held.discard(domain)
        self._settling.put(_Settled(domain=domain, given_back=True, rest_seconds=rest_seconds))

    # --- life ---

    async def keep(self) -> None:
        """Renews what is leased, until cancelled."""
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                await self._renew_all()
            except RedisError as error:
                log.warning("leases.not_renewed", error=redact(str(error)))

    async def close(self, *, rest_seconds: float) -> None:
        """Gives everything back: feeds that were not finished are due at once, domains after ``rest_seconds``."""
        for feed_id, domain in list(self._feeds.items()):
            self.polled(feed_id, domain, 0)
        for domain in list(self._held):
            self.give_back(domain, rest_seconds)
        await self.settled()

    async def settled(self) -> None:
        """Waits until Redis knows all that was said without waiting."""
        await self._settling.done()

    async def _renew_all(self) -> None:
        held, feeds = list(self._held), list(self._feeds.items())
        if not held and not feeds:
            return
        under_way = [part for feed_id, domain in feeds for part in (domain, feed_id)]
        lost = await self._renew(keys=[DOMAINS, HOLDERS], args=[*self._who(), DUE, len(held), *held, *under_way])
        for domain in lost:
            log.warning("leases.domain_lost", domain=domain.decode())
            self._held.discard(domain.decode())

    async def _hold_all(self, domains: Sequence[str]) -> Sequence[float]:
        answers = await self._hold(keys=[DOMAINS, HOLDERS, RESTS], args=[*self._who(), *domains])
        return [answer / 1000 for answer in answers]

    async def _settle_all(self, settled: Sequence[_Settled]) -> Sequence[None]:
        # JSON: the client spends a microsecond or two on each argument of a command.
        told = json.dumps([one.arguments for one in settled])
        try:
            await self._settle(keys=[DOMAINS, HOLDERS, RESTS], args=[self._now(), self._poller, DUE, told])
        except RedisError as error:
            log.warning("leases.not_settled", error=redact(str(error)))  # they end by themselves
        return [None] * len(settled)

    def _who(self) -> tuple[str | int, ...]:
        return self._now(), self._poller, _milliseconds(self._lease_seconds)

    def _now(self) -> str | int:
        return self._clock_ms() if self._clock_ms else ""


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value

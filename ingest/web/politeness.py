"""One request at a time to a registrable domain, with a pause between, and none while it asked for rest.

Pages give way to feeds: a feed that is asked late may lose entries for good, a page waits where it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import Final, Protocol

from tld import get_fld
from yarl import URL

from ingest.web.turns import Turns

SILENCES_MAX: Final = 3
"""Time-outs in a row after which a server is left alone: the rest of its feeds would each wait the deadline out."""

REST_AFTER_SILENCE: Final = timedelta(minutes=10)

PAGE_PATIENCE_SECONDS: Final = 30.0
"""A page that has waited so long for its turn goes before feeds that came later: many feeds never let it in else."""


_HELD_RETRY_SECONDS: Final = 0.25


class DomainHolds(Protocol):
    """The port to what keeps other pollers from a domain meanwhile (ingest.polling.leases)."""

    def holds(self, domain: str) -> bool: ...

    async def take(self, domain: str) -> float:
        """0 when it is ours. Else seconds: above 0 the domain rests, below 0 another holds it at most so long."""
        ...

    def give_back(self, domain: str, rest_seconds: float) -> None: ...


@functools.lru_cache(maxsize=10_000)
def registrable_domain(url: str) -> str:
    """bbc.co.uk for https://feeds.bbc.co.uk/x, by the public suffix list; an IP address or a lone name is its own."""
    try:
        host = (URL(url).host or "").removesuffix(".").lower()
    except ValueError:
        return url
    with contextlib.suppress(ValueError):
        return str(ip_address(host))
    # A suffix that the list does not know is one label long (publicsuffix.org, "the prevailing rule is *").
    return get_fld(host, fix_protocol=True, fail_silently=True) or ".".join(host.split(".")[-2:])


@dataclass(kw_only=True)
class _Domain:
    name: str
    turns: Turns = field(default_factory=Turns)
    last_start: float = -math.inf
    last_page_start: float = -math.inf
    rests_until: float = 0
    pause_seconds: float = 0
    """Longer than the usual one, because the server once said 429."""


class HostGate:
    """Shared by all polls of a process. ``clock`` is monotonic seconds, ``page_pause_seconds`` lies between pages.

    With ``holds`` the rule is kept over processes too: a domain is held while it is asked, and for the pause after it.
    """

    def __init__(
        self,
        *,
        pause_seconds: float,
        page_pause_seconds: float = 5,
        clock: Callable[[], float] = time.monotonic,
        holds: DomainHolds | None = None,
    ) -> None:
        self._holds = holds
        self._pause_seconds = pause_seconds
        self._page_pause_seconds = page_pause_seconds
        self._clock = clock
        self._domains: dict[str, _Domain] = {}
        self._silent: Counter[str] = Counter()
        self._silent_until: dict[str, float] = {}

    def turn(self, url: str) -> AbstractAsyncContextManager[None]:
        """Waits until this URL's domain may be asked: the pause counts from start to start."""
        return _Turn(self, self._domain(url), paused=True)

    @contextlib.asynccontextmanager
    async def page_turn(self, url: str, *, delay_seconds: float = 0) -> AsyncIterator[None]:
        """The same for a page, behind the feeds that wait. ``delay_seconds``: what robots.txt wants between two.

        The longer pause is waited out without the turn, so that no feed waits for it.
        """
        domain = self._domain(url)
        rank = self._clock() + PAGE_PATIENCE_SECONDS
        while True:
            await asyncio.sleep(self._until_page(domain, delay_seconds))
            async with self._held_turn(domain, rank):
                if self._until_page(domain, delay_seconds) > 0:
                    continue
                domain.last_start = domain.last_page_start = self._clock()
                yield
                return

    def hop_turn(self, url: str) -> AbstractAsyncContextManager[None]:
        """For the next hop of a redirect within its domain: one at a time, but without a pause."""
        return _Turn(self, self._domain(url), paused=False)

    @contextlib.asynccontextmanager
    async def _held_turn(self, domain: _Domain, rank: float) -> AsyncIterator[None]:
        await self.begin(domain, rank)
        try:
            yield
        finally:
            self.end(domain)

    async def begin(self, domain: _Domain, rank: float) -> None:
        """Waits for a turn at the domain, among the polls of this process and among pollers."""
        await domain.turns.acquire(rank)
        try:
            if self._holds is not None and not self._holds.holds(domain.name):
                await self._hold(domain, self._holds)
        except BaseException:
            self.end(domain)
            raise

    def end(self, domain: _Domain) -> None:
        """The turn is over; other pollers may have the domain, after its pause, if nobody here waits for it."""
        if self._holds is not None and self._holds.holds(domain.name) and not domain.turns.awaited:
            until = max(domain.last_start + self._pause(domain), domain.rests_until)
            self._holds.give_back(domain.name, max(0.0, until - self._clock()))
        domain.turns.release()

    async def start(self, domain: _Domain, *, paused: bool) -> None:
        """Begins a turn, and waits the domain's pause out if it is to be ``paused``."""
        await self.begin(domain, self._clock())
        try:
            if paused and (wait := domain.last_start + self._pause(domain) - self._clock()) > 0:
                await asyncio.sleep(wait)
        except BaseException:
            self.end(domain)
            raise
        domain.last_start = self._clock()

    async def _hold(self, domain: _Domain, holds: DomainHolds) -> None:
        while not holds.holds(domain.name) and (wait := await holds.take(domain.name)):
            if wait > self._pause(domain) + 1:
                # No pause, but a rest that the server asked another poller for: whose turn it is sees it in rest().
                domain.rests_until = max(domain.rests_until, self._clock() + wait)
                return
            await asyncio.sleep(wait if wait > 0 else min(-wait, _HELD_RETRY_SECONDS))

    def _until_page(self, domain: _Domain, delay_seconds: float) -> float:
        pause = max(self._page_pause_seconds, delay_seconds)
        ready = max(domain.last_start + self._pause(domain), domain.last_page_start + pause)
        return max(0.0, ready - self._clock())

    def rest(self, url: str) -> timedelta | None:
        """How long this URL must not be asked, None when it may."""
        until = max(self._domain(url).rests_until, self._silent_until.get(_server(url), 0))
        left = until - self._clock()
        return timedelta(seconds=left) if left > 0 else None

    def asked_for_rest(self, url: str, wait: timedelta) -> None:
        """The server said 429 or Retry-After: that holds for its whole domain."""
        domain = self._domain(url)
        domain.rests_until = max(domain.rests_until, self._clock() + wait.total_seconds())

    def slow_down(self, url: str, pause: timedelta) -> None:
        """From now on at least ``pause`` lies between two requests to this URL's domain."""
        domain = self._domain(url)
        domain.pause_seconds = max(domain.pause_seconds, pause.total_seconds())

    def answered(self, url: str, *, silent: bool) -> None:
        """``silent``: it ran into a time-out. Three of those in a row, from one server, and it is left alone."""
        server = _server(url)
        if not silent:
            self._silent.pop(server, None)
            return
        self._silent[server] += 1
        if self._silent[server] >= SILENCES_MAX:
            self._silent_until[server] = self._clock() + REST_AFTER_SILENCE.total_seconds()
            self._silent.pop(server)

    def _pause(self, domain: _Domain) -> float:
        return max(self._pause_seconds, domain.pause_seconds)

    def _domain(self, url: str) -> _Domain:
        name = registrable_domain(url)
        found = self._domains.get(name)
        if found is None:
            found = self._domains[name] = _Domain(name=name)
        return found


class _Turn:
    """A turn as a context. A class: a generator of this kind costs a twentieth of an unchanged feed (measured)."""

    def __init__(self, gate: HostGate, domain: _Domain, *, paused: bool) -> None:
        self._gate = gate
        self._domain = domain
        self._paused = paused

    async def __aenter__(self) -> None:
        await self._gate.start(self._domain, paused=self._paused)

    async def __aexit__(self, *_error: object) -> None:
        self._gate.end(self._domain)


@functools.lru_cache(maxsize=10_000)
def _server(url: str) -> str:
    parsed = URL(url)
    return f"{parsed.host}:{parsed.port}"

"""robots.txt (RFC 9309): whether a page may be asked for, and how slowly. Read by Protego, fetched as all else is.

It holds for what Copydesk finds by itself, the pages behind links and in sitemaps; not for a feed, which a person has
put on the list.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Literal

import structlog
from protego import Protego
from yarl import URL

from ingest.web.fetcher import Fetcher
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome

log = structlog.get_logger()

PRODUCT_TOKEN: Final = "Copydesk"  # noqa: S105 - RFC 9309, 2.2.1: the name that a robots.txt addresses us by
KEPT_SECONDS: Final = 24 * 3600.0
"""RFC 9309, 2.4: a cached robots.txt should not be used for more than 24 hours."""

UNREACHABLE_SECONDS: Final = 1800.0
"""A robots.txt that could not be had is asked for again after so long; till then all is disallowed (2.3.1.4)."""

STALE_SECONDS: Final = 30 * 24 * 3600.0
"""Rules known from earlier hold on while robots.txt cannot be had, for at most 30 days (2.3.1.4)."""

CRAWL_DELAY_MAX_SECONDS: Final = 60.0
ORIGINS_MAX: Final = 10_000

_VERSION: Final = re.compile(r"^(\s{0,20}user-agent\s{0,20}:\s{0,20}[a-z_-]{1,100})/\S*", re.IGNORECASE | re.MULTILINE)

Turn = Callable[[str], AbstractAsyncContextManager[None]]
"""Waits until a URL's server may be asked."""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """``delay_seconds``: what the server wants between two requests (Crawl-delay, Request-rate), at most 60."""

    delay_seconds: float = 0


@dataclass(frozen=True, kw_only=True)
class Disallowed:
    reason: Literal["robots_disallowed", "robots_unreachable"]
    sentence: str


@dataclass(frozen=True, kw_only=True)
class _Rules:
    """``parsed`` is None where everything is allowed; ``reachable`` False where nothing is."""

    parsed: Protego | None
    until: float
    read_at: float
    reachable: bool = True


class Robots:
    """The rules of the servers met last, by origin, in memory. ``clock`` is monotonic seconds."""

    def __init__(self, *, fetcher: Fetcher, turn: Turn, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetcher = fetcher
        self._turn = turn
        self._clock = clock
        self._rules: OrderedDict[str, _Rules] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def may_fetch(self, url: str) -> Allowed | Disallowed:
        """What the robots.txt of ``url``'s origin says of it; fetched first when it is not known or too old."""
        rules = await self._rules_of(str(URL(url).origin()))
        if not rules.reachable:
            return Disallowed(
                reason="robots_unreachable",
                sentence="its server's robots.txt cannot be had, and then nothing may be asked for (RFC 9309)",
            )
        if rules.parsed is None:
            return Allowed()
        if not rules.parsed.can_fetch(url, PRODUCT_TOKEN):
            return Disallowed(reason="robots_disallowed", sentence="its server's robots.txt does not allow it")
        return Allowed(delay_seconds=_delay(rules.parsed))

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of ``url``'s origin names (sitemaps.org, "Submitting your sitemap")."""
        rules = await self._rules_of(str(URL(url).origin()))
        return tuple(dict.fromkeys(rules.parsed.sitemaps)) if rules.parsed is not None else ()

    async def _rules_of(self, origin: str) -> _Rules:
        lock = self._asking.setdefault(origin, asyncio.Lock())
        async with lock:
            known = self._rules.get(origin)
            if known is None or known.until <= self._clock():
                known = await self._ask(origin, known)
                self._rules[origin] = known
        self._rules.move_to_end(origin)
        while len(self._rules) > ORIGINS_MAX:
            oldest, _ = self._rules.popitem(last=False)
            self._asking.pop(oldest, None)
        return known

    async def _ask(self, origin: str, known: _Rules | None) -> _Rules:
        url = f"{origin}/robots.txt"
        async with self._turn(url):
            outcome = await self._fetcher.fetch(url)
        now = self._clock()
        if isinstance(outcome, Fetched):
            # In a thread: half a megabyte of rules takes a quarter of a second to read (measured).
            parsed = await asyncio.to_thread(_parsed, outcome.body)
            return _Rules(parsed=parsed, until=now + KEPT_SECONDS, read_at=now)
        if is_unavailable(outcome):
            return _Rules(parsed=None, until=now + KEPT_SECONDS, read_at=now)
        log.info("robots.unreachable", url=url, reason=getattr(outcome, "code", "not_modified"))
        if known is not None and known.reachable and now - known.read_at < STALE_SECONDS:
            return _Rules(parsed=known.parsed, until=now + UNREACHABLE_SECONDS, read_at=known.read_at)
        return _Rules(parsed=None, until=now + UNREACHABLE_SECONDS, read_at=now, reachable=False)


def _parsed(body: bytes) -> Protego:
    # A version behind the product token is left out, as Google's own parser does: who writes it means us.
    return Protego.parse(_VERSION.sub(r"\1", body.decode("utf-8-sig", "replace")))


def is_unavailable(outcome: FetchOutcome) -> bool:
    """No robots.txt, hence no rules (RFC 9309, 2.3.1.2 and 2.3.1.3): a 4xx, an empty file, a sixth redirect.

    429 is none of them: a server that is asked too often wants to be left alone, not crawled freely.
    """
    if not isinstance(outcome, FetchFailed):
        return False
    if outcome.status is not None and outcome.reason == "http_status":
        return 400 <= outcome.status < 500 and outcome.status != 429
    return outcome.reason in ("empty_body", "too_many_redirects")


def _delay(rules: Protego) -> float:
    stated = [rules.crawl_delay(PRODUCT_TOKEN) or 0.0]
    if rate := rules.request_rate(PRODUCT_TOKEN):
        stated.append(rate.seconds / max(1, rate.requests))
    longest = max((delay for delay in stated if math.isfinite(delay)), default=0.0)
    return min(max(longest, 0.0), CRAWL_DELAY_MAX_SECONDS)

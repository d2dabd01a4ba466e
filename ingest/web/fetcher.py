"""The one HTTP client of ingest: every request, and every hop of a redirect, passes the guard, limits and deadlines.

What goes wrong with a strange server is expected, so it is a value (``FetchFailed``) with a reason code and a sentence
for people; only a defect of ours raises.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from ingest.web.content_coding import ACCEPTED, CodingError, Decoder
from ingest.web.fetch_failures import failure_of
from ingest.web.freshness import fresh_for
from ingest.web.guard import Guard, Refusal, Target
from ingest.web.limits import Limits
from ingest.web.outcomes import (
    Fetched,
    FetchFailed,
    FetchOutcome,
    Hop,
    NotModified,
    Posted,
    Redirected,
    answer_failure,
    status_failure,
)
from ingest.web.resolver import BlockedAddressError, GuardedResolver, Lookup

Look = Callable[[bytes], str | None]
"""Given the first bytes of a body: a sentence when reading on is pointless (a video is no feed), else None."""

RestOf = Callable[[str], Awaitable[timedelta | None]]
"""Given the URL that a redirect leads to: how long its server must not be asked, None when it may be."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LOOK_BYTES: Final = 1024
_PIECE_BYTES: Final = 65_536
FEED_ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.3"
)
PAGE_ACCEPT: Final = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.1"
ROBOTS_ACCEPT: Final = "text/plain, */*;q=0.1"


@dataclass(frozen=True, kw_only=True)
class Validators:
    """What the last accepted answer said of its version, sent back verbatim (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(kw_only=True)
class _Journey:
    """One fetch under way: where it is, and where it has been."""

    target: Target
    origin: str
    validators: Validators
    headers: Mapping[str, str]
    look: Look | None
    rest_of: RestOf | None
    follow: bool
    hops: list[Hop] = field(default_factory=list)


class Fetcher:
    """Owns the connections; ``close`` it, or use it as an async context. One per event loop.

    ``took`` is told the seconds of each fetch, whatever came of it; not of what the guard refuses unasked.
    """

    def __init__(
        self,
        *,
        guard: Guard,
        user_agent: str,
        limits: Limits | None = None,
        lookup: Lookup | None = None,
        accept: str = FEED_ACCEPT,
        took: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._guard = guard
        self._limits = limits or Limits()
        self._user_agent = user_agent
        self._lookup = lookup
        self._accept = accept
        self._took = took
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def refuses(self, url: str) -> FetchFailed | None:
        """What the guard has against this URL, before anything is looked up."""
        target = self._guard.target(url)
        return FetchFailed(reason=target.reason, sentence=target.sentence) if isinstance(target, Refusal) else None

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
        look: Look | None = None,
        rest_of: RestOf | None = None,
    ) -> FetchOutcome:
        """GETs ``url``. ``headers`` are sent to its own origin only, never to where a redirect leads.

        No redirect is followed to a server that ``rest_of`` says wants rest.
        """
        outcome = await self._go(url, validators=validators, headers=headers, look=look, rest_of=rest_of, follow=True)
        assert not isinstance(outcome, Redirected)
        return outcome

    async def fetch_hop(self, url: str, *, look: Look | None = None) -> FetchOutcome | Redirected:
        """GETs ``url`` alone. Where it redirects to is checked by the guard and handed back, not asked."""
        return await self._go(url, look=look, follow=False)

    async def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Posted | FetchFailed:
        """POSTs JSON. A redirect is a failure, whatever it leads to; of the answer nothing but the status is read."""
        target = self._guard.target(url)
        if isinstance(target, Refusal):
            return FetchFailed(reason=target.reason, sentence=target.sentence)
        sent = {"Content-Type": "application/json", "User-Agent": self._user_agent, **headers}
        try:
            async with (
                asyncio.timeout(self._limits.total_seconds),
                self._open().post(target.url, data=body, headers=sent, allow_redirects=False) as response,
            ):
                response.close()
                if 200 <= response.status < 300:
                    return Posted(status=response.status)
                return answer_failure(response.status)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            return failure_of(error, limits=self._limits, hops=())

    async def _go(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
        look: Look | None,
        rest_of: RestOf | None = None,
        follow: bool,
    ) -> FetchOutcome | Redirected:
        target = self._guard.target(url)
        if isinstance(target, Refusal):
            return FetchFailed(reason=target.reason, sentence=target.sentence)
        journey = _Journey(
            target=target,
            origin=target.origin,
            validators=validators or Validators(),
            headers=headers or {},
            look=look,
            rest_of=rest_of,
            follow=follow,
        )
        started = time.monotonic()
        try:
            # Outside everything: a server that sends a byte every 200 ms passes each time-out for reading.
            async with asyncio.timeout(self._limits.total_seconds):
                return await self._travel(journey, started)
        except TimeoutError as error:
            return failure_of(error, limits=self._limits, hops=tuple(journey.hops))
        except (aiohttp.ClientError, CodingError, OSError, ValueError) as error:
            return failure_of(error, limits=self._limits, hops=tuple(journey.hops))
        finally:
            self._took(time.monotonic() - started)

    async def _travel(self, journey: _Journey, started: float) -> FetchOutcome | Redirected:
        while True:
            async with self._get(journey) as response:
                if response.status in _REDIRECTS:
                    response.close()  # its body is never read: it may be a bomb
                    refused = self._follow(journey, response) or await self._let_rest(journey)
                    if refused is not None:
                        return refused
                    if not journey.follow:
                        return Redirected(status=response.status, url=str(journey.target.url))
                    continue
                return await self._receive(journey, response, started)

    def _get(self, journey: _Journey) -> Any:
        headers = {"Accept": self._accept, "Accept-Encoding": ACCEPTED, "User-Agent": self._user_agent}
        if journey.target.origin == journey.origin:
            headers |= journey.headers
        headers |= journey.validators.headers
        return self._open().get(journey.target.url, headers=headers, allow_redirects=False)

    def _follow(self, journey: _Journey, response: aiohttp.ClientResponse) -> FetchFailed | None:
        location = response.headers.get("Location")
        hops = tuple(journey.hops)
        if not location:
            return FetchFailed(
                reason="bad_redirect", sentence="the server redirects, but does not say where to", hops=hops
            )
        if len(hops) >= self._limits.redirects:
            return FetchFailed(
                reason="too_many_redirects",
                sentence=f"the server redirects more than {self._limits.redirects} times",
                hops=hops,
            )
        target = self._guard.target(_join(journey.target.url, location))
        if isinstance(target, Refusal):
            reason = (
                target.reason if target.reason in ("ssrf_blocked", "port_blocked", "bad_scheme") else "bad_redirect"
            )
            return FetchFailed(reason=reason, sentence=f"it redirects: {target.sentence}", hops=hops)
        journey.hops.append(Hop(status=response.status, url=str(target.url)))
        journey.target = target
        return None

    async def _let_rest(self, journey: _Journey) -> FetchFailed | None:
        rest = await journey.rest_of(str(journey.target.url)) if journey.rest_of else None
        if rest is None:
            return None
        minutes = max(1, round(rest.total_seconds() / 60))
        return FetchFailed(
            reason="host_paused",
            sentence=f"it redirects to {journey.target.url.host}, which wants rest for {minutes} min",
            hops=tuple(journey.hops),
        )

    async def _receive(self, journey: _Journey, response: aiohttp.ClientResponse, started: float) -> FetchOutcome:
        hops = tuple(journey.hops)
        if response.status == 304:
            return NotModified(
                fresh_for=_fresh_for(response),
                hops=hops,
                asked=bool(journey.validators.headers),
                seconds=time.monotonic() - started,
            )
        if response.status not in (200, 203):
            return status_failure(response.status, retry_after=response.headers.get("Retry-After"), hops=hops)
        body = await self._read(journey, response)
        if isinstance(body, str):
            return FetchFailed(reason="not_a_feed", sentence=body, hops=hops)
        if not body.strip():
            return FetchFailed(reason="empty_body", sentence="the server answers with an empty page", hops=hops)
        return Fetched(
            url=str(journey.target.url),
            body=body,
            content_type=response.headers.get("Content-Type"),
            etag=_storable_etag(response.headers.get("ETag")),
            last_modified=_storable_date(response.headers.get("Last-Modified")),
            fresh_for=_fresh_for(response),
            hops=hops,
            seconds=time.monotonic() - started,
        )

    async def _read(self, journey: _Journey, response: aiohttp.ClientResponse) -> bytes | str:
        """The body, or a sentence where its first bytes make reading on pointless. Raises CodingError."""
        decoder = Decoder(response.headers.get("Content-Encoding"), limit_bytes=self._limits.body_bytes)
        looked = journey.look is None
        async for chunk in response.content.iter_any():
            if not _fits(decoder, chunk, keep_beginning=self._limits.keep_beginning):
                response.close()
                return bytes(decoder.body)
            if not looked and len(decoder.body) >= _LOOK_BYTES:
                looked = True
                if sentence := _pointless(journey, decoder.body):
                    response.close()
                    return sentence
        return decoder.finish()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            limits = self._limits
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0,  # the poller bounds how many fetches run at once
                    resolver=GuardedResolver(guard=self._guard, seconds=limits.connect_seconds, lookup=self._lookup),
                    socket_factory=self._socket,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=limits.connect_seconds, sock_read=limits.read_seconds
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                requote_redirect_url=False,
            )
        return self._session

    def _socket(self, address: Any) -> socket.socket:
        # The last word: this is the very address the socket is connected to, literal or resolved, first try or third.
        family, kind, protocol, _, peer = address
        if self._guard.blocked(peer[0]):
            raise BlockedAddressError(self._guard.refuse_address(peer[0]))
        return socket.socket(family, kind, protocol)


def _fits(decoder: Decoder, chunk: bytes, *, keep_beginning: bool) -> bool:
    """Feeds the decoder. False for a body longer than its limit, of which the beginning is wanted."""
    if not keep_beginning:
        decoder.feed(chunk)
        return True
    try:
        for start in range(0, len(chunk), _PIECE_BYTES):
            decoder.feed(chunk[start : start + _PIECE_BYTES])
    except CodingError as error:
        if error.reason != "body_too_large":
            raise
        return False
    return True


def _pointless(journey: _Journey, body: bytearray) -> str | None:
    return journey.look(bytes(body[:_LOOK_BYTES])) if journey.look else None


def _join(base: URL, location: str) -> str:
    # aiohttp decodes header bytes as UTF-8 with surrogates; a Location may hold raw bytes.
    if any("\udc80" <= character <= "\udcff" for character in location):
        location = location.encode("utf-8", "surrogateescape").decode("latin-1")
    try:
        return urljoin(str(base), location)
    except ValueError:
        return location  # the guard says what is wrong with it


def _fresh_for(response: aiohttp.ClientResponse) -> timedelta:
    return fresh_for(response.headers, now=datetime.now(UTC))


def _storable_etag(value: str | None) -> str | None:
    """An ETag (RFC 9110, 8.8.3; unquoted ones exist) that can be sent back without harm, else None."""
    if value is None or len(value) > 256 or not value.isascii() or not value.isprintable():
        return None
    bare = value.removeprefix("W/")
    quoted = len(bare) >= 2 and bare[0] == bare[-1] == '"'
    inner = bare[1:-1] if quoted else bare
    return None if '"' in inner or ("," in inner and not quoted) or not value.strip() else value


def _storable_date(value: str | None) -> str | None:
    """A Last-Modified, whatever it says, that is short and printable: servers compare it as text."""
    return value if value and len(value) <= 64 and value.isascii() and value.isprintable() else None

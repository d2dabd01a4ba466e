"""Names to addresses, through the guard: nothing that the guard blocks ever reaches the HTTP client."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from ingest.web.guard import Guard, Refusal

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host and a port to its addresses; raises OSError when the name has none."""

ADDRESSES_MAX: Final = 64
LOOKUPS_AT_ONCE_MAX: Final = 64


class BlockedAddressError(OSError):
    """The guard refused an address after the name was resolved; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


class LookupTimeoutError(OSError):
    """The name server did not answer in time."""


class TooManyAddressesError(OSError):
    """A name with thousands of addresses: no honest feed's, and each would have to be checked."""


class GuardedResolver(AbstractResolver):
    """aiohttp's resolver. aiohttp never asks it for an IP literal: those are the fetcher's and its socket factory's."""

    def __init__(self, *, guard: Guard, seconds: float, lookup: Lookup | None = None) -> None:
        self._guard = guard
        self._seconds = seconds
        self._lookup = lookup or _system_lookup
        self._slots = asyncio.Semaphore(LOOKUPS_AT_ONCE_MAX)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises BlockedAddressError, LookupTimeoutError, TooManyAddressesError, or OSError for an unknown name."""
        try:
            async with asyncio.timeout(self._seconds), self._slots:
                addresses = await self._lookup(host, port)
        except TimeoutError:
            raise LookupTimeoutError(f"no answer within {self._seconds:g} s") from None
        if len(addresses) > ADDRESSES_MAX:
            raise TooManyAddressesError(f"{len(addresses)} addresses")
        chosen = self._guard.choose(host, addresses)
        if isinstance(chosen, Refusal):
            raise BlockedAddressError(chosen)
        return [_result(host, port, address) for address in chosen]

    async def close(self) -> None:
        """Holds nothing: a look-up that hangs is a daemon thread and ends with the process."""


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ip_address(address.partition("%")[0]).version == 6 else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


async def _system_lookup(host: str, port: int) -> Sequence[str]:
    """getaddrinfo in a daemon thread: asyncio's own executor is joined at exit, and a dead name server takes 40 s."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(addresses: Sequence[str], error: Exception | None) -> None:
        if answer.done():  # timed out or cancelled meanwhile
            return
        if error is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(error)

    def ask() -> None:
        addresses: Sequence[str] = ()
        failure: Exception | None = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
        except (OSError, UnicodeError) as error:
            failure = error if isinstance(error, OSError) else OSError(str(error))
        with contextlib.suppress(RuntimeError):  # the loop was closed while the name server thought about it
            loop.call_soon_threadsafe(settle, addresses, failure)

    threading.Thread(target=ask, name=f"lookup {host}", daemon=True).start()
    return await answer

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from ingest.web.guard import Guard
from ingest.web.resolver import (
    ADDRESSES_MAX,
    BlockedAddressError,
    GuardedResolver,
    LookupTimeoutError,
    TooManyAddressesError,
)


def resolver(*answers: list[str], seconds: float = 1, guard: Guard | None = None) -> GuardedResolver:
    """A resolver whose name server gives one of ``answers`` after the other."""
    rest = list(answers)

    async def lookup(_host: str, _port: int) -> list[str]:
        return rest.pop(0)

    return GuardedResolver(guard=guard or Guard(), seconds=seconds, lookup=lookup)


async def test_a_public_name_resolves_to_numeric_addresses_of_both_families() -> None:
    found = await resolver(["93.184.216.34", "2a00:1450::1"]).resolve("news.example", 443)
    assert [(result["host"], result["family"], result["port"]) for result in found] == [
        ("93.184.216.34", socket.AF_INET, 443),
        ("2a00:1450::1", socket.AF_INET6, 443),
    ]


async def test_a_name_that_is_bound_anew_to_a_private_address_is_refused_then() -> None:
    rebinding = resolver(["93.184.216.34"], ["127.0.0.1"])
    await rebinding.resolve("news.example")
    with pytest.raises(BlockedAddressError) as caught:
        await rebinding.resolve("news.example")
    assert caught.value.refusal.reason == "ssrf_blocked"


async def test_a_name_with_thousands_of_addresses_is_refused() -> None:
    with pytest.raises(TooManyAddressesError, match="4000"):
        await resolver(["93.184.216.34"] * 4000).resolve("news.example")
    assert len(await resolver(["93.184.216.34"] * ADDRESSES_MAX).resolve("news.example")) == ADDRESSES_MAX


async def test_a_hanging_system_resolver_neither_blocks_the_loop_nor_outlives_its_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = threading.Event()

    def hangs(*_args: object, **_named: object) -> list[object]:
        answers.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    slow = GuardedResolver(guard=Guard(), seconds=0.1)
    ticked = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, ticked.set)
    with pytest.raises(LookupTimeoutError, match=r"0\.1 s"):
        await slow.resolve("news.example")
    assert ticked.is_set()
    assert not answers.is_set()
    answers.set()
    await asyncio.sleep(0.1)  # the thread ends and finds nobody waiting: no error, no warning


async def test_the_system_resolver_is_asked_and_its_refusal_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = GuardedResolver(guard=Guard(allow_networks=["127.0.0.0/8"]), seconds=5)
    assert [result["host"] for result in await opened.resolve("localhost", 80)] == ["127.0.0.1"]

    def unknown(*_args: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(socket.gaierror, match="not known"):
        await opened.resolve("news.example")

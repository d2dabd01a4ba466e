from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ingest.polling.coalesced import TOGETHER_MAX, Coalesced


async def test_what_is_asked_for_meanwhile_goes_into_the_next_call() -> None:
    calls: list[int] = []

    async def ask(numbers: Sequence[int]) -> list[int]:
        calls.append(len(numbers))
        await asyncio.sleep(0.001)
        return [number * 2 for number in numbers]

    double = Coalesced(ask)
    answers = await asyncio.gather(*(double(number) for number in range(250)))
    assert answers == [number * 2 for number in range(250)]
    assert max(calls) == TOGETHER_MAX
    assert len(calls) <= 4
    assert await double(7) == 14


async def test_an_error_reaches_each_that_asked_and_the_next_call_works() -> None:
    broken = [True]

    async def ask(numbers: Sequence[int]) -> Sequence[int]:
        if broken[0]:
            raise ConnectionError("away")
        return numbers

    same = Coalesced(ask)
    results = await asyncio.gather(same(1), same(2), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionError, ConnectionError]
    broken[0] = False
    assert await same(3) == 3


async def test_who_is_cancelled_takes_nobody_with_him() -> None:
    go = asyncio.Event()

    async def ask(numbers: Sequence[int]) -> Sequence[int]:
        await go.wait()
        return numbers

    same = Coalesced(ask)
    first, second = asyncio.create_task(same(1)), asyncio.create_task(same(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go.set()
    assert await second == 2


async def test_done_waits_for_all_that_was_put() -> None:
    done: list[int] = []

    async def ask(numbers: Sequence[int]) -> Sequence[None]:
        await asyncio.sleep(0.001)
        done.extend(numbers)
        return [None] * len(numbers)

    put = Coalesced(ask)
    for number in range(300):
        put.put(number)
    await put.done()
    assert done == list(range(300))

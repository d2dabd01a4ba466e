from __future__ import annotations

import asyncio

from ingest.web.turns import Turns


async def test_the_lowest_rank_is_next_and_equals_go_in_order() -> None:
    turns, order = Turns(), list[str]()

    async def take(name: str, rank: float) -> None:
        async with turns.turn(rank):
            order.append(name)
            await asyncio.sleep(0)

    async with turns.turn(0):
        tasks = [asyncio.create_task(take(name, rank)) for name, rank in (("c", 3), ("a", 1), ("b", 2), ("a2", 1))]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["a", "a2", "b", "c"]


async def test_one_holds_it_at_a_time() -> None:
    turns, inside, most = Turns(), 0, 0

    async def take() -> None:
        nonlocal inside, most
        async with turns.turn(0):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(take() for _ in range(20)))
    assert most == 1


async def test_who_gives_up_waiting_is_passed_over_and_who_is_cut_off_when_called_hands_it_on() -> None:
    turns, got = Turns(), list[str]()

    async def take(name: str) -> None:
        async with turns.turn(0):
            got.append(name)

    async with turns.turn(0):
        gives_up, cut_off, patient = (asyncio.create_task(take(name)) for name in ("gives up", "cut off", "patient"))
        await asyncio.sleep(0)
        gives_up.cancel()
        await asyncio.sleep(0)
    cut_off.cancel()  # it was handed the turn a moment ago, and has not run since
    await asyncio.wait_for(patient, 1)
    assert got == ["patient"]
    async with asyncio.timeout(1), turns.turn(0):
        pass

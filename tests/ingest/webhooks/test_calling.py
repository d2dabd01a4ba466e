from __future__ import annotations

import asyncio
from typing import cast

import pytest
from structlog.testing import capture_logs

from ingest.webhooks import calling as calling_module
from ingest.webhooks.calling import calling
from ingest.webhooks.sender import Sender


class Scripted:
    """Stands for a sender: fails once if it is to, then works until it is told to stop (or does not listen)."""

    def __init__(self, *, fails: bool = False, listens: bool = True) -> None:
        self.fails, self.listens, self.runs = fails, listens, 0

    async def run(self, stop: asyncio.Event) -> None:
        self.runs += 1
        if self.fails and self.runs == 1:
            raise KeyError("planted")
        await (stop.wait() if self.listens else asyncio.sleep(3600))


async def test_a_defect_is_logged_and_the_sender_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling_module, "DEFECT_SECONDS", 0.01)
    broken, well = Scripted(fails=True), Scripted()
    with capture_logs() as logged:
        async with calling([cast("Sender", broken), cast("Sender", well)]):
            async with asyncio.timeout(30):
                while broken.runs < 2:  # noqa: ASYNC110 - what is waited for knows nothing of events
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
    assert (broken.runs, well.runs) == (2, 1)
    assert [entry["event"] for entry in logged] == ["webhook.defect"]


async def test_the_end_waits_only_so_long_for_a_call_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling_module, "STOP_SECONDS", 0.05)
    async with asyncio.timeout(60), calling([cast("Sender", Scripted(listens=False))]):
        await asyncio.sleep(0)

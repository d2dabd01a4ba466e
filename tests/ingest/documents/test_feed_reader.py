from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ingest.documents import feed_reader
from ingest.documents.entry import NotAFeed, ParsedFeed
from ingest.documents.feed_reader import FeedReader, ReadLimits

GOOD = b"<rss version='2.0'><channel><item><guid>1</guid></item></channel></rss>"
SLOW = b"<rss version='2.0'><channel>" + b"<a" * 1_000_000 + b"</channel></rss>"


def _hungry(*_named: object, **_more: object) -> None:
    bytearray(4 * 1024 * 1024 * 1024)


def _dying(*_named: object, **_more: object) -> None:
    os._exit(3)


def _raising(*_named: object, **_more: object) -> None:
    raise OverflowError("planted")


async def test_a_slow_document_is_ended_at_its_limit_and_its_neighbours_are_read() -> None:
    async with FeedReader(processes=2, limits=ReadLimits(seconds=1)) as reader:
        await reader.read_feed(GOOD, url="", content_type=None)
        documents = [SLOW, GOOD, GOOD, GOOD]
        found = await asyncio.gather(*(reader.read_feed(one, url="", content_type=None) for one in documents))
    assert isinstance(found[0], NotAFeed)
    assert found[0].reason == "parse_timeout"
    assert all(isinstance(one, ParsedFeed) for one in found[1:])


@pytest.mark.parametrize(
    ("planted", "reason"), [(_hungry, "parse_memory"), (_dying, "parse_failed"), (_raising, "parse_failed")]
)
async def test_whatever_happens_in_a_child_is_one_typed_refusal(
    monkeypatch: pytest.MonkeyPatch, planted: object, reason: str
) -> None:
    async with FeedReader(processes=1, limits=ReadLimits(seconds=5)) as reader:
        monkeypatch.setattr(feed_reader, "_read", planted)
        found = await reader.read_feed(GOOD, url="", content_type=None)
        monkeypatch.undo()
        assert isinstance(await reader.read_feed(GOOD, url="", content_type=None), ParsedFeed)
    assert isinstance(found, NotAFeed)
    assert found.reason == reason


async def test_children_that_all_die_at_once_are_replaced() -> None:
    async with FeedReader(processes=1, limits=ReadLimits(seconds=5)) as reader:
        await reader.read_feed(GOOD, url="", content_type=None)
        pool: Any = reader._pool
        (child,) = pool._pool_manager.worker_manager.workers
        os.kill(child, signal.SIGSTOP)
        reading = asyncio.create_task(reader.read_feed(GOOD, url="", content_type=None))
        await asyncio.sleep(0.5)  # the document is on its way to a child that does not take it
        os.kill(child, signal.SIGKILL)
        assert isinstance(await reading, NotAFeed)
        assert not pool.active
        assert isinstance(await reader.read_feed(GOOD, url="", content_type=None), ParsedFeed)


async def test_closing_ends_the_children() -> None:
    reader = FeedReader(processes=1)
    await reader.read_feed(GOOD, url="", content_type=None)
    pool = await reader._ready()
    children = [worker.pid for worker in pool._pool_manager.worker_manager.workers.values()]
    await reader.close()
    assert children
    for pid in children:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


KILLED = """
import asyncio
from ingest.documents.feed_reader import FeedReader

async def main():
    reader = FeedReader(processes=2)
    pool = await reader._ready()
    await asyncio.gather(*(reader.read_feed(b"<rss/>", url="", content_type=None) for _ in range(4)))
    print(*(worker.pid for worker in pool._pool_manager.worker_manager.workers.values()), flush=True)
    await reader.read_feed(b"<rss><channel>" + b"<a" * 1_000_000, url="", content_type=None)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_children_end_with_a_poller_that_was_killed_even_in_the_middle_of_a_document(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    poller = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert poller.stdout is not None
    children = [int(pid) for pid in poller.stdout.readline().split()]
    time.sleep(0.3)
    poller.kill()
    poller.wait()
    poller.stdout.close()
    assert len(children) == 2
    deadline = time.monotonic() + 5
    while any(_lives(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_lives(pid) for pid in children)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_closing_what_was_never_used_is_nothing() -> None:
    await FeedReader().close()

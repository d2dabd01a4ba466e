"""`make replay-feeds`: a real stream of entries, re-published by a loopback server, through a real poller process.

The poller is killed (SIGKILL) every simulated week and started again. At the end every entry that was shown was
accepted exactly once, by feed and link.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from redis import Redis

from copydesk.datafolder import DataFolder
from copydesk.embedded import PrivateBroker
from ingest.feedlist.sources import FeedSource
from shared import routing
from shared.schema import unpack
from tests.bench.replay.publishers import SHOWN_FOR, Feed, Publishers, SharedClock, corpus, read_stream

KILL_EVERY = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a replay. ``doubled`` counts acceptances beyond the first of an entry."""

    days: float
    feeds: int
    entries: int
    accepted: int
    missed: int
    doubled: int
    polls: int
    kills: int
    seconds: float

    def line(self) -> str:
        return (
            f"{self.days:.0f} days of {self.feeds} feeds in {self.seconds:.0f} s: {self.entries} entries · accepted "
            f"{self.accepted} · missed {self.missed} · doubled {self.doubled} · polls {self.polls} · kills {self.kills}"
        )


async def replay(folder: Path, feeds: list[Feed], *, kill_every: timedelta = KILL_EVERY) -> Outcome:
    """Replays ``feeds`` from their first entry until all were shown for as long as a feed shows them."""
    began, start = time.monotonic(), min(feed.moments[0] for feed in feeds)
    end = max(feed.moments[-1] for feed in feeds) + SHOWN_FOR
    clock = SharedClock(folder / "clock", start=start - timedelta(hours=1))
    publishers = Publishers(feeds, clock)
    server = await publishers.start()
    data = DataFolder(folder / "data")
    data.create()
    broker = PrivateBroker(data)
    broker.start()
    (folder / "feeds").write_text("\n".join(publishers.url_of(feed) for feed in feeds))
    command = (folder / "feeds", folder / "clock", end.isoformat(), data.redis_url, publishers.port)
    kills, code = 0, None
    while code != 0:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.replay.poller", *map(str, command)
        )
        kill_at = clock.now + kill_every
        while process.returncode is None and clock.now < kill_at:  # noqa: ASYNC110 - another process moves the clock
            await asyncio.sleep(0.02)
        if process.returncode is None:
            process.kill()
            kills += 1
        code = await process.wait()
        if code > 0:
            raise SystemExit(f"the poller ended with {code}")
    outcome = _judged(data.redis_url, publishers, feeds)
    broker.stop()
    server.close()
    return Outcome(days=(end - start) / timedelta(days=1), kills=kills, seconds=time.monotonic() - began, **outcome)


def _judged(redis_url: str, publishers: Publishers, feeds: list[Feed]) -> dict[str, int]:
    redis = Redis.from_url(redis_url)
    accepted: Counter[tuple[str, str | None]] = Counter()
    for lane in routing.INBOX_WAITING.values():
        ids: Any = redis.zrange(lane, 0, -1)
        for raw_id in ids:
            packed: Any = redis.hmget(routing.INBOX_ENTRY + raw_id.decode(), "meta", "body")
            raw = unpack(*packed)
            accepted[raw.source_key, raw.url] += 1
    listed = [FeedSource(url=publishers.url_of(feed)) for feed in feeds]
    total = sum(int(redis.hget(routing.FEED_STATE + one.feed_id, "accepted_total") or 0) for one in listed)
    redis.close()
    wanted = {(one.source_key, link) for one, feed in zip(listed, feeds, strict=True) for link in feed.links}
    return {
        "feeds": len(feeds),
        "entries": len(wanted),
        "accepted": total,
        "missed": len(wanted - accepted.keys()),
        "doubled": total - len(wanted & accepted.keys()),
        "polls": sum(feed.asked for feed in feeds),
    }


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--days", type=int, help="only the first so many")
    given.add_argument("--feeds", type=int, help="only the first so many")
    asked = given.parse_args()
    feeds = read_stream(corpus(), days=asked.days)[: asked.feeds]
    with tempfile.TemporaryDirectory(prefix="copydesk-replay-") as folder:
        outcome = asyncio.run(replay(Path(folder), feeds))
    print(outcome.line())
    sys.exit(1 if outcome.missed or outcome.doubled else 0)


if __name__ == "__main__":
    main()

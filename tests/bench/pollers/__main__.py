"""`make bench-polling`: 5,000 feeds, Copydesk beside `reader` and beside a bare aiohttp loop, all in one run.

Absolute figures of a shared machine are noise; the ratios within one run are not. `--feeds N` makes it shorter.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from copydesk.datafolder import DataFolder
from copydesk.embedded import PrivateBroker
from tests.bench.pollers.site import ENTRIES, site

READER_FEEDS = 400
PASSES = 4
PEERS = Path(".venv-peers/bin/python")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of one pass: feeds a second, and CPU seconds for 1,000 feeds (client and children, no server, no Redis)."""

    rate: float
    cpu: float

    @classmethod
    def of(cls, one: tuple[float, float], feeds: int) -> Figures:
        return cls(rate=feeds / one[0], cpu=one[1] / feeds * 1000)


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """The first pass, and the best of those that were answered with 304."""

    name: str
    cold: Figures
    unchanged: Figures


def run(name: str, command: Sequence[str | Path], feeds: int) -> Contestant:
    """Runs a contestant's process, which prints ``{"passes": [[seconds, CPU seconds], ...]}``."""
    finished = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, check=True, text=True)
    passes = [Figures.of(one, feeds) for one in json.loads(finished.stdout)["passes"]]
    return Contestant(name=name, cold=passes[0], unchanged=max(passes[1:], key=lambda one: one.rate))


def table(bare: Contestant, ours: Contestant, reader: Contestant) -> str:
    """Beside each other, with the ratios that count."""
    lines = [f"{'':44}{'first poll':>12}{'CPU s/1,000':>13}{'304':>10}{'CPU s/1,000':>13}"]
    for one in (bare, reader, ours):
        cold, same = one.cold, one.unchanged
        lines.append(f"{one.name:44}{cold.rate:10.0f}/s{cold.cpu:13.2f}{same.rate:8.0f}/s{same.cpu:13.2f}")
    for other in (reader, bare):
        first, again = ours.cold.rate / other.cold.rate, ours.unchanged.rate / other.unchanged.rate
        lines.append(f"{'copydesk, times ' + other.name.split(' (')[0]:44}{first:12.2f}{'':13}{again:10.2f}")
    return "\n".join(lines)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--feeds", type=int, default=5_000)
    given.add_argument("--polls", type=int, default=10_000, help="for the memory")
    asked = given.parse_args()
    feeds, polls = asked.feeds, asked.polls
    sample = min(feeds, READER_FEEDS)
    folder = Path(__file__).parent
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as data, site() as port:
        broker_folder = DataFolder(Path(data) / "broker")
        broker_folder.create()
        broker = PrivateBroker(broker_folder)
        broker.start()
        print(f"{feeds} feeds of {ENTRIES} entries, one address each; {os.cpu_count()} cores", flush=True)
        python = [sys.executable, "-m", "tests.bench.pollers.contestants"]
        bare = run("bare aiohttp loop", [*python, "bare", str(port), str(feeds), str(PASSES)], feeds)
        ours = run(
            "copydesk (to Redis, append-only file on)",
            [*python, "copydesk", str(port), str(feeds), str(PASSES), broker_folder.redis_url],
            feeds,
        )
        command: list[str | Path] = [PEERS, folder / "peer_reader.py", str(port), str(sample), "4", str(PASSES)]
        reader = run(f"reader (a sample of {sample} feeds, 4 workers)", command, sample)
        print(table(bare, ours, reader), flush=True)
        command = [*python, "memory", str(port), "500", str(polls), broker_folder.redis_url]
        finished = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        for done, poller, children in json.loads(finished.stdout)["memory"]:
            print(
                f"after {done:6} polls of changed documents: poller {poller:.0f} MiB, its children {children:.0f} MiB"
            )
        broker.stop()


if __name__ == "__main__":
    main()

"""Memory of each process while 20,000 articles go through a running stack: python -m tests.bench.memory [ARTICLES].

Four fifths are seeds; the others come from feeds that grow and are asked every other second.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from copydesk.datafolder import DataFolder
from tests.e2e.commands import running
from tests.e2e.test_one_machine import command_line, processes_on, settled
from tests.factories import make_text
from tests.faults import hooks
from tests.faults.deployment import ROOT, python_path
from tests.faults.feeds import Feeds
from tests.faults.texts import Writer

ARTICLES: Final = 20_000
SHARES: Final = (0.1, 0.25, 0.5, 0.75, 1.0)
ROLES: Final = {
    "copydesk seed": "seed",
    "copydesk run": "supervisor",
    "-m copydesk.poller": "poller",
    "-m worker": "worker",
    "valkey": "broker",
}
FEEDS: Final = 20
GROWTH_SECONDS: Final = 1.0
POLL_SECONDS: Final = 2.0


def main(articles: int) -> None:
    fed = articles // 5
    with tempfile.TemporaryDirectory(prefix="copydesk-memory-") as made, Feeds(FEEDS) as feeds:
        folder = Path(made)
        data, given, log = folder / "d", folder / "given.jsonl", folder / "run.log"
        _write_seeds(given, articles - fed)
        listed = [f'[[feed]]\nurl = "{feeds.url(each)}"\nfull_text = "never"\n' for each in range(FEEDS)]
        (folder / "feeds.toml").write_text("\n".join(listed))
        variables = _asked_often(folder / "hooks", feeds)
        with running("run", "--feeds", folder / "feeds.toml", "--data", data, log=log, variables=variables):
            _until(lambda: DataFolder(data).socket.exists() and "Ctrl-C" in log.read_text())
            threading.Thread(target=_grow, args=(feeds, fed), daemon=True).start()
            with running("seed", given, "--data", data, log=folder / "seed.log") as seed:
                for line in _watched(data, articles, seed):
                    print(line, flush=True)


def _write_seeds(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = make_text(number, words=60)
            file.write(json.dumps({"id": f"a{number}", "title": text[:40], "text": text}) + "\n")


def _asked_often(folder: Path, feeds: Feeds) -> dict[str, str]:
    """A feed's own rhythm is minutes at least: hooks have it asked every other second."""
    hooks.prepare(folder)
    return {
        "PYTHONPATH": python_path(ROOT),
        hooks.FOLDER_VARIABLE: str(folder),
        hooks.POLL_VARIABLE: str(POLL_SECONDS),
        "COPYDESK_HOST_PAUSE_SECONDS": "0",
        "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "COPYDESK_FETCH_ALLOW_PORTS": str(feeds.port),
    }


def _grow(feeds: Feeds, count: int) -> None:
    writer = Writer(random.Random(1))
    for number in range(count):
        feeds.grow(number % FEEDS, [writer.article()])
        if number % FEEDS == FEEDS - 1:
            time.sleep(GROWTH_SECONDS)


def _watched(data: Path, articles: int, seed: subprocess.Popen[bytes]) -> Iterator[str]:
    began = time.monotonic()
    for share in SHARES:
        _until(lambda share=share: settled(data) >= share * articles)
        each = ", ".join(f"{role} {resident:.0f}" for role, resident in sorted(_resident(data)))
        yield f"{settled(data):>7} articles, {time.monotonic() - began:5.0f} s, MB resident: {each}"
    yield f"seed ended with {seed.wait(60)}"


def _resident(data: Path) -> Iterator[tuple[str, float]]:
    for pid in processes_on(data):
        named = command_line(pid)
        role = next((role for part, role in ROLES.items() if part in named), None)
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        if role and "VmRSS" in status:
            yield role, int(status.split("VmRSS:")[1].split()[0]) / 1024


def _until(holds: object, *, seconds: float = 1800) -> None:
    ends = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        if time.monotonic() > ends:
            raise TimeoutError("it never came about")
        time.sleep(0.2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES)

"""Memory of each process while 20,000 articles go through a running stack: python -m tests.bench.memory [ARTICLES]."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from copydesk.datafolder import DataFolder
from tests.e2e.commands import running
from tests.e2e.test_one_machine import command_line, processes_on, settled
from tests.factories import make_text

ARTICLES: Final = 20_000
SHARES: Final = (0.1, 0.25, 0.5, 0.75, 1.0)
ROLES: Final = {"copydesk seed": "seed", "copydesk run": "supervisor", "-m worker": "worker", "valkey": "broker"}


def main(articles: int) -> None:
    with tempfile.TemporaryDirectory(prefix="copydesk-memory-") as folder:
        data, given = Path(folder) / "d", Path(folder) / "given.jsonl"
        with given.open("w", encoding="utf-8") as file:
            for number in range(articles):
                text = make_text(number, words=60)
                file.write(json.dumps({"id": f"a{number}", "title": text[:40], "text": text}) + "\n")
        log = Path(folder) / "run.log"
        with running("run", "--data", data, log=log):
            _until(lambda: DataFolder(data).socket.exists() and "Ctrl-C" in log.read_text())
            with running("seed", given, "--data", data, log=Path(folder) / "seed.log") as seed:
                for line in _watched(data, articles, seed):
                    print(line, flush=True)


def _watched(data: Path, articles: int, seed: subprocess.Popen[bytes]) -> Iterator[str]:
    began = time.monotonic()
    for share in SHARES:
        _until(lambda share=share: settled(data) >= share * articles or seed.poll() is not None)
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

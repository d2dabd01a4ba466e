"""`reader` on the same feeds, under .venv-peers: prints the seconds and CPU seconds of its passes as JSON.

A script of its own, because `reader` never enters our environment. Given: port, and how many feeds, workers and passes.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from reader import make_reader


def _url(number: int, port: int) -> str:
    return f"http://127.{number // 62500 + 1}.{number // 250 % 250 + 1}.{number % 250 + 1}:{port}/feed{number}.xml"


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - cpu


def main() -> None:
    port, feeds, workers, count = (int(given) for given in sys.argv[1:5])
    with tempfile.TemporaryDirectory() as folder, make_reader(str(Path(folder) / "reader.db")) as reader:
        for number in range(feeds):
            reader.add_feed(_url(number, port))
        # scheduled=False: by default reader skips a second update that comes soon after the first
        passes = [_timed(lambda: reader.update_feeds(scheduled=False, workers=workers)) for _ in range(count)]
        entries = reader.get_entry_counts().total
    print(json.dumps({"passes": passes, "entries": entries}))


if __name__ == "__main__":
    main()

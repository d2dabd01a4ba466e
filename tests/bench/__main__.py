"""Benchmarks (``make bench``): figures that only mean something beside each other, taken in one run, as medians.

Absolute figures of a shared machine are noise; each line therefore shows a ratio to something simple done right here.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from shared.logs import configure_logging
from tests.bench import draining, polling, storing


def main() -> None:
    """Prints one line a figure."""
    configure_logging("bench", level="CRITICAL")
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        for measure in (storing.measure, draining.measure, polling.measure):
            for line in measure(Path(folder)):
                print(line, flush=True)


if __name__ == "__main__":
    main()

"""Copydesk, trafilatura alone and other extractors on one sample of pages, in one run (``make evaluate-peers``).

The measure is ``make evaluate``'s, the sample an equal share of each origin of the pages, always the same ones. Peers
run under ``.venv-peers``, as children.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.article_peers import PEERS
from tests.bench.evaluate import Fields, copydesk_record, inputs, report, trafilatura_record

CORPUS = "html_articles"
PAGES = 240
PYTHON = Path(".venv-peers/bin/python")
_SCRIPT = Path(__file__).with_name("article_peers.py")


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    shared = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[3] / "shared"))
    corpus = shared / "corpora" / f"{CORPUS}.jsonl.gz"
    if not corpus.is_file() or not options.python.is_file():
        what = corpus if options.python.is_file() else options.python
        print(f"{what} is not there; COPYDESK_SHARED names the data, make evaluate-peers the interpreter.")
        return 2
    with (
        tempfile.TemporaryDirectory() as name,
        multiprocessing.get_context("spawn").Pool(options.jobs) as pool,
    ):
        folder = Path(name)
        gold = folder / "sample.jsonl"
        gold.write_text("".join(json.dumps(row) + "\n" for row in sample(_rows(corpus), options.pages)))
        lines = list(inputs(shared, gold))
        report(shared, folder, gold, "copydesk", pool.imap(copydesk_record, lines))
        report(shared, folder, gold, "trafilatura", pool.imap(trafilatura_record, lines))
        for peer in PEERS:
            report(shared, folder, gold, peer, _peer_records(options.python, peer, lines, options.jobs))
    return 0


def sample(rows: Sequence[Fields], pages: int) -> list[Fields]:
    """About ``pages`` rows, an equal share of each origin, evenly spread over it: the same for the same rows."""
    origins = defaultdict[str, list[Fields]](list)
    for row in rows:
        origins[row.get("corpus") or ""].append(row)
    share = max(1, pages // max(1, len(origins)))
    return [
        members[index * len(members) // min(share, len(members))]
        for _, members in sorted(origins.items())
        for index in range(min(share, len(members)))
    ]


def _rows(corpus: Path) -> list[Fields]:
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _peer_records(python: Path, peer: str, lines: Sequence[Fields], jobs: int) -> Iterator[Fields]:
    def run(some: Sequence[Fields]) -> list[Fields]:
        given = "".join(json.dumps(line) + "\n" for line in some)
        command = [str(python.absolute()), "-P", str(_SCRIPT), peer]
        printed = subprocess.run(command, check=True, input=given, stdout=subprocess.PIPE, text=True).stdout
        return [json.loads(line) for line in printed.splitlines()]

    with ThreadPoolExecutor(jobs) as threads:
        for records in threads.map(run, [lines[start::jobs] for start in range(jobs)]):
            yield from records


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.evaluate_peers", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--pages", type=int, default=PAGES, help="size of the sample")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    parser.add_argument("--python", type=Path, default=PYTHON, help="the peers' interpreter")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

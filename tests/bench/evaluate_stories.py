"""Score stories and revisions on public texts, beside MinHash LSH in the same run (part of ``make evaluate``).

Each corpus goes the product's way: ``copydesk seed`` into a fresh store, ``copydesk articles --all``, the scorer that
lies beside the data. MinHash LSH runs under ``.venv-peers`` with the best of several thresholds, taken after the fact.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.bench.chains import chain_report
from tests.bench.evaluate import Fields, inputs
from tests.bench.grouping import Groups, agreement, joined

PAIRS = ("helsinki", "teftst", "baram_ko", "baram_en")
"""Corpora with labelled pairs: ``text_NAME`` and ``dedup_NAME_silver``."""
PLANTED = "minhash1000"
CHAINS = ("baram_ko", "baram_en")
REFETCHES = "dedup_scoop"
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
PYTHON = Path(".venv-peers/bin/python")
_LSH = Path(__file__).with_name("lsh_peer.py")


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    shared = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[3] / "shared"))
    corpora = shared / "corpora"
    if not (shared / "tools" / "score_pairs.py").is_file() or not corpora.is_dir():
        print(f"No evaluation data: {shared} does not hold corpora/ and tools/; set COPYDESK_SHARED.", file=sys.stderr)
        return 2
    peer = dict[str, dict[float, float]]()
    for name in options.only or (*PAIRS, PLANTED, REFETCHES):
        with tempfile.TemporaryDirectory(prefix="copydesk-evaluate-") as folder:
            if name == REFETCHES:
                _score_refetches(corpora / f"{REFETCHES}.jsonl.gz", Path(folder))
            else:
                peer[name] = _score_corpus(shared, name, Path(folder), options.python)
    if all(peer.values()) and len(peer) > 1:
        threshold = max(THRESHOLDS, key=lambda each: min(scores[each] for scores in peer.values()))
        worst = min(scores[threshold] for scores in peer.values())
        print(f"{'all':12s} lsh at {threshold:.1f}   worst F1={worst:.3f} (the best of one threshold for all)")
    return 0


def _score_corpus(shared: Path, name: str, folder: Path, python: Path) -> dict[float, float]:
    """Prints the figures; answers the peer's F1 by threshold, nothing where there is no peer."""
    planted = name == PLANTED
    texts = shared / "corpora" / (f"dedup_{name}_docs.jsonl.gz" if planted else f"text_{name}.jsonl.gz")
    truth = shared / "corpora" / (f"dedup_{name}_pairs.jsonl.gz" if planted else f"dedup_{name}_silver.jsonl.gz")
    lines = list(inputs(shared, texts))
    started = time.monotonic()
    found = stored(lines, folder)
    seconds = time.monotonic() - started
    scored = _scored(shared, truth, texts, found, folder)
    print(f"{name:12s} copydesk     {scored}  ({len(lines) / seconds:.0f} articles/s)", flush=True)
    peer = {}
    if python.is_file():
        peer = {each: _scored(shared, truth, texts, stories, folder) for each, stories in _lsh(lines, python)}
        threshold = max(peer, key=lambda each: _f1(peer[each]))
        print(f"{name:12s} lsh at {threshold:.1f}   {peer[threshold]}", flush=True)
    if name in CHAINS:
        print(f"{name:12s} chains       {chain_report(lines, found)}", flush=True)
    return {threshold: _f1(scored) for threshold, scored in peer.items()}


def _f1(scored: str) -> float:
    return float(scored.rpartition("F1=")[2].split()[0])


def stored(lines: Iterable[Fields], folder: Path) -> list[Fields]:
    """The records of a fresh store after these lines were handed in. Raises CalledProcessError when seeding fails."""
    copydesk = [sys.executable, "-P", "-m", "copydesk"]
    given = "".join(json.dumps(line) + "\n" for line in lines)
    data = ["--data", str(folder / "store")]
    seeded = subprocess.run(
        [*copydesk, "seed", "-", *data, "--json"], input=given, text=True, capture_output=True, check=False
    )
    # 1: something was refused or quarantined, which the score shows as missing.
    if seeded.returncode > 1:
        raise RuntimeError(f"copydesk seed ended with {seeded.returncode}: {seeded.stderr.strip()[-500:]}")
    printed = subprocess.run(
        [*copydesk, "articles", "--all", "--format", "jsonl", *data], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in printed.stdout.splitlines()]


def _scored(shared: Path, truth: Path, texts: Path, found: Iterable[Fields], folder: Path) -> str:
    path = folder / "found.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in found))
    command = [sys.executable, str(shared / "tools" / "score_pairs.py"), str(truth), str(texts), str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _lsh(lines: Sequence[Fields], python: Path) -> Iterator[tuple[float, list[Fields]]]:
    """For every threshold what it finds, as stories: the same transitive truth is asked of both."""
    given = "".join(json.dumps(line) + "\n" for line in lines)
    command = [str(python.absolute()), "-P", str(_LSH), *map(str, THRESHOLDS)]
    printed = subprocess.run(command, check=True, input=given, capture_output=True, text=True).stdout
    pairs = defaultdict[float, list[tuple[str, str]]](list)
    for line in printed.splitlines():
        pair = json.loads(line)
        pairs[pair["threshold"]].append((pair["a"], pair["b"]))
    keys = [line["id"] for line in lines]
    for threshold in THRESHOLDS:
        groups = joined(keys, pairs[threshold])
        yield threshold, [{"story_id": groups[key], "sightings": [{"entry_key": key}]} for key in keys]


def _score_refetches(corpus: Path, folder: Path) -> None:
    """Items of the web fetched again and again: one URL of one source has to be one article."""
    with gzip.open(corpus, "rt", encoding="utf-8") as opened:
        rows = [json.loads(line) for line in opened]
    lines = [
        {
            "url": row["canonical_url"],
            "text": row["body_text"] or "",
            "title": row["title"],
            "source": row["source"],
            "published_at": row["published_at"],
        }
        for row in rows
    ]
    found = stored(lines, folder)
    articles = defaultdict[tuple[str, str], set[str]](set)
    stories: Groups = {}
    for record in found:
        for sighting in record["sightings"]:
            articles[sighting["source"], sighting["entry_key"]].add(record["id"])
            stories[sighting["source"], sighting["entry_key"]] = record["story_id"]
    given: Groups = {}
    for row, line in zip(rows, lines, strict=True):
        given.setdefault((line["source"], line["url"]), row["story_gt_id"])
    doubled = sum(len(ids) > 1 for ids in articles.values())
    known = [key for key in given if key in stories]
    precision, recall = agreement({key: given[key] for key in known}, {key: stories[key] for key in known})
    print(
        f"{'scoop':12s} copydesk     items={len(rows)} urls={len(given)} articles={len(found)} "
        f"urls_with_two_articles={doubled} story_pairs_precision={precision:.3f} recall={recall:.3f}",
        flush=True,
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.evaluate_stories", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--only", nargs="*", choices=[*PAIRS, PLANTED, REFETCHES], help="corpora to run")
    parser.add_argument("--python", type=Path, default=PYTHON, help="interpreter that has datasketch")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

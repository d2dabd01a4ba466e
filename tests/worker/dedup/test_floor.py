"""A floor under the figures of ``make evaluate``, on parts of the public texts that are read in seconds."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.bench.incremental import fingerprints, stories_of

Rows = list[dict[str, Any]]

SHARED = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[4] / "shared"))
TEXTS = 140


def rows(name: str) -> Rows:
    path = SHARED / "corpora" / f"{name}.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def written(path: Path, lines: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def score(texts: Rows, labelled: Rows, folder: Path) -> dict[str, float]:
    """The scorer's figures for the stories that these texts end in, in the product's way but for the database."""
    ids = {text["id"] for text in texts}
    gold = written(folder / "texts.jsonl", texts)
    truth = written(folder / "truth.jsonl", (pair for pair in labelled if {pair["a"], pair["b"]} <= ids))
    tools = SHARED / "tools"
    given = subprocess.run(
        [sys.executable, str(tools / "corpus_inputs.py"), str(gold)], check=True, capture_output=True, text=True
    ).stdout
    lines = [json.loads(line) for line in given.splitlines()]
    arrivals = list(fingerprints(lines))
    stories = stories_of(arrivals)
    found = written(
        folder / "found.jsonl",
        (
            {"story_id": stories[arrival.identity], "sightings": [{"entry_key": line["id"]}]}
            for line, arrival in zip(lines, arrivals, strict=True)
        ),
    )
    command = [sys.executable, str(tools / "score_pairs.py"), str(truth), str(gold), str(found)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (figure.split("=") for figure in printed.split())}


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["helsinki", "baram_en"])
def test_stories_of_english_copy_and_of_caption_series(name: str, tmp_path: Path) -> None:
    assert score(rows(f"text_{name}")[:TEXTS], rows(f"dedup_{name}_silver"), tmp_path)["F1"] >= 0.96


@pytest.mark.corpus
def test_stories_of_korean_copy(tmp_path: Path) -> None:
    labelled = rows("dedup_baram_ko_silver")
    texts = {text["id"]: text for text in rows("text_baram_ko")}
    chosen = list(dict.fromkeys(pair[side] for pair in labelled for side in "ab"))[:TEXTS]
    assert score([texts[each] for each in chosen if each in texts], labelled, tmp_path)["F1"] >= 0.95

"""A floor under what raw text gives (``make evaluate`` prints the whole), on parts that are read in seconds."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.copy_truths import TRUTHS, shares
from tests.bench.evaluate import copydesk_record, inputs
from tests.worker.parsing.copied import BELOW, HEADLINE, MENU, PROSE
from worker.parsing.rawtext import claims
from worker.parsing.shape import paragraphs_of

SHARED = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[4] / "shared"))
MEGABYTE = 1_000_000
SECONDS_MAX = 4
"""CPU: measured 0.6 at most, and the budget of one article is 10 (``COPYDESK_PARSE_SECONDS``)."""


def sample(name: str, every: int, folder: Path) -> tuple[Path, list[dict[str, Any]]]:
    path = SHARED / "corpora" / f"{name}.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [line for number, line in enumerate(lines) if number % every == 0]
    gold = folder / f"{name}.jsonl"
    gold.write_text("".join(rows), encoding="utf-8")
    return gold, [json.loads(row) for row in rows]


def figures(name: str, every: int, folder: Path) -> dict[str, float]:
    gold, _ = sample(name, every, folder)
    records = folder / "records.jsonl"
    records.write_text("".join(json.dumps(copydesk_record(line)) + "\n" for line in inputs(SHARED, gold)))
    command = [sys.executable, str(SHARED / "tools" / "score_articles.py"), str(gold), str(records)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    whole = next(line for line in printed.splitlines() if line.startswith("ALL"))
    cells = (cell.partition("=") for cell in whole.split() if "=" in cell)
    return {key: float(value.split("(")[0]) for key, _, value in cells}


def copied_shares(name: str, every: int, folder: Path) -> dict[str, float]:
    gold, rows = sample(name, every, folder)
    records = map(copydesk_record, inputs(SHARED, gold))
    truths = map(TRUTHS[name], rows)
    return {figure: share for figure, (share, _) in shares(zip(truths, records, strict=True)).items()}


@pytest.mark.corpus
def test_visible_page_text_keeps_its_fields(tmp_path: Path) -> None:
    found = figures("text_from_html", 7, tmp_path)
    floors = {"title": 0.6, "authors_f1": 0.58, "no_false_author": 0.76, "date_day": 0.7, "caption_recall": 0.6}
    assert {name: found[name] for name in floors if found[name] < floors[name]} == {}


@pytest.mark.corpus
def test_wire_copy_keeps_its_fields(tmp_path: Path) -> None:
    found = figures("text_reuters21578", 6, tmp_path)
    floors = {"dateline": 0.95, "date_day": 0.95, "title": 0.95, "body_F1": 0.97}
    assert {name: found[name] for name in floors if found[name] < floors[name]} == {}


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "every", "floors"),
    [
        ("text_teftst", 20, {"authors_f1": 0.93, "editors_no_authors": 0.98, "dateline": 0.95, "body_kept": 0.95}),
        ("text_helsinki", 2, {"authors_f1": 0.8, "dateline": 0.7, "body_kept": 0.95}),
        ("text_baram_ko", 30, {"author_found": 0.85, "emails": 0.9, "body_kept": 0.98}),
        ("text_baram_en", 10, {"body_kept": 0.98}),
    ],
)
def test_copy_keeps_what_it_says(name: str, every: int, floors: dict[str, float], tmp_path: Path) -> None:
    found = copied_shares(name, every, tmp_path)
    assert {figure: found[figure] for figure in floors if found[figure] < floors[figure]} == {}


def megabytes() -> Iterator[tuple[str, str]]:
    yield "menus", "\n".join(MENU) + "\n"
    yield "dates", "Ida Krog, March 3, 2021\n"
    yield (
        "pages",
        "\n".join([*MENU, HEADLINE, "By Ida Krog", "March 3, 2021", *PROSE, "Bo Dahl / Reuters", *BELOW]) + "\n",
    )
    yield "bylines", f"By {'Ida Krog, ' * 25}\n"
    yield "one line", PROSE[0] + " "
    yield "brackets", "("


@pytest.mark.parametrize(("kind", "piece"), list(megabytes()))
def test_a_megabyte_is_read_within_the_budget(kind: str, piece: str) -> None:
    text = piece * (MEGABYTE // len(piece))
    before = time.process_time()
    claims(paragraphs_of(text), url="https://islander.example/night-ferry-returns")
    assert time.process_time() - before < SECONDS_MAX, kind

"""Quality cannot rot unseen: a fast sample of public pages, with floors a little below what was measured."""

from __future__ import annotations

import gzip
import importlib.util
import itertools
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.factories import make_raw_article
from worker.parsing.parser import parse
from worker.record import parsed_fields

SHARED = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[4] / "shared"))
PAGES = SHARED / "corpora" / "html_articles.jsonl.gz"
SCORER = SHARED / "tools" / "score_articles.py"
EVERY = 12
FLOORS = {
    "title": 0.81,
    "authors_exact": 0.77,
    "date_day": 0.85,
    "must": 0.94,
    "must_not": 0.84,
    "caption_recall": 0.65,
    "body_p": 0.96,
    "body_r": 0.97,
}


@pytest.mark.corpus
@pytest.mark.skipif(not PAGES.is_file() or not SCORER.is_file(), reason=f"no evaluation data in {SHARED}")
def test_a_sample_of_public_pages_is_read_as_well_as_when_it_was_last_measured() -> None:
    scorer = _scorer()
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for page in itertools.islice(_pages(), 0, None, EVERY):
        raw = make_raw_article(
            kind="page", body=page["html"].encode("utf-8", "surrogateescape"), url=page.get("url") or None
        )
        scorer.score(page, parsed_fields(parse(raw)), scores)
    reached = {name: sum(scores[name]) / len(scores[name]) for name in FLOORS}
    assert {name: round(value, 3) for name, value in reached.items() if value < FLOORS[name]} == {}


def _pages() -> Iterator[dict[str, Any]]:
    with gzip.open(PAGES, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_articles", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

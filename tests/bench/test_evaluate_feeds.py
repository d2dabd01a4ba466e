from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench.evaluate_feeds import main

FEED = b"""<rss version="2.0"><channel><title>Quay</title><item><guid>n-1</guid><title>Ferry</title>
<link>https://a.example/1</link><pubDate>Tue, 03 Mar 2026 10:00:00 +0200</pubDate></item></channel></rss>"""


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def test_each_field_that_a_truth_names_is_counted_and_a_wrong_one_is_not_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = [
        {"path": ["entries", 0, "title"], "op": "eq", "value": "Ferry"},
        {"path": ["entries", 0, "link"], "op": "eq", "value": "https://a.example/2"},
    ]
    own = {"id": "own", "checks": checks, "headers": [], "feed_b64": base64.b64encode(FEED).decode()}
    output = {"title": "Quay", "items": [{"guid": "n-1", "publishedParsed": "2026-03-03T08:00:00Z"}]}
    pair = {"id": "pair", "kind": "other", "expected_output": json.dumps(output), "feed_b64": own["feed_b64"]}
    write(tmp_path / "corpora", "feeds_feedparser", [own])
    write(tmp_path / "corpora", "feeds_miniflux", [])
    write(tmp_path / "corpora", "feeds_pairs", [pair])
    monkeypatch.setenv("COPYDESK_SHARED", str(tmp_path))
    assert main([]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("agree 0.500 (1/2): title 1/1, link 0/1")
    assert second.endswith("agree 1.000 (3/3): feed title 1/1, id 1/1, date 1/1")


def test_without_the_data_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_SHARED", str(tmp_path))
    assert main([]) == 2

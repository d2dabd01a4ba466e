"""docs/records.md and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from worker.dedup import likeness
from worker.dedup.changes import ChangeClass
from worker.dedup.likeness import LikenessReason
from worker.dedup.verdict import VerdictReason
from worker.dedup.windows import WINDOW_BYTES

DOCS = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
SECTION = DOCS.partition("## Why an article is what it is")[2].partition("\n## ")[0]


def test_every_reason_is_documented_and_every_documented_one_exists() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", SECTION, re.MULTILINE)
    assert sorted(re.findall(r"\w+", " ".join(rows))) == sorted([*VerdictReason, *LikenessReason])


@pytest.mark.parametrize("change", ChangeClass)
def test_every_class_of_change_is_documented(change: ChangeClass) -> None:
    assert f"`{change}`" in SECTION


def test_the_documented_bars_are_those_of_the_code() -> None:
    for bar in (
        likeness.ALIKE_SHARE,
        likeness.SAME_SOURCE_SHARE,
        likeness.NUMBERS_AGREE,
        likeness.EVIDENCE_WINDOWS,
        f"{WINDOW_BYTES} bytes",
    ):
        assert str(bar) in SECTION

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.bench.incremental import cut_heads, main, order_agreement, stories_of
from tests.factories import NOON, make_parsed_article
from tests.worker.dedup.texts import FERRY, MARKET
from worker.dedup.fingerprint import Fingerprint, fingerprint


def arrive(source: str, *paragraphs: str) -> Fingerprint:
    article = make_parsed_article(text="\n\n".join(paragraphs), title=source)
    return fingerprint(f"feed:{source}", "1", source, article, seen_at=NOON)


def test_without_data_it_says_so_in_one_sentence_and_exits_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_SHARED", str(tmp_path))
    assert main() == 2
    assert "No evaluation data" in capsys.readouterr().err


def test_stories_grow_and_merge_whatever_the_order() -> None:
    arrivals = [
        arrive("a", *FERRY[:4]),
        arrive("b", *FERRY[4:]),
        arrive("c", *MARKET),
        arrive("d", *FERRY),
        arrive("e", *FERRY[2:7]),
    ]
    assert order_agreement(arrivals, 6) == 1.0
    assert len(set(stories_of(arrivals).values())) == 2


def test_copies_without_a_third_of_their_paragraphs_are_one_story() -> None:
    assert cut_heads([arrive("a", *FERRY), arrive("b", *MARKET)], 12, random.Random(3)) == [1, 1]

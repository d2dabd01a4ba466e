from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.evaluate import copydesk_record, main, trafilatura_record


def test_without_data_it_says_so_in_one_sentence_and_exits_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_SHARED", str(tmp_path))
    assert main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "No evaluation data" in said.err
    assert said.err.count("\n") == 1


def test_both_systems_answer_for_the_same_line() -> None:
    story = "<p>The harbour board of Ostholm voted to bring the night ferry back after eleven years.</p>" * 5
    line = {
        "id": "a",
        "source": "s",
        "html": f"<html><head><title>Night ferry</title></head><body>{story}</body></html>",
    }
    for record in (copydesk_record(line), trafilatura_record(line)):
        assert record["input_id"] == "a"
        assert "night ferry back" in record["text"]
        assert record["cpu_ms"] > 0

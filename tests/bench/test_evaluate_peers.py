from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.bench import article_peers
from tests.bench.evaluate_peers import main, sample


def test_without_data_or_peers_it_says_so_in_one_sentence_and_exits_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_SHARED", str(tmp_path))
    assert main(["--python", str(tmp_path / "python")]) == 2
    assert capsys.readouterr().out.count("\n") == 1


def test_a_sample_holds_an_equal_share_of_each_origin_and_is_the_same_each_time() -> None:
    rows = [{"id": f"{origin}{number}", "corpus": origin} for origin in "abc" for number in range(40)]
    rows += [{"id": "rare", "corpus": "d"}]
    chosen = sample(rows, 40)
    assert [row["id"] for row in chosen] == [row["id"] for row in sample(rows, 40)]
    counts = {origin: sum(row["corpus"] == origin for row in chosen) for origin in "abcd"}
    assert counts == {"a": 10, "b": 10, "c": 10, "d": 1}


def test_the_script_for_the_peers_interpreter_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(article_peers.__file__).read_text())
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {
        name for name in modules if name.partition(".")[0] in {"ingest", "worker", "shared", "copydesk", "tests"}
    }

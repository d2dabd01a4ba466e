from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.bench import lsh_peer
from tests.bench.chains import chain_report
from tests.bench.evaluate_stories import main


def test_without_data_it_says_so_in_one_sentence_and_exits_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_SHARED", str(tmp_path))
    assert main([]) == 2
    assert "No evaluation data" in capsys.readouterr().err


def test_a_chain_is_kept_when_all_its_items_are_one_article() -> None:
    titles = ["Ferry returns", "(LEAD) Ferry returns", "Market opens", "(2nd LD) Market opens", "Nothing else"]
    lines = [{"id": str(n), "source": "s", "title": title} for n, title in enumerate(titles)]
    found = [
        {"id": "x", "sightings": [{"entry_key": "0"}, {"entry_key": "1"}]},
        *({"id": key, "sightings": [{"entry_key": key}]} for key in "234"),
    ]
    assert chain_report(lines, found) == "chains=2 as_revisions_of_one_article=1"


def test_shingles_of_the_peer_are_five_words() -> None:
    assert lsh_peer.shingles({"text": "One two, three four five six"}) == {
        b"one two three four five",
        b"two three four five six",
    }
    assert lsh_peer.shingles({"html": "<p>One <b>two</b></p>"}) == {b"one two"}


def test_the_script_for_the_peers_interpreter_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(lsh_peer.__file__).read_text())
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {
        name for name in modules if name.partition(".")[0] in {"ingest", "worker", "shared", "copydesk", "tests"}
    }

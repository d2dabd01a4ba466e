"""The harness can fail: with one promise of the product switched off it turns red, for that promise's own reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.deployment import ROOT, python_path
from tests.faults.mutated import PACKAGES, as_expected, copied, tried
from tests.faults.mutations import CONTROLS, MUTATIONS, Edit, EditError, Mutation
from tests.faults.verdict import Verdict


def named(mutation: Mutation) -> str:
    return mutation.name


@pytest.mark.parametrize("mutation", MUTATIONS, ids=named)
def test_the_product_has_the_text_of_each_edit_exactly_once(mutation: Mutation) -> None:
    for edit in mutation.edits:
        edit.applied((ROOT / edit.file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", ["", "a = 3\na = 3\n"])
def test_an_edit_that_does_not_find_its_text_exactly_once_is_refused(source: str) -> None:
    with pytest.raises(EditError, match="has the text to be replaced"):
        Edit(file="x.py", text="a = 3\n", becomes="a = 4\n").applied(source)


def test_processes_run_the_copy_and_not_what_is_installed(tmp_path: Path) -> None:
    product = copied(tmp_path, MUTATIONS[-1].edits)
    code = (
        f"import {', '.join(PACKAGES)}\nfrom worker.pipeline import TRIES_MAX\n"
        f"print(*(each.__path__[0] for each in ({', '.join(PACKAGES)})), TRIES_MAX, sep='\\n')"
    )
    environment = {**os.environ, "PYTHONPATH": python_path(product)}
    said = subprocess.run([sys.executable, "-P", "-c", code], env=environment, check=True, capture_output=True)
    assert said.stdout.decode().split() == [*(str(product / package) for package in PACKAGES), "1000000"]


def test_a_mutation_counts_as_given_away_by_its_own_signs_only() -> None:
    mutation = Mutation(name="x", signs=frozenset({"lost"}), plan=CONTROLS[0].plan)
    assert as_expected(mutation, Verdict(accepted=1, lost=["x"]))
    assert not as_expected(mutation, Verdict(accepted=1))
    assert not as_expected(mutation, Verdict(accepted=1, lost=["x"], unexpected=["y"]))
    assert not as_expected(CONTROLS[0], Verdict(accepted=1, lost=["x"]))


@pytest.mark.e2e
@pytest.mark.parametrize("mutation", [*CONTROLS, *MUTATIONS], ids=named)
def test_the_harness_is_red_where_a_promise_is_switched_off_and_green_where_none_is(
    mutation: Mutation, tmp_path: Path
) -> None:
    verdict = tried(mutation, tmp_path)
    assert as_expected(mutation, verdict), (verdict, verdict.lost, verdict.duplicated, verdict.unexpected)

"""Tries the harness itself: python -m tests.faults.mutated

A short plan is carried out on the product as it is, which has to be green, and on copies of it that have one promise
switched off each, which have to be red, for their own reason. The exit code is 1 when one is not.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.faults.attack import attack
from tests.faults.deployment import ROOT
from tests.faults.mutations import CONTROLS, MUTATIONS, SIGNS, Edit, Mutation
from tests.faults.strikes import Patience
from tests.faults.verdict import Verdict

PACKAGES: Final = ("shared", "ingest", "worker", "copydesk")
LONG: Final = Patience(point_seconds=300, settle_seconds=90)
SHORT: Final = Patience(point_seconds=300, settle_seconds=6)
"""What is lost does not come, however long one waits: three sweeps without a change are enough to say so."""


def copied(folder: Path, edits: Sequence[Edit]) -> Path:
    """The folder of a copy of the product, edited. Raises EditError."""
    product = folder / "product"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, product / package, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in edits:
        file = product / edit.file
        file.write_text(edit.applied(file.read_text(encoding="utf-8")), encoding="utf-8")
    return product


def tried(mutation: Mutation, folder: Path) -> Verdict:
    """The verdict on a copy of the product that has the mutation."""
    product = copied(folder, mutation.edits)
    patience = SHORT if "lost" in mutation.signs else LONG
    return attack(mutation.plan, folder, seconds=0, product=product, patience=patience)


def as_expected(mutation: Mutation, verdict: Verdict) -> bool:
    """Given away by its own signs and by no others, or, with nothing switched off, good."""
    return {name for name in SIGNS if getattr(verdict, name)} == mutation.signs


def main() -> int:
    wrong = 0
    for mutation in (*CONTROLS, *MUTATIONS):
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="copydesk-mutated-") as folder:
            verdict = tried(mutation, Path(folder))
        right = as_expected(mutation, verdict)
        wrong += not right
        print(
            f"{'right' if right else 'WRONG'}  {mutation.name}: {verdict} ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())

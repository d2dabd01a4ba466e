from __future__ import annotations

from pathlib import Path

import shared

HERE = Path(shared.__file__).parent
RULE = (
    "A name belongs in `shared` only if both services must agree on it for a message to be understood. "
    "Convenience is not a reason; write ten lines twice instead."
)


def test_shared_holds_the_contract_and_nothing_else() -> None:
    modules = {path.stem for path in HERE.glob("*.py")} - {"__init__"}
    assert modules == {"schema", "routing", "logs"}, RULE


def test_shared_stays_small() -> None:
    assert sum(len(path.read_text().splitlines()) for path in HERE.glob("*.py")) <= 400, RULE

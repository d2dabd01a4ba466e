"""Attacks a deployment while it works, and counts: python -m tests.faults [--seed N] [--seconds N].

The last line is `lost 0 · duplicated 0 · unexpected 0 · accepted N`; the exit code is 1 when one of the three is not 0.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.faults.attack import attack
from tests.faults.plan import draw


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=None, help="of the plan; drawn when not given")
    parser.add_argument(
        "--seconds", type=float, default=90.0, help="of attacks at least; a soak draws round after round"
    )
    parser.add_argument("--keep", action="store_true", help="the folder with all logs stays")
    given = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    plan = draw(seed)
    print(f"seed {seed}, plan {plan.digest}, {len(plan.attacks)} attacks", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="copydesk-faults-"))
    verdict = attack(plan, folder, seconds=given.seconds)
    for name in ("lost", "duplicated", "unexpected"):
        for each in getattr(verdict, name)[:20]:
            print(f"{name}: {each}")
    if verdict.good and not given.keep:
        import shutil  # noqa: PLC0415

        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs: {folder}")
    print(verdict)
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())

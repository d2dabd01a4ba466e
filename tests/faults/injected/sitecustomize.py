"""Python imports this at the start of every process that has its folder on PYTHONPATH (see hooks.py)."""

import os
from pathlib import Path

if folder := os.environ.get("COPYDESK_TEST_HOOKS"):
    from tests.faults.hooks import install

    install(Path(folder))

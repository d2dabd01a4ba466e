from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.e2e.commands import Start, running


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts commands that go on by themselves; whatever a test leaves running ends with it, also when it fails."""
    with ExitStack() as processes:

        def start(*arguments: object, **named: Any) -> subprocess.Popen[bytes]:
            return processes.enter_context(running(*arguments, **named))

        yield start

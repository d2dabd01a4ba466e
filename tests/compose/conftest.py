"""One stack for all tests of this folder: built and started once, removed at the end whatever happened."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.engine import (
    BUILD_SECONDS,
    COMMAND_SECONDS,
    ROOT,
    Stack,
    base_images_missing,
    compose_command,
    engine_missing,
)
from tests.compose.publisher import write_publisher

SHARED = Path(os.environ.get("COPYDESK_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Every service healthy, a publisher polled, nothing seeded. Removing it leaves nothing of it with the engine."""
    command = compose_command()
    missing = engine_missing() or base_images_missing(SHARED / "docker" / "stand-in-images")
    if missing or command is None:
        pytest.skip(str(missing))
    feeds, passwords = tmp_path_factory.mktemp("feeds"), tmp_path_factory.mktemp("deployment") / "secrets"
    write_publisher(feeds)
    subprocess.run(
        [ROOT / "deploy" / "make-secrets"],
        env={**os.environ, "SECRETS": str(passwords)},
        check=True,
        capture_output=True,
    )
    stack = Stack(project=f"copydesktest{secrets.token_hex(4)}", feeds=feeds, secrets=passwords, command=command)
    try:
        # What needs no image of ours starts while that is built.
        others = stack.begin("up", "-d", "redis", "db", "papers", log=passwords.parent / "up.log")
        try:
            stack.compose("build", "worker", seconds=BUILD_SECONDS)  # the image of all three
        finally:
            assert others.wait(COMMAND_SECONDS) == 0, (passwords.parent / "up.log").read_text()
        stack.up()
        yield stack
        assert stack.leftovers()
    finally:
        stack.destroy()
    assert stack.leftovers() == []

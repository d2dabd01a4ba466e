"""What the tests ask a stack: through the worker's commands, and PostgreSQL itself without Copydesk in between."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.compose.engine import Stack
from tests.compose.publisher import FEED_NAME


def read_articles(stack: Stack) -> list[dict[str, Any]]:
    """Every article, copies included, as the worker reads them back."""
    lines = stack.compose("exec", "-T", "worker", "copydesk", "articles", "--format", "jsonl", "--all").splitlines()
    return [json.loads(line) for line in lines]


def read_status(stack: Stack) -> dict[str, Any]:
    return dict(json.loads(stack.compose("exec", "-T", "worker", "copydesk", "status", "--json")))


def query(stack: Stack, sql: str) -> str:
    """As the superuser, over the socket in the container."""
    command = ("psql", "--username=postgres", "--dbname=copydesk", "--tuples-only", "--no-align", f"--command={sql}")
    return stack.compose("exec", "-T", "db", *command).strip()


def until(holds: Callable[[], object], *, seconds: float = 120) -> None:
    """Returns when something is so; fails when it does not come about."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.5)


def wait_for_notices(stack: Stack) -> list[dict[str, Any]]:
    """The articles of the polled feed, once all three are there."""

    def notices() -> list[dict[str, Any]]:
        return [article for article in read_articles(stack) if article["source"] == FEED_NAME]

    until(lambda: len(notices()) >= 3)
    return notices()


def seed(stack: Stack, lines: str) -> dict[str, Any]:
    """What `seed -` reports of JSON lines, in a container of its own."""
    return dict(json.loads(stack.compose("run", "--rm", "-T", "ingest", "seed", "--json", "-", stdin=lines)))

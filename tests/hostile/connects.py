"""Counts connections where no library can hide one: Python's own audit event of ``connect()``.

An audit hook cannot be taken away again, so there is one for the process, and it notes only while a test watches.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from typing import Any

Connects = list[Any]
"""The addresses connected to, as the socket was given them."""

_watching: list[Connects] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watching:
        sock, address = arguments
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            for seen in _watching:
                seen.append(address)


sys.addaudithook(_note)


@contextlib.contextmanager
def watched_connects() -> Iterator[Connects]:
    seen: Connects = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)

"""Work that goes on in a thread beside what a process is there for, until that ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(name: str, keep: Callable[[threading.Event], None]) -> Iterator[None]:
    """``keep`` runs in a thread of that name while this is open; at its end it is told by the event, and waited for."""
    stop = threading.Event()
    thread = threading.Thread(target=keep, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

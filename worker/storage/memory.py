"""What a process remembers between batches, so that deciding under the lock needs little: texts that were read, which
windows are boilerplate, where the index's window begins; and within a batch how alike two texts are. All of it can be
forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from worker.dedup.likeness import Likeness, Reading, compare
from worker.storage.index import oldest_since, stopped

READINGS_MAX: Final = 1000
"""About 50 kB each with their windows."""
REFRESHED_EVERY: Final = timedelta(minutes=10)
"""Boilerplate and the window's edge: being late with either costs a few entries, nothing else."""


class Memory:
    """Of one process and one database. ``window_days``: how long an article can be found by its windows."""

    def __init__(self, *, window_days: float = 30) -> None:
        self._window = timedelta(days=window_days)
        self._readings: OrderedDict[tuple[int, bytes | None, str | None], Reading] = OrderedDict()
        self._refreshed_at: datetime | None = None
        self.stop: frozenset[int] = frozenset()
        self.oldest = 1
        """The lowest article id that can be found by its windows."""

    def refresh(self, connection: Connection, now: datetime) -> None:
        """Reads anew what others may have changed; mostly does nothing."""
        if self._refreshed_at is not None and abs(now - self._refreshed_at) < REFRESHED_EVERY:
            return
        self.stop = stopped(connection)
        self.oldest = oldest_since(connection, now - self._window)
        self._refreshed_at = now

    def learn(self, boilerplate: Collection[int]) -> None:
        """Windows that this process has just found to be boilerplate."""
        if boilerplate:
            self.stop |= frozenset(boilerplate)

    def reading(self, article_id: int, content_hash: bytes | None, title: str | None) -> Reading | None:
        key = (article_id, content_hash, title)
        if key in self._readings:
            self._readings.move_to_end(key)
        return self._readings.get(key)

    def keep(self, article_id: int, content_hash: bytes | None, title: str | None, reading: Reading) -> None:
        self._readings[article_id, content_hash, title] = reading
        if len(self._readings) > READINGS_MAX:
            self._readings.popitem(last=False)


class Comparisons:
    """How alike the texts of one batch are to others: each pair is compared once, however often it is decided about.

    A pair is told by identity: readings do not change, and are held here.
    """

    def __init__(self, stop: frozenset[int]) -> None:
        self._stop = stop
        self._known: dict[tuple[int, int], tuple[Reading, Reading, Likeness]] = {}

    def __call__(self, one: Reading, other: Reading) -> Likeness:
        key = (id(one), id(other))
        if key not in self._known:
            self._known[key] = one, other, compare(one, other, stop=self._stop)
        return self._known[key][2]

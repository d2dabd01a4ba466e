"""Writes what today's parser finds in the raw articles of the past: the current text of an article, and nothing else.

No sighting, no revision: the publisher changed nothing. The batch is decided under the lock like any other, so that
story and fingerprints follow the text; an article that was revised since it was read stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from worker.storage.arrival import Arrival, StoreFailed
from worker.storage.candidates import find_candidates
from worker.storage.engine import take_decision_lock, writing
from worker.storage.errors import Fault, fault_of, sentence, translated
from worker.storage.memory import Memory
from worker.storage.plan import Plan, Prepared, prepare
from worker.storage.store import WINDOW_DAYS
from worker.storage.writing import write


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """``changed``: names of the record's fields that will differ; empty where only the provenance does."""

    article_id: int
    arrival: Arrival
    changed: tuple[str, ...]


Renewed = Literal["renewed", "revised_meanwhile"] | StoreFailed

_Item = tuple[Renewal, Prepared]


class Renewing:
    """``window_days``: as the Store's."""

    def __init__(self, engine: Engine, *, window_days: float = WINDOW_DAYS) -> None:
        self._writing = writing(engine)
        self._memory = Memory(window_days=window_days)

    def renew(self, batch: Sequence[Renewal], *, now: datetime) -> dict[str, Renewed]:
        """One transaction; an answer by raw id. A row at fault fails alone.

        Raises DatabaseAwayError or SchemaMismatchError; of the batch then nothing or a part is written.
        """
        fit: list[_Item] = []
        outcomes: dict[str, Renewed] = {}
        for renewal in batch:
            try:
                fit.append((renewal, prepare(renewal.arrival)))
            except (ValueError, OverflowError) as error:
                outcomes[renewal.arrival.raw_id] = StoreFailed(detail=f"it cannot be stored: {sentence(error)}")
        return outcomes | self._settle(fit, now)

    def _settle(self, items: Sequence[_Item], now: datetime) -> dict[str, Renewed]:
        if not items:
            return {}
        try:
            return self._transact(items, now)
        except (SQLAlchemyError, ValueError, OverflowError) as error:
            if fault_of(error) is not Fault.ROW:
                with translated():
                    raise
            if len(items) == 1:
                return {items[0][0].arrival.raw_id: StoreFailed(detail=f"the database refused it: {sentence(error)}")}
        half = len(items) // 2
        return self._settle(items[:half], now) | self._settle(items[half:], now)

    def _transact(self, items: Sequence[_Item], now: datetime) -> dict[str, Renewed]:
        outcomes: dict[str, Renewed] = {}
        prints = [prepared.fingerprint for _, prepared in items]
        with self._writing.begin() as connection:
            take_decision_lock(connection)
            plan = Plan(find_candidates(connection, prints, self._memory, now=now), now)
            for renewal, prepared in items:
                done = plan.renew(prepared, renewal.article_id, renewal.changed)
                outcomes[renewal.arrival.raw_id] = "renewed" if done else "revised_meanwhile"
            write(connection, plan, now, oldest=self._memory.oldest)
        return outcomes

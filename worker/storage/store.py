"""The storing transaction: one per batch, serialised by the decision lock.

rehearse ─► lock ─► settled already? ─► find candidates ─► decide one after the other ─► write ─► commit
             └───────── a row at fault: roll back, halve the batch, each half the same way ◄──────┘

The rehearsal decides the batch once without the lock and writes nothing: under the lock the texts are then read and
compared already, but for those that another worker has stored in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from shared.schema import Settled
from worker.storage.arrival import Arrival, Condemned, Reason, SettledRow, StoreFailed
from worker.storage.candidates import find_candidates
from worker.storage.engine import take_decision_lock, writing
from worker.storage.errors import Fault, fault_of, sentence, translated
from worker.storage.ledger import Place, places, settled_rows
from worker.storage.memory import Comparisons, Memory
from worker.storage.plan import Prepared, decided, prepare
from worker.storage.writing import probe_write, write

__all__ = ["Arrival", "Condemned", "Reason", "SettledRow", "Store", "StoreFailed"]

_Item = Prepared | Condemned

WINDOW_DAYS: Final = 30


class Store:
    """Decides and stores. Safe to be asked twice: what is settled already is answered, not stored again.

    ``window_days``: how long after it was stored an article is found by a copy that is only near-identical.
    """

    def __init__(self, engine: Engine, *, window_days: float = WINDOW_DAYS) -> None:
        self._engine = engine
        self._writing = writing(engine)
        self._memory = Memory(window_days=window_days)

    def settled(self, raw_ids: Collection[str]) -> dict[str, SettledRow]:
        """What became of those raw articles that are settled; the others are missing, and those that were purged from
        quarantine. Raises StorageError."""
        with translated(), self._engine.connect() as connection:
            rows = settled_rows(connection, raw_ids)
        return {raw_id: row for raw_id, row in rows.items() if not row.may_be_tried_again}

    def places(self, raw_ids: Collection[str]) -> dict[str, Place]:
        """The article of each that is settled, or the reason of its quarantine. Raises StorageError."""
        return places(self._engine, raw_ids)

    def store(self, batch: Sequence[Arrival | Condemned], *, now: datetime) -> dict[str, Settled | StoreFailed]:
        """Settles a batch, in its order; an answer for every raw id.

        Raises DatabaseAwayError or SchemaMismatchError; of the batch then nothing or a part is stored, and handing it
        in again is right.
        """
        fit, outcomes = _sorted_out(batch)
        outcomes.update(self._settle(fit, now, self._rehearsed(fit, now)))
        return outcomes

    def _rehearsed(self, items: Sequence[_Item], now: datetime) -> Comparisons:
        """What comparing the batch brings. A database that fails here is told by the transaction that follows."""
        prepared = [item for item in items if isinstance(item, Prepared)]
        try:
            with self._engine.connect() as connection:
                known = settled_rows(connection, [_raw_id(item) for item in prepared])
                pending = [item for item in prepared if _is_pending(item, known)]
                found = find_candidates(connection, [item.fingerprint for item in pending], self._memory, now=now)
        except SQLAlchemyError:
            return Comparisons(self._memory.stop)
        compare = Comparisons(self._memory.stop)
        decided(found, pending, now, compare)
        return compare

    def probe(self) -> None:
        """An empty write transaction under the lock. Raises DatabaseAwayError when the database takes none."""
        with translated(), self._writing.begin() as connection:
            take_decision_lock(connection)
            probe_write(connection)

    def _settle(self, items: Sequence[_Item], now: datetime, compare: Comparisons) -> dict[str, Settled | StoreFailed]:
        if not items:
            return {}
        try:
            return dict(self._transact(items, now, compare))
        except (SQLAlchemyError, ValueError, OverflowError) as error:
            # Surrogates and too large numbers leave the SQLite driver as plain ValueError and OverflowError.
            detail = self._blame_row(error)
        if len(items) == 1:
            return {_raw_id(items[0]): StoreFailed(detail=f"the database refused it: {detail}")}
        half = len(items) // 2
        return self._settle(items[:half], now, compare) | self._settle(items[half:], now, compare)

    def _transact(self, items: Sequence[_Item], now: datetime, compare: Comparisons) -> dict[str, Settled]:
        with self._writing.begin() as connection:
            take_decision_lock(connection)
            known = settled_rows(connection, [_raw_id(item) for item in items])
            pending = [item for item in items if _is_pending(item, known)]
            arrivals = [item.fingerprint for item in pending if isinstance(item, Prepared)]
            found = find_candidates(connection, arrivals, self._memory, now=now)
            plan = decided(found, pending, now, compare)
            plan.unburied = [raw_id for raw_id, row in known.items() if row.may_be_tried_again]
            write(connection, plan, now, oldest=self._memory.oldest)
        self._memory.learn(plan.boilerplate)
        return {raw_id: row.settled for raw_id, row in known.items()} | plan.outcomes

    def _blame_row(self, error: Exception) -> str:
        """The error as a sentence when a row is at fault; otherwise raises what is wrong with the database."""
        fault = fault_of(error)
        if fault in {Fault.AWAY, Fault.SCHEMA}:
            with translated():
                raise error
        if fault is Fault.UNSURE:
            self.probe()
        return sentence(error)


def _sorted_out(batch: Iterable[Arrival | Condemned]) -> tuple[list[_Item], dict[str, Settled | StoreFailed]]:
    """What can be stored, each raw id once, and the answers for what no database would take."""
    fit: dict[str, _Item] = {}
    unfit: dict[str, Settled | StoreFailed] = {}
    for each in batch:
        if each.raw_id in fit or each.raw_id in unfit:
            continue
        if isinstance(each, Condemned):
            fit[each.raw_id] = each
            continue
        try:
            fit[each.raw_id] = prepare(each)
        except (ValueError, OverflowError) as error:
            unfit[each.raw_id] = StoreFailed(detail=f"it cannot be stored: {sentence(error)}")
    return list(fit.values()), unfit


def _raw_id(item: _Item) -> str:
    return item.raw_id if isinstance(item, Condemned) else item.arrival.raw_id


def _is_pending(item: _Item, known: dict[str, SettledRow]) -> bool:
    """Not settled, or in quarantine and handed in from there, or purged from it."""
    row = known.get(_raw_id(item))
    if row is None or row.may_be_tried_again:
        return True
    raw = item.raw if isinstance(item, Condemned) else item.arrival.raw
    return row.settled == "quarantined" and raw is not None and raw.replay

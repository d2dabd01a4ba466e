"""`copydesk quarantine replay`: hands raw articles in again from the quarantine; storing one takes its row away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import typer

from copydesk.stack import stack
from ingest.seed_command import settle
from ingest.seeding.receipts import SeedReport
from ingest.seeding.seeds import Refused, Seed, SeedItem
from shared.schema import SchemaError, unpack
from worker.storage.engine import make_engine
from worker.storage.migrations import check_schema
from worker.storage.quarantine import find, quarantined, raw_bytes


def replay(prefixes: tuple[str, ...], *, data: Path | None, say: Callable[[str], None]) -> SeedReport:
    """Without prefixes: everything. Raises typer.BadParameter for a beginning of an id that is not exactly one."""
    with stack(data, say=say) as reached:
        items = _Quarantine(reached.database_url, prefixes)
        return asyncio.run(settle(items, redis_url=reached.redis_url, data=data))


class _Quarantine:
    """Re-iterable, like any seed: what Redis loses on the way is read from the quarantine again."""

    def __init__(self, database_url: str, prefixes: tuple[str, ...]) -> None:
        self._engine = make_engine(database_url)
        check_schema(self._engine)
        self._raw_ids = [self._one(prefix) for prefix in prefixes] or [
            each.raw_id for each in quarantined(self._engine)
        ]

    def _one(self, prefix: str) -> str:
        found = find(self._engine, prefix)
        if len(found) != 1:
            raise typer.BadParameter(f"{len(found)} in quarantine have an id that begins with {prefix!r}")
        return found[0].raw_id

    async def __aiter__(self) -> AsyncIterator[Seed]:
        for packed in raw_bytes(self._engine, self._raw_ids):
            try:
                raw = unpack(packed.meta, packed.body)
            except SchemaError as error:
                yield Refused(input_id=packed.raw_id, reason=f"cannot be handed in again: {error}")
                continue
            if raw.raw_id != packed.raw_id:
                yield Refused(input_id=packed.raw_id, reason="cannot be handed in again: its meta was changed")
                continue
            yield SeedItem(input_id=packed.raw_id, raw=raw.model_copy(update={"replay": True}))

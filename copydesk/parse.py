"""`copydesk parse`: raw in, records out, in order. It needs neither broker nor database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import typer

from ingest.seed_command import SeedRequest
from ingest.seeding.items import PassedOver, Refused, SeedItem
from ingest.seeding.seedfiles import Spools
from shared.logs import printable
from worker.budget import OutOfTimeError, time_budget
from worker.parsing.article import ParsedArticle
from worker.parsing.parser import parse
from worker.parsing.publishers import Publishers
from worker.publishers_file import load_publishers
from worker.record import parsed_fields
from worker.settings import load_settings

PARSE_FAILED = "parse_failed"


def parse_all(request: SeedRequest, *, say: Callable[[str], None]) -> int:
    """Prints one record per input; a failed one has nulls, the flag `parse_failed` and a sentence on stderr.

    Answers the exit code: 1 when one failed.
    """
    with request.spools(say) as spools:
        return asyncio.run(_parse_all(request, spools, say))


async def _parse_all(request: SeedRequest, spools: Spools, say: Callable[[str], None]) -> int:
    settings = load_settings()
    seconds, publishers = settings.parse_seconds, load_publishers(settings)
    failed = 0
    async with request.reader(spools) as seeds:
        async for seed in seeds:
            if isinstance(seed, PassedOver):
                continue
            record = _record(seed, seconds, publishers)
            if isinstance(record, str):
                failed += 1
                say(printable(f"refused: {seed.input_id}: {record}"))
                record = _nulls()
            typer.echo(json.dumps({"input_id": seed.input_id, **record}, ensure_ascii=False))
    return 1 if failed else 0


def _record(seed: SeedItem | Refused, seconds: float, publishers: Publishers) -> dict[str, Any] | str:
    if isinstance(seed, Refused):
        return seed.reason
    try:
        with time_budget(seconds):
            parsed = parse(seed.raw, publishers)
    except OutOfTimeError as error:
        return f"cannot be parsed: {error}"
    except Exception as error:  # noqa: BLE001 - one article's failure is its own record; the rest goes on
        return f"cannot be parsed: {type(error).__name__}: {error}"
    return {"source": seed.raw.source, **parsed_fields(parsed)}


def _nulls() -> dict[str, Any]:
    return {"source": None, **parsed_fields(ParsedArticle()), "flags": [PARSE_FAILED]}

"""What became of what was handed in: the receipts that workers write, and the count a waiting seed keeps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from redis.asyncio import Redis

from ingest.seeding.items import PassedOver, Refused
from shared import routing
from shared.schema import Outcome, Settled

REPORT_NAMES: Mapping[Settled, str] = {
    "stored": "stored",
    "revised": "revised",
    "copied": "copies",
    "duplicate": "duplicates",
    "quarantined": "quarantined",
}
"""Outcome -> its name in reports (DESIGN.md 1)."""


REASONS_MAX: Final = 100
REASONS_SHOWN: Final = 12


class Receipts:
    """A cursor over the stream of receipts, beginning now.

    Stream ids are made from the clock, so that the cursor outlives a Redis that lost everything; where that clock was
    set back meanwhile, ``find_again`` helps.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._cursor: bytes | str = "0-0"

    async def begin(self) -> None:
        """Forgets all receipts written so far: an older receipt says nothing about this hand-in."""
        newest = await self._redis.xrevrange(routing.RECEIPTS, count=1)
        self._cursor = newest[0][0] or "0-0" if newest else "0-0"

    async def find_again(self) -> None:
        """Goes back to the beginning of a stream that has begun anew, with ids below what was read of the old one.

        To be called when nothing moves. All that is in a new stream was written after this cursor began.
        """
        newest: Any = await self._redis.xrevrange(routing.RECEIPTS, count=1)
        if not newest or _position(newest[0][0]) < _position(self._cursor):
            self._cursor = "0-0"

    async def read(self, *, wait_ms: int | None) -> dict[str, Outcome]:
        """Outcomes by raw id since the last call; waits up to ``wait_ms`` for the first (None: not at all)."""
        answer = await self._redis.xread({routing.RECEIPTS: self._cursor}, count=500, block=wait_ms)
        outcomes: dict[str, Outcome] = {}
        for entry_id, fields in _entries(answer):
            self._cursor = entry_id
            for raw_id, outcome in json.loads(fields[b"receipts"]).items():
                outcomes[raw_id] = Outcome.model_validate(outcome)
        return outcomes


def _position(entry_id: bytes | str) -> tuple[int, int]:
    text = entry_id.decode() if isinstance(entry_id, bytes) else entry_id
    milliseconds, _, number = text.partition("-")
    return int(milliseconds), int(number or 0)


def _entries(answer: object) -> list[tuple[bytes, dict[bytes, bytes]]]:
    # redis-py answers a mapping under RESP3 and a list of pairs under RESP2.
    streams = answer.values() if isinstance(answer, dict) else [entries for _, entries in answer or []]  # type: ignore[attr-defined]
    found: list[tuple[bytes, dict[bytes, bytes]]] = []
    for entries in streams:
        found.extend(entries[0] if entries and isinstance(entries[0], list) else entries)
    return found


@dataclass
class SeedReport:
    """Counts of one `seed`: every input is in exactly one of them when it ends.

    ``passed_over`` counts by reason what of an archive or a folder is no article: no input, so no failure. ``refusals``
    counts by reason what ``refused`` counts in all.
    """

    stored: int = 0
    revised: int = 0
    copies: int = 0
    duplicates: int = 0
    quarantined: int = 0
    refused: int = 0
    seconds: float = 0.0
    passed_over: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    @property
    def settled(self) -> int:
        return self.stored + self.revised + self.copies + self.duplicates + self.quarantined

    @property
    def exit_code(self) -> int:
        """1 when something was refused or quarantined, else 0 (duplicates included)."""
        return 1 if self.refused or self.quarantined else 0

    def count(self, outcome: Outcome) -> None:
        """An item handed in again counts as what it became: stored before is a duplicate, in quarantine quarantined."""
        known = outcome.again and outcome.settled != "quarantined"
        name = "duplicates" if known else REPORT_NAMES[outcome.settled]
        setattr(self, name, getattr(self, name) + 1)

    def line(self) -> str:
        names = ("stored", "revised", "copies", "duplicates", "quarantined", "refused")
        return " · ".join(f"{name} {getattr(self, name)}" for name in names)

    def refuse(self, refused: Refused) -> None:
        self.refused += 1
        _count_reason(self.refusals, refused.reason)

    def pass_over(self, part: PassedOver) -> None:
        _count_reason(self.passed_over, part.reason)

    def reasons(self, *, refusals_said: int) -> Iterator[str]:
        """Lines for people: what was passed over and why; why things were refused, if more than ``refusals_said``; what
        revised means, which surprises who meant other articles (two folders with the same file names)."""
        if self.passed_over:
            yield f"passed over, for they are no article: {_by_reason(self.passed_over)}"
        if self.refused > refusals_said:
            yield f"refused: {_by_reason(self.refusals)}"
        if self.revised:
            yield (
                f"revised {self.revised}: their source had articles under these names (ids, URLs, file paths) before; "
                "if these are other articles, seed them under a source of their own (--source)"
            )

    def as_json(self) -> dict[str, Any]:
        """``passed_over`` is there only where something was."""
        counts = {name: value for name, value in self.__dict__.items() if not isinstance(value, Counter)}
        passed_over = {"passed_over": dict(self.passed_over)} if self.passed_over else {}
        return {**counts, "seconds": round(self.seconds, 3), **passed_over}


def _count_reason(reasons: Counter[str], reason: str) -> None:
    """A reason beyond the first hundred is only counted: strangers' files name media types and sizes themselves."""
    reasons[reason if reason in reasons or len(reasons) < REASONS_MAX else "other"] += 1


def _by_reason(reasons: Counter[str]) -> str:
    """``5 (image/png 3, HTTP status 404 2)``, the most frequent first."""
    total, shown = reasons.total(), reasons.most_common(REASONS_SHOWN)
    rest = total - sum(count for _, count in shown)
    counts = [f"{reason} {count}" for reason, count in shown] + ([f"others {rest}"] if rest else [])
    return f"{total} ({', '.join(counts)})"


@dataclass
class Pending:
    """Raw ids handed in and without a receipt yet, and how often each was handed in."""

    waiting: Counter[str] = field(default_factory=Counter)

    def tick(self, outcomes: Mapping[str, Outcome], report: SeedReport) -> int:
        """Counts what the receipts say of ours; answers how many inputs were settled by them.

        An input that was given several times is what it became once, and a duplicate each further time.
        """
        settled = 0
        for raw_id, outcome in outcomes.items():
            times = self.waiting.pop(raw_id, 0)
            for turn in range(times):
                report.count(outcome if turn == 0 else Outcome(settled=outcome.settled, again=True))
            settled += times
        return settled

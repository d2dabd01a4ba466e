"""What the storing transaction takes and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.schema import RawArticle, Settled
from worker.parsing.article import ParsedArticle


class Reason(StrEnum):
    """Why a raw article could not be processed; closed, and written as is."""

    UNKNOWN_VERSION = "unknown_version"
    MALFORMED = "malformed"
    PARSE_FAILED = "parse_failed"
    PARSE_TIMEOUT = "parse_timeout"
    OUT_OF_MEMORY = "out_of_memory"
    KILLED_WORKER = "killed_worker"
    NO_CONTENT = "no_content"
    STORE_FAILED = "store_failed"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A raw article and what parsing made of it; ``meta`` and ``body`` (compressed) as they lay in the inbox."""

    raw_id: str
    raw: RawArticle
    meta: bytes
    body: bytes
    parsed: ParsedArticle


@dataclass(frozen=True, kw_only=True)
class Condemned:
    """A raw article for the quarantine. ``detail`` is one sentence; ``raw`` is None where meta or body is unreadable.

    One that came out of quarantine (``raw.replay``) and failed again gets the new reason in its row there.
    """

    raw_id: str
    meta: bytes
    body: bytes
    reason: Reason
    detail: str
    tries: int
    raw: RawArticle | None = None


@dataclass(frozen=True, kw_only=True)
class SettledRow:
    """What the ledger holds of a raw article. ``at``: when the transaction decided. ``purged``: only its place in the
    ledger is left."""

    settled: Settled
    at: datetime
    purged: bool = False

    @property
    def may_be_tried_again(self) -> bool:
        """It was purged (or dropped) from quarantine: handed in again it is as good as new."""
        return self.purged and self.settled == "quarantined"


@dataclass(frozen=True, kw_only=True)
class StoreFailed:
    """This one raw article could not be stored; everything else of its batch was. ``detail`` is one sentence."""

    detail: str

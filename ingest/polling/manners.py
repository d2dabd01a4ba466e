"""What a server's answer means for everything else that is asked of it: feeds and pages alike."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ingest.polling.schedule import RETRY_AFTER_MIN, retry_after
from ingest.web.outcomes import FetchFailed, FetchOutcome
from ingest.web.politeness import HostGate

_SILENCES: Final = frozenset({"connect_timeout", "read_timeout", "deadline", "dns_timeout"})


def mind_manners(gate: HostGate, url: str, outcome: FetchOutcome, *, now: datetime) -> None:
    """Lets the gate know of silence, and of 429 and Retry-After, which hold for the whole registrable domain."""
    failed = outcome if isinstance(outcome, FetchFailed) else None
    gate.answered(url, silent=failed is not None and failed.reason in _SILENCES)
    if failed is not None and failed.status in (429, 503):
        wait = retry_after(failed.retry_after, now=now)
        if wait is None and failed.status == 429:
            wait = RETRY_AFTER_MIN
        if wait is not None:
            gate.asked_for_rest(url, wait)

"""What a server's answer means for everything else that is asked of it: feeds and pages alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ingest.polling.schedule import RETRY_AFTER_MIN, retry_after
from ingest.web.outcomes import FetchFailed, FetchOutcome
from ingest.web.politeness import HostGate

REFUSED: Final = 429
_SILENCES: Final = frozenset({"connect_timeout", "read_timeout", "deadline", "dns_timeout"})


def mind_manners(gate: HostGate, url: str, outcome: FetchOutcome, *, now: datetime) -> None:
    """Lets the gate know of silence, and of 429 and Retry-After, which hold for the whole registrable domain.

    The domain is that of the server which said so: after a redirect, the last one asked.
    """
    failure = outcome if isinstance(outcome, FetchFailed) else None
    gate.answered(url, silent=failure is not None and failure.reason in _SILENCES)
    wait = rest_asked_for(failure, now=now) if failure else None
    if failure is not None and wait is not None:
        gate.asked_for_rest(failure.hops[-1].url if failure.hops else url, wait)


def rest_asked_for(failure: FetchFailed, *, now: datetime) -> timedelta | None:
    """How long a 429 or 503 wants its server to be left alone; a 429 that does not say, a minute."""
    if failure.status not in (REFUSED, 503):
        return None
    wait = retry_after(failure.retry_after, now=now)
    return RETRY_AFTER_MIN if wait is None and failure.status == REFUSED else wait


def longest(*rests: timedelta | None) -> timedelta | None:
    """The longest of those that there are."""
    return max((rest for rest in rests if rest), default=None)

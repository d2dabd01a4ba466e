"""Whether a feed has moved for good. Servers say so too easily, so it has to be said again and again. Pure.

A maintenance page behind a "permanent" redirect must not take a feed over (vienna-rss#1546): a sighting counts only
when the new place gave the feed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ingest.web.outcomes import Hop
from shared.schema import milliseconds

SIGHTINGS: Final = 5
SPAN: Final = timedelta(days=3)
FAILURES_BEFORE_RETURN: Final = 3
"""In a row, at the new place; then the first address is asked again."""

_PERMANENT: Final = frozenset({301, 308})  # RFC 9110, 15.4.2 and 15.4.9


@dataclass(frozen=True, kw_only=True)
class Move:
    """A place that the feed is said to have moved to, how often in a row that was seen, and since when."""

    url: str
    sightings: int
    since: datetime

    def proven(self, now: datetime) -> bool:
        """Five sightings in a row that lie three days apart, the first and the last."""
        return self.sightings >= SIGHTINGS and now - self.since >= SPAN


def permanent_target(asked: str, hops: Sequence[Hop]) -> str | None:
    """Where the redirects lead for good: as far as all of them are 301 or 308, from the first on."""
    target = None
    for hop in hops:
        if hop.status not in _PERMANENT:
            break
        target = hop.url
    return None if target == asked else target


def sighted(move: Move | None, target: str | None, *, now: datetime) -> Move | None:
    """After a poll that gave the feed, redirected to ``target`` for good; or not at all (None): all is forgotten."""
    if target is None:
        return None
    if move is None or move.url != target:
        return Move(url=target, sightings=1, since=now)
    return replace(move, sightings=move.sightings + 1)


def pack_move(move: Move | None) -> str:
    return f"{move.sightings} {milliseconds(move.since)} {move.url}" if move else ""


def unpack_move(packed: str) -> Move | None:
    """None for a string that is not ours."""
    sightings, _, rest = packed.partition(" ")
    since, _, url = rest.partition(" ")
    if not (sightings.isdigit() and since.isdigit() and url):
        return None
    return Move(url=url, sightings=int(sightings), since=datetime.fromtimestamp(int(since) / 1000, UTC))

"""What a server once asked for, kept for all pollers and through restarts: rest, and not to be asked so fast again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from redis.asyncio import Redis

from ingest.polling.schedule import RETRY_AFTER_MAX
from shared import routing
from shared.schema import milliseconds

HOST: Final = routing.KEY_PREFIX + "host:"
"""+ registrable domain -> HASH rests_until (ms), spacing (s), refusals."""

HOST_FIELDS: Final = ("rests_until", "spacing", "refusals")
KEPT: Final = timedelta(days=365)
"""After its last 429 a server is taken for one that was never asked too fast."""

PAUSE_FIRST: Final = timedelta(seconds=2)
PAUSE_MAX: Final = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class HostManners:
    """``spacing``: the longest that this domain has asked us to wait with a 429; no feed of it is asked again earlier.

    ``refusals`` counts its 429s.
    """

    rests_until: datetime | None = None
    spacing: timedelta = timedelta(0)
    refusals: int = 0

    def rest(self, now: datetime) -> timedelta | None:
        left = self.rests_until - now if self.rests_until else timedelta(0)
        # Longer than any server is granted: a clock that was set back has left it behind.
        return left if timedelta(0) < left <= RETRY_AFTER_MAX else None

    @property
    def pause(self) -> timedelta:
        """Between two requests to this domain at least: doubled with each 429, up to a minute or what it asked for."""
        return min(PAUSE_FIRST * float(2 ** min(self.refusals, 10)), PAUSE_MAX, self.spacing)


class Hosts:
    """Raises redis.exceptions.RedisError when Redis cannot be reached."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._note = redis.register_script(files("ingest.polling").joinpath("note_rest.lua").read_text("utf-8"))

    async def manners(self, domain: str) -> HostManners:
        values: Any = await self._redis.hmget(HOST + domain, HOST_FIELDS)
        return unpack_manners(values)

    async def asked_for_rest(self, domain: str, *, until: datetime, refused: timedelta | None) -> HostManners:
        """Notes it for everybody; the longest rest and the longest spacing count. ``refused``: it was a 429."""
        spacing = round(refused.total_seconds()) if refused else 0
        arguments = (milliseconds(until), spacing, int(refused is not None), round(KEPT.total_seconds()))
        return unpack_manners(await self._note(keys=[HOST + domain], args=list(arguments)))


def unpack_manners(values: Sequence[bytes | None]) -> HostManners:
    """From the values of HOST_FIELDS; what is not ours counts as never asked."""
    until, spacing, refusals = (int(value) if value and value.isdigit() and len(value) <= 14 else 0 for value in values)
    return HostManners(
        rests_until=datetime.fromtimestamp(until / 1000, UTC) if until else None,
        spacing=timedelta(seconds=min(spacing, 86_400)),
        refusals=refusals,
    )

"""What ingest remembers of a feed, as one HASH in Redis beside the inbox: lost together or not at all.

Fields that speak of accepted articles (known entries, validators, body hash) are written by the script that accepts
them; the others here. Only what changed is written. An empty field stands for none: the scripts set fields, they
remove none. A field that is missing, or not as this release writes it, counts as never written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from redis.asyncio import Redis

from ingest.feed_events import FEED_EVENTS, FEED_EVENTS_MAX, FEED_EVENTS_SEQ, FeedEvent
from ingest.feedlist.sources import FeedSource
from ingest.polling.coalesced import Coalesced
from ingest.polling.hosts import HOST, HOST_FIELDS, HostManners, Hosts, unpack_manners
from ingest.polling.memory import Seen, unpack_old_seen, unpack_seen
from ingest.polling.moves import Move, pack_move, unpack_move
from ingest.polling.rhythm import Rhythm, pack_rhythm, unpack_rhythm
from ingest.polling.schedule import UNCONDITIONAL_EVERY
from ingest.web.fetcher import Validators
from shared import routing
from shared.schema import milliseconds

Fields = Mapping[str, str | bytes]


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """Health, memory of the last answer, rhythm and place of one feed.

    ``accepted_total`` counts raw articles, changed ones again; ``failures`` are those in a row, ``failing_since`` the
    first of them; ``last_error`` is a sentence. ``moved_to`` is where it is asked instead of its own address, ``move``
    a move not proven yet. ``disabled`` is the sentence that says why it is not asked any more, ``disabled_settings``
    what was configured then. ``missed_total`` counts polls between which entries went by unseen.
    ``identity`` holds the repairs of this feed's keys (see identity), for good. ``left`` counts the new entries that
    the last poll left to the next ones.
    """

    etag: str = ""
    last_modified: str = ""
    body_hash: bytes = b""
    whole_at: datetime | None = None
    next_poll_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_error: str = ""
    last_error_code: str = ""
    entries: int = 0
    accepted_total: int = 0
    rhythm: Rhythm = field(default_factory=Rhythm)
    moved_to: str = ""
    move: Move | None = None
    gone_days: int = 0
    gone_at: datetime | None = None
    disabled: str = ""
    disabled_settings: str = ""
    missed_total: int = 0
    missed_at: datetime | None = None
    identity: str = ""
    left: int = 0

    def validators(self, now: datetime) -> Validators:
        """What to send for a conditional request; once a day nothing, because some servers answer 304 wrongly."""
        if self.whole_at is None or not timedelta(0) <= now - self.whole_at < UNCONDITIONAL_EVERY:
            return Validators()
        return Validators(etag=self.etag or None, last_modified=self.last_modified or None)

    @property
    def has_validators(self) -> bool:
        return bool(self.etag or self.last_modified)

    def entries_per_day(self, now: datetime) -> float:
        """New entries a day, over the last polls that brought any."""
        return self.rhythm.entries_per_day(now)

    def address(self, feed: FeedSource) -> str:
        """Where ``feed`` is to be asked."""
        return self.moved_to or feed.url

    def is_disabled(self, feed: FeedSource) -> bool:
        """Whether it is not to be asked; changing any of its settings enables a feed again."""
        return bool(self.disabled) and self.disabled_settings == settings_digest(feed)

    @property
    def fields(self) -> Fields:
        """All of it as the HASH holds it."""
        return {name: pack(getattr(self, name)) for name, (pack, _) in _CODECS.items()}

    def changes(self, before: FeedState) -> Fields:
        """The fields that differ from ``before``, as the HASH holds them."""
        return {
            name: pack(getattr(self, name))
            for name, (pack, _) in _CODECS.items()
            if getattr(self, name) != getattr(before, name)
        }


def settings_digest(feed: FeedSource) -> str:
    """16 hex digits for all that is configured of a feed but what its headers say, which is secret."""
    named = f"{feed!r} {sorted(feed.headers)}"
    return hashlib.blake2b(named.encode("utf-8", "replace"), digest_size=8).hexdigest()


class FeedStates:
    """The states of all feeds. Raises redis.exceptions.RedisError when Redis cannot be reached."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.hosts = Hosts(redis)
        # One script instead of an HMGET each: most of what loading costs is writing out the names of the fields.
        self._load = redis.register_script(files("ingest.polling").joinpath("load_feeds.lua").read_text("utf-8"))
        self._loading = Coalesced(self._load_all)
        self._writing = Coalesced(self._write_all)
        self._store = redis.register_script(files("ingest.polling").joinpath("write_feeds.lua").read_text("utf-8"))
        self._tell = redis.register_script(
            files("ingest.polling").joinpath("write_feed.lua").read_text(encoding="utf-8")
        )

    async def load(self, feed_id: str) -> FeedState:
        return (await self.load_many([feed_id]))[0]

    async def load_many(self, feed_ids: Sequence[str]) -> list[FeedState]:
        """One state for each id, in order; a feed never polled has the empty state."""
        return [state for state, _ in await self._load_all([(feed_id, "") for feed_id in feed_ids])]

    async def load_beside(self, feed_id: str, domain: str) -> tuple[FeedState, HostManners]:
        """A feed's state and what its domain once asked for, in one round trip."""
        return await self._loading((feed_id, domain))

    async def _load_all(self, asked: Sequence[tuple[str, str]]) -> Sequence[tuple[FeedState, HostManners]]:
        keys = [key for feed_id, domain in asked for key in (routing.FEED_STATE + feed_id, HOST + domain)]
        found = await self._load(keys=keys, args=[len(_NAMES), *_NAMES, *HOST_FIELDS])
        return [
            (unpack_state(state), unpack_manners(host)) for state, host in zip(found[::2], found[1::2], strict=True)
        ]

    async def seen(self, feed_id: str) -> Seen:
        """The entries that this feed is known by, those of its last document first."""
        values: Any = await self._redis.hmget(routing.FEED_STATE + feed_id, ("known", "seen"))
        known, old = values
        return unpack_seen(known) if known else unpack_old_seen(old or b"")

    async def look(self, feed_id: str) -> tuple[FeedState, Seen]:
        """State and known entries, for those who may read feeds and no more: a script's keys it takes both for."""
        values: Any = await self._redis.hmget(routing.FEED_STATE + feed_id, (*_NAMES, "known", "seen"))
        *state, known, old = values
        return unpack_state(state), unpack_seen(known) if known else unpack_old_seen(old or b"")

    async def write(self, feed_id: str, fields: Fields, *, events: Sequence[FeedEvent] = ()) -> None:
        """Writes ``fields`` and tells ``events``, both or neither."""
        if events:
            parts = [part for pair in fields.items() for part in pair]
            await self._tell(
                keys=[routing.FEED_STATE + feed_id, FEED_EVENTS_SEQ, FEED_EVENTS],
                args=[FEED_EVENTS_MAX, len(parts), *parts, *(part for event in events for part in event.parts)],
            )
        elif fields:
            await self._writing((feed_id, fields))

    async def _write_all(self, written: Sequence[tuple[str, Fields]]) -> Sequence[None]:
        arguments: list[str | bytes | int] = []
        for _, fields in written:
            arguments.append(2 * len(fields))
            arguments += [part for pair in fields.items() for part in pair]
        await self._store(keys=[routing.FEED_STATE + feed_id for feed_id, _ in written], args=arguments)
        return [None] * len(written)


def unpack_state(values: Sequence[bytes | None]) -> FeedState:
    """The state from its fields' values, in the order of FeedState."""
    named = zip(_CODECS.items(), values, strict=True)
    return FeedState(**{name: unpack(value) for (name, (_, unpack)), value in named if value})


def _pack_moment(moment: datetime | None) -> str:
    return str(milliseconds(moment)) if moment else ""


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _number(value: bytes) -> int:
    return int(value) if value.isdigit() else 0


def _moment(value: bytes) -> datetime | None:
    return datetime.fromtimestamp(int(value) / 1000, UTC) if value.isdigit() and len(value) <= 14 else None


_TEXT: Final = (str, _text)
_NUMBER: Final = (str, _number)
_MOMENT: Final = (_pack_moment, _moment)

_CODECS: Final[Mapping[str, tuple[Callable[[Any], str | bytes], Callable[[bytes], Any]]]] = {
    "etag": _TEXT,
    "last_modified": _TEXT,
    "body_hash": (bytes, bytes),
    "whole_at": _MOMENT,
    "next_poll_at": _MOMENT,
    "failures": _NUMBER,
    "failing_since": _MOMENT,
    "last_poll_at": _MOMENT,
    "last_success_at": _MOMENT,
    "last_error": _TEXT,
    "last_error_code": _TEXT,
    "entries": _NUMBER,
    "accepted_total": _NUMBER,
    "rhythm": (pack_rhythm, unpack_rhythm),
    "moved_to": _TEXT,
    "move": (pack_move, lambda value: unpack_move(_text(value))),
    "gone_days": _NUMBER,
    "gone_at": _MOMENT,
    "disabled": _TEXT,
    "disabled_settings": _TEXT,
    "missed_total": _NUMBER,
    "missed_at": _MOMENT,
    "identity": _TEXT,
    "left": _NUMBER,
}
_NAMES: Final = tuple(_CODECS)

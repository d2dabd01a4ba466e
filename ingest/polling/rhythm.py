"""A feed's rhythm: when its last polls brought something new, and what it says of itself. Pure; at most 84 bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

KEPT: Final = 16
"""Polls, and polls with news, that the rhythm is told from: a day of a busy feed, a fortnight of a daily one."""

_MINUTES_MAX: Final = 65_535
_HEAD: Final = struct.Struct(">BQIIBH")
_NEWS: Final = struct.Struct(">HH")
_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class News:
    """A poll that brought ``entries`` never seen before, ``minutes`` after the one before that brought any."""

    minutes: int
    entries: int


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """``news`` and ``polls`` hold the latest last; ``polls`` tells of each whether it brought something new.

    ``since`` is when the feed last brought something, at first when it was first polled. ``ttl_seconds`` and
    ``period_seconds`` are what the document said when it was last read, 0 for nothing.
    """

    since: datetime | None = None
    news: tuple[News, ...] = ()
    polls: tuple[bool, ...] = ()
    ttl_seconds: int = 0
    period_seconds: int = 0

    def polled(self, *, now: datetime, entries: int, after_failure: bool = False) -> Rhythm:
        """After a poll that brought ``entries`` new ones. What a first poll brings says nothing of the rhythm.

        ``after_failure``: the feed could not be reached before, so the time since is no measure of it.
        """
        if self.since is None:
            return replace(self, since=now)
        polls = (*self.polls, entries > 0)[-KEPT:]
        if not entries:
            return replace(self, polls=polls)
        came = News(minutes=_minutes(now - self.since), entries=min(entries, _MINUTES_MAX))
        news = self.news if after_failure else (*self.news, came)[-KEPT:]
        return replace(self, since=now, news=news, polls=polls)

    def missed(self, *, now: datetime, waited: timedelta, entries: int) -> Rhythm:
        """After a poll that shares nothing with the one ``waited`` before: all that was known was too slow.

        How much went by unseen nobody knows: the feed counts as twice as fast as what is left of it shows.
        """
        came = News(minutes=_minutes(waited / 2), entries=min(entries, _MINUTES_MAX))
        return replace(self, since=now, news=(came,), polls=(*self.polls, True)[-KEPT:])

    def mean_gap(self, now: datetime) -> timedelta:
        """Between two polls that brought something, nights left out: the longest eighth of the gaps is not counted.

        The time since the last counts as soon as it lengthens the mean.
        """
        quiet = max(timedelta(0), now - self.since) if self.since else timedelta(0)
        if not self.news:
            return quiet
        gaps = sorted(came.minutes for came in self.news)
        counted = gaps[: len(gaps) - len(gaps) // 8]
        known = timedelta(minutes=sum(counted))
        return max(known / len(counted), (known + quiet) / (len(counted) + 1))

    def filled_in(self, window: int, now: datetime) -> timedelta | None:
        """In what time ``window`` entries come at the worst; None when no poll brought as much as half of them.

        A feed that has been quiet for longer is not expected to burst this very moment.
        """
        crowded = [came for came in self.news if came.entries * 2 >= window > 0]
        times = [timedelta(minutes=came.minutes) * (window / came.entries) for came in crowded]
        quiet = now - self.since if self.since else timedelta(0)
        return max(min(times), quiet) if times else None

    @property
    def news_share(self) -> float:
        """Of the last polls, how many brought something; 0 while there are fewer than half of what is kept."""
        return sum(self.polls) / len(self.polls) if len(self.polls) * 2 >= KEPT else 0.0

    def entries_per_day(self, now: datetime) -> float:
        """New entries a day, over the polls kept."""
        if not self.news or self.since is None:
            return 0.0
        known = timedelta(minutes=sum(came.minutes for came in self.news))
        return sum(came.entries for came in self.news) * (
            timedelta(days=1) / (known + max(timedelta(0), now - self.since))
        )


def pack_rhythm(rhythm: Rhythm) -> bytes:
    since = int(rhythm.since.timestamp() * 1000) if rhythm.since else 0
    bits = sum(1 << index for index, brought in enumerate(rhythm.polls) if brought)
    head = _HEAD.pack(_VERSION, since, rhythm.ttl_seconds, rhythm.period_seconds, len(rhythm.polls), bits)
    return head + b"".join(_NEWS.pack(came.minutes, came.entries) for came in rhythm.news)


def unpack_rhythm(packed: bytes) -> Rhythm:
    """The rhythm of a feed never polled for a string that is not ours: it is learned anew in a few polls."""
    news = packed[_HEAD.size :]
    if len(packed) < _HEAD.size or packed[0] != _VERSION or len(news) % _NEWS.size:
        return Rhythm()
    _, since, ttl, period, count, bits = _HEAD.unpack_from(packed)
    return Rhythm(
        since=datetime.fromtimestamp(since / 1000, UTC) if since else None,
        news=tuple(News(minutes=minutes, entries=entries) for minutes, entries in _NEWS.iter_unpack(news)),
        polls=tuple(bool(bits >> index & 1) for index in range(min(count, KEPT))),
        ttl_seconds=ttl,
        period_seconds=period,
    )


def _minutes(span: timedelta) -> int:
    return min(max(1, round(span.total_seconds() / 60)), _MINUTES_MAX)

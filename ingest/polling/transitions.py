"""What a poll makes of a feed's state, and what is to be told of it. Pure: ``now`` and chance are arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ingest.feed_events import FeedEvent, FeedEventType
from ingest.feedlist.sources import FeedSource
from ingest.polling import moves
from ingest.polling.hosts import HostManners
from ingest.polling.schedule import FLOOR, interval, next_poll_at, retry_after
from ingest.polling.state import FeedState, settings_digest
from ingest.web.outcomes import FetchFailed, Hop

GONE_DAYS: Final = 3
GONE: Final = 410


@dataclass(frozen=True, kw_only=True)
class Transition:
    """The state after a poll, and the events that go with it."""

    state: FeedState
    events: tuple[FeedEvent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Of one poll: the feed, when, how its server wants to be asked, and a number from 0 to 1 that spreads feeds."""

    feed: FeedSource
    now: datetime
    manners: HostManners = field(default_factory=HostManners)
    chance: float = 0.0

    @property
    def configured(self) -> timedelta | None:
        minutes = self.feed.interval_minutes
        return None if minutes is None else timedelta(minutes=minutes)

    def event(self, kind: FeedEventType, reason: str) -> FeedEvent:
        return FeedEvent(type=kind, url=self.feed.url, source=self.feed.shown_name, reason=reason, at=self.now)


def failed(
    state: FeedState, failure: FetchFailed, at: Circumstances, *, counted: bool = True, rest: timedelta | None = None
) -> Transition:
    """After a failure. ``counted`` is False for what is not the feed's own doing: its server rests, for ``rest``."""
    failures = state.failures + counted
    since = (state.failing_since or at.now) if counted else state.failing_since
    after = replace(
        state,
        failures=failures,
        failing_since=since,
        last_poll_at=at.now,
        last_error=failure.sentence,
        last_error_code=failure.code,
        next_poll_at=next_poll_at(
            now=at.now,
            interval=interval(state.rhythm, now=state.last_success_at or at.now, configured=at.configured),
            failures=failures,
            failing_for=at.now - since if since else timedelta(0),
            not_before=max(rest or retry_after(failure.retry_after, now=at.now) or timedelta(0), at.manners.spacing),
            chance=at.chance,
        ),
    )
    if failure.reason == "protocol_error":
        # A 304 with a body is no valid answer; asked without validators, such a server gives the feed.
        after = replace(after, etag="", last_modified="")
    if counted and state.moved_to:
        return _asked_at_home_again(after, at)
    return _gone(after, at) if failure.status == GONE else Transition(state=after)


def _asked_at_home_again(state: FeedState, at: Circumstances) -> Transition:
    if state.failures < moves.FAILURES_BEFORE_RETURN:
        return Transition(state=state)
    reason = f"{state.moved_to} failed {state.failures} times ({state.last_error}): asked at its first address again"
    soon = next_poll_at(now=at.now, interval=FLOOR, not_before=at.manners.spacing, chance=at.chance)
    home = replace(state, moved_to="", move=None, etag="", last_modified="", next_poll_at=soon)
    return Transition(state=home, events=(at.event("feed.moved", reason),))


def _gone(state: FeedState, at: Circumstances) -> Transition:
    if state.gone_at is not None and state.gone_at.date() == at.now.date():
        return Transition(state=state)
    state = replace(state, gone_days=state.gone_days + 1, gone_at=at.now)
    if state.gone_days < GONE_DAYS:
        return Transition(state=state)
    reason = f"{state.last_error}, said on {GONE_DAYS} days; to have it asked again, change any of its settings"
    off = replace(state, disabled=reason, disabled_settings=settings_digest(at.feed))
    return Transition(state=off, events=(at.event("feed.disabled", reason),))


def enabled(state: FeedState) -> FeedState:
    """Of a disabled feed whose settings were changed: as if it had never said that it is gone."""
    return replace(state, disabled="", disabled_settings="", gone_days=0, gone_at=None, failures=0, failing_since=None)


def succeeded(
    state: FeedState,
    at: Circumstances,
    *,
    new: int = 0,
    window: int = 0,
    validators: bool = True,
    fresh_for: timedelta = timedelta(0),
    missed: bool = False,
    more: bool = False,
) -> FeedState:
    """After a poll that gave the feed, or said that it is unchanged.

    ``new`` entries were never seen before, ``window`` are in the document; ``missed``: none of them was in the one
    before. ``more``: entries are left to be taken, so the next poll comes soon.
    """
    rhythm = state.rhythm.polled(now=at.now, entries=new, after_failure=state.failures > 0)
    if missed and state.last_success_at is not None:
        waited = at.now - state.last_success_at
        rhythm = state.rhythm.missed(now=at.now, waited=waited, entries=window)
    wait = interval(
        rhythm,
        now=at.now,
        window=window,
        validators=validators,
        fresh_for=fresh_for,
        configured=at.configured,
    )
    return replace(
        state,
        rhythm=rhythm,
        failures=0,
        failing_since=None,
        gone_days=0,
        gone_at=None,
        last_poll_at=at.now,
        last_success_at=at.now,
        last_error="",
        last_error_code="",
        missed_total=state.missed_total + missed,
        missed_at=at.now if missed else state.missed_at,
        next_poll_at=next_poll_at(
            now=at.now,
            interval=min(wait, FLOOR) if more else wait,
            not_before=at.manners.spacing,
            chance=at.chance,
        ),
    )


def redirected(state: FeedState, hops: Sequence[Hop], at: Circumstances, *, proof: bool) -> Transition:
    """After a poll that gave the feed. ``proof``: a document came with it that holds something we know it by."""
    target = moves.permanent_target(state.address(at.feed), hops)
    if target is None or proof:
        state = replace(state, move=moves.sighted(state.move, target, now=at.now))
    if state.move is None or not state.move.proven(at.now):
        return Transition(state=state)
    reason = f"moved for good to {state.move.url}, seen {state.move.sightings} times since {state.move.since:%Y-%m-%d}"
    there = "" if state.move.url == at.feed.url else state.move.url
    return Transition(state=replace(state, moved_to=there, move=None), events=(at.event("feed.moved", reason),))


def missed_event(state: FeedState, at: Circumstances, *, before: int, window: int) -> FeedEvent:
    """``before`` entries were in the last document, ``window`` are in this one."""
    hours = (at.now - state.last_success_at) / timedelta(hours=1) if state.last_success_at else 0
    ago = f"{hours:.1f} h" if hours >= 1 else f"{round(hours * 60)} min"
    reason = f"none of the {before} entries of {ago} ago is among the {window} there now: what came between was missed"
    return at.event("feed.missed", reason)

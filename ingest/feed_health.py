"""`copydesk feeds list` and `check`: what is known of each feed's health, and what asking it once says."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ingest.documents.entries import binary_sentence
from ingest.documents.entry import NotAFeed, SitemapIndex
from ingest.documents.feed_reader import FeedReader
from ingest.feed_table import FeedRow, table
from ingest.feedlist.discovery import about
from ingest.feedlist.sources import FeedSource
from ingest.polling.state import FeedState, FeedStates
from ingest.speaker import OK, SOMETHING_FAILED, Speaker, feeds_counted
from ingest.web.fetcher import Fetcher
from ingest.web.outcomes import Fetched, FetchFailed
from ingest.web.politeness import HostGate

Health = Literal["off", "disabled", "new", "ok", "failing"]
"""``off``: by the feed list; ``disabled``: by the poller, and the row says why; ``new``: never polled."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What asking a feed once came to. ``sentence`` is complete."""

    feed: FeedSource
    ok: bool
    sentence: str


async def check_feed(feed: FeedSource, *, fetcher: Fetcher, reader: FeedReader) -> Checked:
    """One GET, nothing stored; of a sitemap index its newest part too."""
    fetched = await fetcher.fetch(feed.url, headers=feed.headers, look=binary_sentence)
    if isinstance(fetched, FetchFailed):
        return Checked(feed=feed, ok=False, sentence=fetched.sentence)
    if not isinstance(fetched, Fetched):
        return Checked(feed=feed, ok=False, sentence="the server says 304 Not Modified to a first request")
    read = await reader.read_feed(fetched.body, url=fetched.url, content_type=fetched.content_type)
    if isinstance(read, SitemapIndex):
        part = await check_feed(FeedSource(url=read.parts[0]), fetcher=fetcher, reader=reader)
        return Checked(feed=feed, ok=part.ok, sentence=f"{read.sentence}, the newest of which: {part.sentence}")
    if isinstance(read, NotAFeed):
        return Checked(feed=feed, ok=False, sentence=read.sentence)
    return Checked(feed=feed, ok=True, sentence=about(read, fetched))


async def check(
    feeds: Sequence[FeedSource],
    *,
    fetcher: Fetcher,
    reader: FeedReader,
    concurrency: int = 100,
    host_pause_seconds: float = 2,
    as_json: bool = False,
    speaker: Speaker | None = None,
) -> int:
    """Asks each feed once, politely, and says what is wrong with it. 1 when something is wrong with any."""
    speaker = speaker or Speaker()
    slots, gate = asyncio.Semaphore(concurrency), HostGate(pause_seconds=host_pause_seconds)

    async def ask(feed: FeedSource) -> bool:
        async with gate.turn(feed.url), slots:
            checked = await check_feed(feed, fetcher=fetcher, reader=reader)
        if as_json:
            line = {"url": feed.url, "name": feed.name, "ok": checked.ok, "says": checked.sentence}
            speaker.result(json.dumps(line, ensure_ascii=False))
        else:
            speaker.result(f"{'ok    ' if checked.ok else 'FAILED'}  {feed.shown_name}: {checked.sentence}")
        return checked.ok

    good = sum(await asyncio.gather(*(ask(feed) for feed in feeds)))
    speaker.say(f"{good} of {feeds_counted(len(feeds))} {'is' if good == 1 else 'are'} good.")
    return OK if good == len(feeds) else SOMETHING_FAILED


async def list_feeds(
    feeds: Sequence[FeedSource],
    *,
    states: FeedStates,
    now: datetime,
    as_json: bool = False,
    speaker: Speaker | None = None,
) -> int:
    """Each feed's health. Raises redis.exceptions.RedisError when Redis cannot be reached."""
    speaker = speaker or Speaker()
    known = await states.load_many([feed.feed_id for feed in feeds])
    if as_json:
        for feed, state in zip(feeds, known, strict=True):
            speaker.result(json.dumps(_health(feed, state, now), ensure_ascii=False))
        return OK
    rows = [_row(feed, state, now) for feed, state in zip(feeds, known, strict=True)]
    for line in table(rows, now=now, columns=speaker.columns):
        speaker.result(line)
    counts = Counter(_word(feed, state) for feed, state in zip(feeds, known, strict=True))
    told = "".join(f", {counts[word]} {word}" for word in ("failing", "disabled", "off", "new") if counts[word])
    speaker.say(f"{feeds_counted(len(feeds))}{told}." if feeds else "No feeds. Add one: copydesk feeds add URL")
    return OK


def _health(feed: FeedSource, state: FeedState, now: datetime) -> dict[str, Any]:
    return {
        "url": feed.url,
        "name": feed.name,
        "enabled": feed.enabled,
        "health": _word(feed, state),
        "interval_minutes": feed.interval_minutes,
        "last_poll_at": _iso(state.last_poll_at),
        "last_success_at": _iso(state.last_success_at),
        "next_poll_at": _iso(state.next_poll_at),
        "failures": state.failures,
        "failing_since": _iso(state.failing_since),
        "last_error": state.last_error or None,
        "last_error_code": state.last_error_code or None,
        "entries": state.entries,
        "entries_per_day": round(state.entries_per_day(now), 2),
        "accepted_total": state.accepted_total,
        "missed_total": state.missed_total,
        "missed_at": _iso(state.missed_at),
        "moved_to": state.moved_to or None,
        "disabled": state.disabled if state.is_disabled(feed) else None,
    }


def _word(feed: FeedSource, state: FeedState) -> Health:
    if not feed.enabled:
        return "off"
    if state.is_disabled(feed):
        return "disabled"
    if state.last_poll_at is None:
        return "new"
    return "failing" if state.last_error else "ok"


def _row(feed: FeedSource, state: FeedState, now: datetime) -> FeedRow:
    health = _word(feed, state)
    return FeedRow(
        name=feed.shown_name,
        health=health,
        last_success_at=state.last_success_at,
        next_poll_at=state.next_poll_at,
        polled=health not in ("off", "disabled"),
        failures=state.failures,
        per_day=state.entries_per_day(now),
        missed=state.missed_total,
        accepted=state.accepted_total,
        why=state.disabled if health == "disabled" else state.last_error,
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")

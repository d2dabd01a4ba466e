"""`copydesk trace`: what became of an item, from the feed that carried it to the article, or to the reason why not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import typer

from copydesk.stack import broker
from ingest.bootstrap import redis_client
from ingest.feedlist.sources import SourcesError, read_feed_list
from ingest.polling.link_names import lasting_link
from ingest.settings import load_settings
from ingest.tracing import Pending, Remembered, pending_traces, remembering_feeds
from shared.logs import printable, redact
from worker.parsing.canonical import canonical_form
from worker.storage.engine import make_engine
from worker.storage.errors import placed
from worker.storage.tracing import Settled, settled_traces

_BECAME = {"stored": "a new article", "revised": "a revision", "copied": "a copy", "duplicate": "known already"}


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Everything that is known of one item."""

    wanted: str
    feeds: list[Remembered]
    pending: list[Pending]
    settled: list[Settled]

    @property
    def found(self) -> bool:
        return bool(self.feeds or self.pending or self.settled)


def print_trace(wanted: str, data: Path | None, *, as_json: bool) -> int:
    """Answers the exit code: 0 when something is known of it, else 1. Raises StorageError, RedisError."""
    with broker(data) as reached:
        feeds, pending = asyncio.run(_before_settling(reached.redis_url, wanted))
        engine = make_engine(reached.database_url)
        try:
            with placed(engine.url):
                settled = settled_traces(engine, wanted, _addresses(wanted))
        finally:
            engine.dispose()
    trace = Trace(wanted=wanted, feeds=feeds, pending=pending, settled=settled)
    if as_json:
        typer.echo(json.dumps(asdict(trace), ensure_ascii=False, default=datetime.isoformat))
    else:
        for line in lines(trace, _feed_names(data)):
            typer.echo(printable(redact(line)))
    return 0 if trace.found else 1


async def _before_settling(redis_url: str, wanted: str) -> tuple[list[Remembered], list[Pending]]:
    async with aclosing(redis_client(redis_url)) as redis:
        feeds = await remembering_feeds(redis, {wanted, lasting_link(wanted), *_addresses(wanted)})
        return feeds, await pending_traces(redis, wanted, _addresses(wanted))


def _addresses(wanted: str) -> Collection[str]:
    """The spellings of an address that it may be known by."""
    return {wanted, canonical_form(wanted) or wanted}


def _feed_names(data: Path | None) -> Mapping[str, str]:
    try:
        listed = read_feed_list(load_settings(data=data).feeds_file)
    except SourcesError:
        return {}
    return {feed.feed_id: feed.shown_name for feed in listed.feeds}


def lines(trace: Trace, feed_names: Mapping[str, str]) -> Iterator[str]:
    """For people: feeds, what was settled in its order, what still waits, and a word when there is nothing."""
    for feed in trace.feeds:
        name = feed_names.get(feed.feed_id, f"feed {feed.feed_id}")
        polled = f", polled last {_time(feed.last_poll_at)}" if feed.last_poll_at else ""
        yield f"carried by    {name}: in its document until {feed.last_seen:%Y-%m-%d}{polled}"
    for each in trace.settled:
        yield from _settled_lines(each)
    for waiting in trace.pending:
        tries = f", tried {waiting.tries} times" if waiting.tries else ""
        accepted = f"raw {waiting.raw_id} of {waiting.source}, accepted {_time(waiting.accepted_at)}"
        yield f"in the inbox  {accepted}: {waiting.place}{tries}"
    if not trace.found:
        yield f"Nothing is known of {trace.wanted}: no feed carried it, and nothing was handed in by that name."
    elif not trace.settled and not trace.pending:
        yield "It is in neither the inbox nor the ledger any more: it was purged after its retention."


def _settled_lines(each: Settled) -> Iterator[str]:
    seen = f", seen {_time(each.seen_at)}" if each.seen_at else ""
    yield f"handed in     raw {each.raw_id} of {each.source}{seen}, as {each.entry_key}"
    if each.settled == "quarantined":
        remedy = f"copydesk quarantine show {each.raw_id[:12]}"
        yield f"quarantined   {_time(each.settled_at)}: {each.reason}, {each.detail} ({remedy})"
        return
    place = f" in story {each.story_id}" if each.story_id != each.article_id else ""
    copy = f", a copy of {each.copy_of}" if each.copy_of else ""
    hidden = ", hidden from default listings by its flags" if each.hidden else ""
    became = f"{_BECAME[each.settled]} ({each.reason})"
    yield f"settled       {_time(each.settled_at)}: {became}: article {each.article_id}{place}{copy}{hidden}"


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "never"

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
from ingest.tracing import Asked, FeedTraces, Pending, Remembered, feed_traces, own_ids, pending_traces
from shared.logs import printable, redact
from worker.parsing.canonical import canonical_form
from worker.reason_words import in_words
from worker.storage.engine import make_engine
from worker.storage.errors import placed
from worker.storage.tracing import Settled, settled_traces

_BECAME = {"stored": "a new article", "revised": "a revision", "copied": "a copy", "duplicate": "known already"}


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Everything that is known of one item."""

    wanted: str
    feeds: list[Remembered]
    asked: list[Asked]
    cut: dict[str, int]
    pending: list[Pending]
    settled: list[Settled]

    @property
    def found(self) -> bool:
        return bool(self.feeds or self.asked or self.pending or self.settled)


def print_trace(wanted: str, data: Path | None, *, as_json: bool) -> int:
    """Answers the exit code: 0 when something is known of it, else 1. Raises StorageError, RedisError."""
    with broker(data) as reached:
        known, pending = asyncio.run(_before_settling(reached.redis_url, wanted))
        engine = make_engine(reached.database_url)
        try:
            with placed(engine.url):
                settled = settled_traces(engine, wanted, _addresses(wanted))
        finally:
            engine.dispose()
    trace = Trace(
        wanted=wanted,
        feeds=known.carrying,
        asked=known.asked,
        cut=known.cut,
        pending=pending,
        settled=settled,
    )
    if as_json:
        typer.echo(json.dumps(asdict(trace), ensure_ascii=False, default=datetime.isoformat))
    else:
        for line in lines(trace, _feed_names(data)):
            typer.echo(printable(redact(line)))
    return 0 if trace.found else 1


async def _before_settling(redis_url: str, wanted: str) -> tuple[FeedTraces, list[Pending]]:
    async with aclosing(redis_client(redis_url)) as redis:
        feeds = await feed_traces(redis, wanted, {wanted, lasting_link(wanted), *_addresses(wanted)})
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
    yield from _feed_lines(trace.asked, feed_names)
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
        yield from _unknown(trace, feed_names)
    elif trace.feeds and not trace.settled and not trace.pending:
        yield (
            "A feed carried it, and neither the inbox nor the ledger knows it: it was refused, or the database is an "
            "older copy."
        )


def _unknown(trace: Trace, feed_names: Mapping[str, str]) -> Iterator[str]:
    if any(feed_id in feed_names for feed_id in own_ids(trace.wanted)):
        yield f"{trace.wanted} is in the feed list and was not asked yet."
        return
    yield f"Nothing is known of {trace.wanted}: no feed carried it, and nothing was handed in by that name."
    for feed_id, left in trace.cut.items():
        name = feed_names.get(feed_id, f"feed {feed_id}")
        yield f"It may be among the {left} entries of {name} that its next polls will take (1,000 at each)."


def _feed_lines(asked: Collection[Asked], feed_names: Mapping[str, str]) -> Iterator[str]:
    for feed in asked:
        name = feed_names.get(feed.feed_id, f"feed {feed.feed_id}, no longer in the list")
        counts = f"{feed.entries} entries in its last document, {feed.accepted_total} accepted in all"
        left = f", {feed.left} left to the next polls" if feed.left else ""
        polled = f"polled last {_time(feed.last_poll_at)}, next {_time(feed.next_poll_at)}"
        yield f"a feed        {name}: {polled}; {counts}{left}"
        if feed.says:
            yield f"              {feed.says}"


def _settled_lines(each: Settled) -> Iterator[str]:
    if each.purged_at:
        yield _purged_line(each, each.purged_at)
        return
    seen = f", seen {_time(each.seen_at)}" if each.seen_at else ""
    yield f"handed in     raw {each.raw_id} of {each.source}{seen}, as {each.entry_key}"
    if each.settled == "quarantined":
        remedy = f"copydesk quarantine show {each.raw_id[:12]}"
        yield f"quarantined   {_time(each.settled_at)}: {in_words(each.reason or '')}: {each.detail} ({remedy})"
        return
    place = f" in story {each.story_id}" if each.story_id != each.article_id else ""
    copy = f", a copy of {each.copy_of}" if each.copy_of else ""
    hidden = ", hidden from default listings by its flags" if each.hidden else ""
    became = f"{_BECAME[each.settled]} ({in_words(each.reason or '')})"
    yield f"settled       {_time(each.settled_at)}: {became}: article {each.article_id}{place}{copy}{hidden}"


def _purged_line(each: Settled, purged_at: datetime) -> str:
    raw, settled = f"raw {each.raw_id}", _time(each.settled_at)
    if each.settled == "quarantined":
        return f"purged        {raw}: quarantined {settled}, purged or dropped {_time(purged_at)}"
    became, article = _BECAME[each.settled], f"article {each.article_id}"
    if each.settled_at == purged_at:
        return f"came again    {raw}, {settled}: known already, for its {article} was purged before"
    return f"purged        {raw}: settled {settled} as {became}, {article}; purged {_time(purged_at)}"


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "never"

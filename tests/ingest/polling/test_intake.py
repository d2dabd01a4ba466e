from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fakeredis import FakeAsyncRedis

from ingest.documents.entry import Entry
from ingest.feed_events import FeedEvent
from ingest.feedlist.sources import FeedSource
from ingest.inbox import Accepted, FeedUpdate, InboxFull
from ingest.polling.identity import keyed
from ingest.polling.intake import CHUNK_BODY_BYTES_MAX, Intake, Taking
from ingest.polling.memory import NOTHING_SEEN, unpack_seen
from ingest.polling.state import FeedState, FeedStates
from shared.schema import RawArticle

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
FEED = FeedSource(url="https://harbour.example/rss")


class Recorder:
    """Takes everything, or nothing while ``full``, and keeps what each call held."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, FeedUpdate]] = []
        self.full = False

    async def accept(self, raws: Sequence[RawArticle], *, feed: FeedUpdate | None = None) -> Accepted | InboxFull:
        if self.full:
            return InboxFull(held_bytes=1)
        assert feed is not None
        self.calls.append((len(raws), feed))
        return Accepted(new=len(raws))


def taking(*entries: Entry) -> Taking:
    known = keyed(entries)
    return Taking(taken=known, present=known, seen=NOTHING_SEEN, done=FeedState(etag='"v1"', body_hash=b"x"))


def intake(inbox: Recorder, *, patience: float = 0.1) -> Intake:
    return Intake(inbox=inbox, states=FeedStates(FakeAsyncRedis()), patience_seconds=patience)


async def test_what_was_seen_goes_with_each_chunk_and_the_validators_only_with_the_last() -> None:
    inbox = Recorder()
    entries = [Entry(guid=str(number), content_digest=b"12345678") for number in range(120)]
    assert await intake(inbox).take(FEED, taking(*entries), now=NOW) == 120
    assert [count for count, _ in inbox.calls] == [50, 50, 20]
    assert [len(unpack_seen(bytes(update.fields["known"]))) for _, update in inbox.calls] == [50, 100, 120]  # type: ignore[arg-type]
    assert ["etag" in update.fields for _, update in inbox.calls] == [False, False, True]
    assert {update.feed_id for _, update in inbox.calls} == {FEED.feed_id}


async def test_a_chunk_is_bounded_in_bytes_too() -> None:
    inbox = Recorder()
    entries = [Entry(guid=str(number), body="x" * (CHUNK_BODY_BYTES_MAX // 2)) for number in range(5)]
    await intake(inbox).take(FEED, taking(*entries), now=NOW)
    assert [count for count, _ in inbox.calls] == [2, 2, 1]


async def test_nothing_new_is_a_state_alone() -> None:
    inbox = Recorder()
    states = FeedStates(FakeAsyncRedis())
    one = Intake(inbox=inbox, states=states, patience_seconds=0)
    assert await one.take(FEED, taking(), now=NOW) == 0
    assert inbox.calls == []
    assert (await states.load(FEED.feed_id)).etag == '"v1"'


async def test_while_one_waits_for_room_others_hold_back_and_after_it_waited_in_vain_they_do_not_ask() -> None:
    inbox = Recorder()
    inbox.full = True
    one = intake(inbox, patience=0.3)
    assert await one.has_room()
    waiting = asyncio.create_task(one.take(FEED, taking(Entry(guid="1")), now=NOW))
    await asyncio.sleep(0.05)
    held_back = asyncio.create_task(one.has_room())
    await asyncio.sleep(0.05)
    assert not held_back.done()
    assert await waiting == 0
    assert not await held_back
    assert not await one.has_room()


async def test_room_lets_everybody_go_on() -> None:
    inbox = Recorder()
    inbox.full = True
    one = intake(inbox, patience=5)
    waiting = asyncio.create_task(one.take(FEED, taking(Entry(guid="1")), now=NOW))
    await asyncio.sleep(0.05)
    held_back = asyncio.create_task(one.has_room())
    inbox.full = False
    assert await waiting == 1
    assert await held_back


@pytest.mark.parametrize("entries", [1, 50])
async def test_a_chunk_that_fits_is_one_call(entries: int) -> None:
    inbox = Recorder()
    await intake(inbox).take(FEED, taking(*(Entry(guid=str(number)) for number in range(entries))), now=NOW)
    assert [count for count, _ in inbox.calls] == [entries]


async def test_events_and_what_they_speak_of_go_with_the_first_chunk_alone() -> None:
    inbox = Recorder()
    event = FeedEvent(type="feed.missed", url=FEED.url, source="Harbour", reason="Missed.", at=NOW)
    before = FeedState(missed_total=1, entries=120)
    whole = replace(
        taking(*(Entry(guid=str(number)) for number in range(120))),
        before=before,
        done=replace(before, missed_total=2, etag='"v2"'),
        events=(event,),
        told=frozenset({"missed_total"}),
    )
    assert await intake(inbox).take(FEED, whole, now=NOW) == 120
    assert [update.events for _, update in inbox.calls] == [(event,), (), ()]
    written = [
        {name: value for name, value in update.fields.items() if name not in ("known", "seen")}
        for _, update in inbox.calls
    ]
    assert written == [{"missed_total": "2"}, {"missed_total": "2"}, {"missed_total": "2", "etag": '"v2"'}]
    assert whole.rest(120, NOW).events == ()

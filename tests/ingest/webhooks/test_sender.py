from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fakeredis import FakeAsyncRedis
from structlog.testing import capture_logs

from ingest.feed_events import FEED_EVENTS
from ingest.web.outcomes import FetchFailed, Posted, answer_failure
from ingest.webhooks.journal import TRIES, Event, backlog_keys, endpoint_id, lease_key, send_again, void_leases
from ingest.webhooks.sender import Sender
from shared import routing
from shared.schema import milliseconds

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://desk.example/hook"
TAKEN = Posted(status=204)


class Receiver:
    """Answers as the test laid down, then takes everything; keeps what it was sent."""

    def __init__(self, *answers: Posted | FetchFailed) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, dict[str, object]]] = []

    async def post(self, _url: str, *, body: bytes, headers: dict[str, str]) -> Posted | FetchFailed:
        self.sent.append((headers["webhook-id"], json.loads(body)))
        return self.answers.pop(0) if self.answers else TAKEN

    @property
    def ids(self) -> list[str]:
        return [event_id for event_id, _ in self.sent]


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def redis() -> AsyncIterator[FakeAsyncRedis]:
    client = FakeAsyncRedis()
    yield client
    await client.aclose()


async def tell(redis: FakeAsyncRedis, *seqs: int, entry_id: int | None = None) -> None:
    for seq in seqs:
        fields = {
            "seq": seq,
            "id": f"e{seq}",
            "type": "article.stored",
            "time": NOON.isoformat(),
            "data": '{"id": "a"}',
        }
        where = f"{entry_id}-{seq}" if entry_id else "*"
        await redis.xadd(routing.EVENTS, fields, id=where)  # type: ignore[arg-type]


def make_sender(redis: FakeAsyncRedis, receiver: Receiver, clock: Clock | None = None) -> Sender:
    return Sender(url=URL, secret=b"x" * 24, redis=redis, client=receiver, now=clock or Clock(), chance=lambda: 0.0)


async def steps(sender: Sender, count: int, clock: Clock | None = None) -> None:
    """With a clock: each step comes when the one before said."""
    for _ in range(count):
        pause = await sender.step()
        if clock is not None:
            clock.now += pause


async def test_a_new_endpoint_hears_the_last_hour_and_what_happens_from_then_on_in_order(redis: FakeAsyncRedis) -> None:
    await tell(redis, 1, entry_id=milliseconds(NOON - timedelta(minutes=70)))
    await tell(redis, 2, entry_id=milliseconds(NOON - timedelta(minutes=50)))
    receiver = Receiver()
    sender = make_sender(redis, receiver)
    await sender.step()
    assert receiver.ids == ["e2"]
    await tell(redis, 3, 4)
    moved = {"seq": 1, "id": "f1", "type": "feed.moved", "time": NOON.isoformat(), "data": '{"source": "A"}'}
    await redis.xadd(FEED_EVENTS, moved)  # type: ignore[arg-type]
    await steps(sender, 4)
    assert receiver.ids[1:3] == ["e3", "e4"]
    assert receiver.sent[1][1] == {
        "type": "article.stored",
        "timestamp": NOON.isoformat(),
        "seq": 3,
        "data": {"id": "a"},
    }
    assert [body["type"] for _, body in receiver.sent[1:]] == ["article.stored", "article.stored", "feed.moved"]


async def test_what_was_not_taken_is_sent_again_later_and_holds_the_rest_back(redis: FakeAsyncRedis) -> None:
    receiver, clock = Receiver(answer_failure(500), answer_failure(503)), Clock()
    sender = make_sender(redis, receiver, clock)
    await sender.step()
    await tell(redis, 1, 2)
    await steps(sender, 4, clock)
    assert receiver.ids == ["e1", "e1", "e1", "e2"]
    assert clock.now == NOON + timedelta(seconds=6)  # 1 s, 5 s
    counted = await redis.hmget(backlog_keys(endpoint_id(URL)).state, TRIES)
    assert dict(zip(TRIES, counted, strict=True)) == {"delivered": b"2", "failed": b"2", "given_up": None}


async def test_a_restart_goes_on_where_it_was_and_keeps_the_pause(redis: FakeAsyncRedis) -> None:
    receiver, clock = Receiver(TAKEN, answer_failure(500)), Clock()
    first = make_sender(redis, receiver, clock)
    await first.step()
    await tell(redis, 1, 2)
    await steps(first, 2)
    await void_leases(redis)  # as their expiry does
    second = make_sender(redis, receiver, clock)
    assert await second.step() == timedelta(seconds=1)
    assert receiver.ids == ["e1", "e2"]
    clock.now += timedelta(seconds=1)
    await second.step()
    assert receiver.ids == ["e1", "e2", "e2"]


async def test_a_server_that_is_away_for_a_day_loses_the_event_that_waited_and_gets_the_next(
    redis: FakeAsyncRedis,
) -> None:
    receiver, clock = Receiver(*[answer_failure(502)] * 60), Clock()
    sender = make_sender(redis, receiver, clock)
    await sender.step()
    await tell(redis, 1, 2)
    with capture_logs() as logged:
        while "e2" not in receiver.ids:
            await steps(sender, 1, clock)
    assert timedelta(hours=24) <= clock.now - NOON < timedelta(hours=26)
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["webhook.given_up"]


async def test_an_event_that_is_refused_does_not_hold_the_others_up_for_long(redis: FakeAsyncRedis) -> None:
    receiver, clock = Receiver(*[answer_failure(422)] * 8), Clock()
    sender = make_sender(redis, receiver, clock)
    await sender.step()
    await tell(redis, 1, 2)
    while "e2" not in receiver.ids:
        await steps(sender, 1, clock)
    assert clock.now - NOON < timedelta(hours=1)


async def test_of_two_senders_one_works(redis: FakeAsyncRedis) -> None:
    receiver = Receiver()
    first, second = make_sender(redis, receiver), make_sender(redis, receiver)
    await first.step()
    await tell(redis, 1)
    await second.step()
    assert receiver.sent == []
    await first.step()
    assert receiver.ids == ["e1"]


async def test_events_that_the_stream_lost_are_told_as_a_gap(redis: FakeAsyncRedis) -> None:
    sender = make_sender(redis, Receiver())
    await sender.step()
    await tell(redis, 1)
    await sender.step()
    await tell(redis, 5)
    with capture_logs() as logged:
        await sender.step()
    assert [(entry["event"], entry["missing"]) for entry in logged] == [("webhook.gap", 3)]


async def test_an_event_that_is_asked_for_again_comes_first_under_its_own_id(redis: FakeAsyncRedis) -> None:
    receiver = Receiver()
    sender = make_sender(redis, receiver)
    await sender.step()
    await tell(redis, 9)
    again = Event(id="e1", type="article.stored", time=NOON.isoformat(), seq=1, data={})
    assert await send_again(redis, [again]) == 1
    await steps(sender, 2)
    assert receiver.ids == ["e1", "e9"]


async def test_neither_a_lease_nor_a_pause_outlives_a_clock_that_is_set_back(redis: FakeAsyncRedis) -> None:
    receiver, clock = Receiver(answer_failure(503)), Clock()
    await redis.set(lease_key(URL), "gone", ex=3600)
    await tell(redis, 1)
    sender = make_sender(redis, receiver, clock)
    clock.now += timedelta(days=3650)
    await sender.step()
    clock.now -= timedelta(days=3650)
    await sender.step()
    assert receiver.ids == ["e1", "e1"]

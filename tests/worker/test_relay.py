from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from shared import routing
from tests.factories import NOON, make_arrival, make_parsed_article
from worker.relay import LEASE, Relay
from worker.storage import outbox
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def redis(valkey_url: str) -> Iterator[Redis]:
    client = Redis.from_url(valkey_url)
    yield client
    client.close()


def store(engine: Engine, *keys: str) -> None:
    for key in keys:
        parsed = make_parsed_article(title=f"Ferry {key}", text=f"The ferry named {key} sails from quay {key}.")
        Store(engine).store([make_arrival(entry_key=key, parsed=parsed)], now=NOON)


def entries(redis: Redis) -> list[dict[bytes, bytes]]:
    found: Any = redis.xrange(routing.EVENTS)
    return [fields for _, fields in found]


def told(redis: Redis) -> list[int]:
    return [int(fields[b"seq"]) for fields in entries(redis)]


def test_events_are_told_once_in_their_order_and_marked(engine: Engine, redis: Redis) -> None:
    store(engine, "a", "b")
    relay = Relay(redis=redis, engine=engine)
    count = relay.relay()
    assert (told(redis), relay.relay(), outbox.waiting(engine, limit=9)) == (list(range(1, count + 1)), 0, [])
    fields = entries(redis)[0]
    event = outbox.after(engine, 0, limit=1)[0]
    assert fields[b"id"].decode() == event.event_id
    assert json.loads(fields[b"data"]) == event.payload
    assert fields[b"type"] == b"article.stored"


def test_what_died_between_telling_and_marking_is_not_told_twice(
    engine: Engine, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, "a")

    def die(*_given: object, **_named: object) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as planted:
        planted.setattr(outbox, "mark_relayed", die)
        with pytest.raises(RuntimeError):
            Relay(redis=redis, engine=engine).relay()
    redis.delete(LEASE)  # as its expiry does
    before = told(redis)
    assert before
    store(engine, "b")
    Relay(redis=redis, engine=engine).relay()
    assert told(redis)[: len(before)] == before
    assert told(redis) == sorted(set(told(redis)))


def test_only_the_holder_of_the_lease_tells(engine: Engine, redis: Redis) -> None:
    store(engine, "a")
    first, second = Relay(redis=redis, engine=engine), Relay(redis=redis, engine=engine)
    assert first.relay() > 0
    store(engine, "b")
    assert second.relay() == 0
    first.release()
    assert second.relay() > 0


def test_a_relay_that_lost_its_lease_while_it_read_writes_nothing(engine: Engine, redis: Redis) -> None:
    store(engine, "a")
    relay = Relay(redis=redis, engine=engine)
    real: Callable[..., list[outbox.OutboxEvent]] = outbox.waiting

    def slowly(*given: object, **named: object) -> list[outbox.OutboxEvent]:
        redis.set(LEASE, "another")
        return real(*given, **named)

    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(outbox, "waiting", slowly)
        assert relay.relay() == 0
    assert told(redis) == []


def test_a_database_whose_numbers_begin_again_is_told_too(engine: Engine, redis: Redis) -> None:
    store(engine, "a")
    redis.set("copydesk:events:relayed", 1_000)
    assert Relay(redis=redis, engine=engine).relay() > 0
    assert told(redis)[0] == 1


def test_numbers_follow_each_other_without_a_gap_even_when_a_batch_fails(engine: Engine) -> None:
    store(engine, "a")
    with engine.connect() as connection:
        connection.execute(text("UPDATE outbox_counter SET seq = seq + 10"))
        connection.rollback()
    store(engine, "b")
    seqs = [event.seq for event in outbox.after(engine, 0, limit=99)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert outbox.last_seq(engine) == seqs[-1]
    assert outbox.seq_of(engine, outbox.after(engine, 1, limit=1)[0].event_id) == 2


def test_the_lease_of_a_relay_that_is_gone_ends_although_redis_clock_was_set_back(engine: Engine, redis: Redis) -> None:
    store(engine, "a")
    redis.set(LEASE, "gone", ex=3600)  # what 15 s become when an hour is taken away
    assert Relay(redis=redis, engine=engine).relay() > 0

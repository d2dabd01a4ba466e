from __future__ import annotations

from redis import Redis

from shared.schema import Outcome
from worker.inbox import Inbox, Owner
from worker.parse_times import PARSES, ParseTimes


def times(*seconds: float) -> ParseTimes:
    made = ParseTimes()
    for each in seconds:
        made.add(each)
    return made


def test_each_time_is_counted_under_the_lowest_bound_that_holds_it() -> None:
    assert dict(times(0.0, 0.01, 0.011, 0.06, 10.0, 11.5).counts) == {
        "0.01": 2, "0.05": 1, "0.1": 1, "10": 1, "inf": 1, "microseconds": 21_581_000,
    }  # fmt: skip


def test_what_redis_has_is_forgotten() -> None:
    made = times(1.0)
    made.forget()
    assert dict(made.counts) == {}


def test_they_are_added_with_what_is_settled(valkey_url: str) -> None:
    redis = Redis.from_url(valkey_url)
    inbox = Inbox(redis, owner=Owner(node="n", boot="b", pid=1), lease_seconds=45)
    for seconds in (0.02, 600.0):  # more than 2**31 microseconds in the sum
        inbox.settle({"a" * 32: Outcome(settled="stored")}, times(seconds, 3000.0).counts)
    inbox.settle({}, times(1.0).counts)  # nothing to settle: they wait for the next
    assert redis.hgetall(PARSES) == {b"0.05": b"1", b"inf": b"3", b"microseconds": b"6600020000"}
    assert redis.hget("copydesk:worker:n", "settled") == b"2"

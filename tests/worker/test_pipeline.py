from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from sqlalchemy import Engine

import shared
from ingest.inbox import Inbox as IngestInbox
from shared import routing
from shared.schema import RawArticle, pack_body, pack_meta, unpack
from tests.factories import make_raw_article
from worker.inbox import Inbox, Owner
from worker.parse_times import PARSES
from worker.parsing.article import ParsedArticle
from worker.pipeline import ArticlePipeline, Parse
from worker.storage import outbox, quarantine, reading
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.purging import Purging, Retention
from worker.storage.store import Store


class Desk:
    """A pipeline on a real Valkey and a real SQLite, with a clock that only tests move."""

    def __init__(self, valkey_url: str, engine: Engine) -> None:
        self.redis = Redis.from_url(valkey_url)
        self.engine = engine
        self.moment = datetime.now(UTC)
        self._url = valkey_url

    def pipeline(self, parse: Parse, *, parse_seconds: float = 5, store: Store | None = None) -> ArticlePipeline:
        inbox = Inbox(self.redis, owner=Owner(node="n", boot="b", pid=1), lease_seconds=45, now=lambda: self.moment)
        return ArticlePipeline(
            inbox=inbox,
            store=store or Store(self.engine),
            parse=parse,
            parse_seconds=parse_seconds,
            now=lambda: self.moment,
        )

    def drain(self, pipeline: ArticlePipeline) -> None:
        """Until nothing is left, however long its retries wait."""
        for _ in range(20):
            pipeline.drain(seconds=5)
            self.moment += timedelta(seconds=40)

    async def accept(self, *raws: RawArticle) -> None:
        async with AsyncRedis.from_url(self._url) as redis:
            await IngestInbox(redis, max_bytes=10**9, send_hint=lambda: None).accept(raws, at=self.moment)

    def put(self, raw_id: str, meta: bytes, body: bytes) -> None:
        """What another release, or somebody else, might have left in the inbox."""
        self.redis.hset(
            routing.INBOX_ENTRY + raw_id, mapping={"meta": meta, "body": body, "lane": "live", "accepted": 1}
        )
        self.redis.zadd(routing.INBOX_WAITING["live"], {raw_id: 1})
        self.redis.incrby(routing.INBOX_BYTES, len(meta) + len(body))

    def receipts(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        for _, fields in self.redis.xrange(routing.RECEIPTS) or []:
            found |= json.loads((fields or {})[b"receipts"])
        return found

    def reasons(self) -> dict[str, tuple[str, int]]:
        return {each.raw_id: (each.reason.value, each.tries) for each in quarantine.quarantined(self.engine)}


@pytest.fixture
def desk(valkey_url: str, tmp_path: Path) -> Desk:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    return Desk(valkey_url, engine)


def first_line(raw: RawArticle) -> ParsedArticle:
    return ParsedArticle(title=raw.entry_key, text=raw.body.decode())


def failing(names: Sequence[str], how: Callable[[], None]) -> Parse:
    def parse(raw: RawArticle) -> ParsedArticle:
        if raw.entry_key in names:
            how()
        return first_line(raw)

    return parse


def raws(count: int) -> list[RawArticle]:
    return [make_raw_article(entry_key=f"e{n}", body=f"Ferry {n} sails at dawn.".encode()) for n in range(count)]


def explode() -> None:
    raise KeyError("boom")


def settled_in(desk: Desk, **expected: int) -> None:
    totals = {name: count for name, count in reading.totals(desk.engine).items() if count}
    assert totals == expected
    assert desk.redis.get(routing.INBOX_BYTES) in (b"0", None)
    assert not list(desk.redis.scan_iter(routing.INBOX_ENTRY + "?" * 32))


async def test_what_waits_is_parsed_stored_and_settled(desk: Desk) -> None:
    await desk.accept(*raws(3))
    desk.drain(desk.pipeline(first_line))
    settled_in(desk, stored=3)
    assert {each["settled"] for each in desk.receipts().values()} == {"stored"}


async def test_a_feed_that_still_carries_what_was_purged_gets_duplicates_and_tells_nobody(desk: Desk) -> None:
    same, changed = raws(2)
    await desk.accept(same, changed)
    desk.drain(desk.pipeline(first_line))
    later = datetime.now(UTC) + timedelta(days=2)
    for _ in Purging(desk.engine, Retention(articles=1, raw_articles=1, quarantine=1, events=1)).batches(now=later):
        pass
    events = outbox.last_seq(desk.engine)
    desk.redis.flushall()  # with the inbox goes what the feed is known to have carried

    edited = changed.model_copy(update={"body": b"Ferry 1 sails at noon."})
    await desk.accept(same, edited)
    desk.drain(desk.pipeline(first_line))

    assert desk.receipts() == {
        same.raw_id: {"settled": "stored", "again": True},  # counts as a duplicate in every report
        edited.raw_id: {"settled": "duplicate"},
    }
    settled_in(desk, stored=2, duplicates=1)
    assert list(reading.articles(desk.engine, all_=True)) == []
    assert outbox.last_seq(desk.engine) == events


async def test_an_article_that_raises_costs_its_neighbours_nothing_and_is_quarantined_the_third_time(
    desk: Desk,
) -> None:
    given = raws(5)
    await desk.accept(*given)
    desk.drain(desk.pipeline(failing(["e2"], explode)))
    settled_in(desk, stored=4, quarantined=1)
    assert desk.reasons() == {given[2].raw_id: ("parse_failed", 3)}
    counted: Any = desk.redis.hgetall(PARSES)
    assert sum(int(count) for bound, count in counted.items() if bound != b"microseconds") == 4 + 1 + 3


async def test_an_article_that_takes_too_long_is_stopped_and_quarantined(desk: Desk) -> None:
    given = raws(2)
    await desk.accept(*given)
    desk.drain(desk.pipeline(failing(["e1"], lambda: time.sleep(5)), parse_seconds=0.05))
    settled_in(desk, stored=1, quarantined=1)
    assert desk.reasons() == {given[1].raw_id: ("parse_timeout", 3)}


async def test_an_article_that_needs_too_much_memory_is_quarantined(desk: Desk) -> None:
    def greedy() -> None:
        raise MemoryError

    given = raws(1)
    await desk.accept(*given)
    desk.drain(desk.pipeline(failing(["e0"], greedy)))
    assert desk.reasons() == {given[0].raw_id: ("out_of_memory", 3)}


async def test_an_article_whose_process_died_three_times_alone_is_not_parsed_a_fifth_time(desk: Desk) -> None:
    given = raws(1)
    await desk.accept(*given)
    died = []

    def die() -> None:
        died.append(1)
        raise SystemExit  # what a killed process looks like from the inbox: no answer at all

    pipeline = desk.pipeline(failing(["e0"], die))
    inbox = Inbox(desk.redis, owner=Owner(node="n", boot="b", pid=1), lease_seconds=45, now=lambda: desk.moment)
    for _ in range(6):
        try:
            pipeline.drain(seconds=5)
        except SystemExit:
            inbox.sweep(living_pids=[])
    settled_in(desk, quarantined=1)
    assert desk.reasons() == {given[0].raw_id: ("killed_worker", 4)}
    assert len(died) == 4


async def test_a_title_and_a_text_that_are_both_missing_are_no_article(desk: Desk) -> None:
    await desk.accept(*raws(1))
    desk.drain(desk.pipeline(lambda raw: ParsedArticle()))
    assert [reason for reason, _ in desk.reasons().values()] == ["no_content"]


async def test_an_article_that_no_database_takes_is_quarantined_the_third_time_and_its_neighbours_stored(
    desk: Desk,
) -> None:
    given = raws(4)
    await desk.accept(*given)

    def unstorable(raw: RawArticle) -> ParsedArticle:
        parsed = first_line(raw)
        return ParsedArticle(title="NUL \0", text=parsed.text) if raw.entry_key == "e1" else parsed

    desk.drain(desk.pipeline(unstorable))
    settled_in(desk, stored=3, quarantined=1)
    assert desk.reasons() == {given[1].raw_id: ("store_failed", 3)}


async def test_a_message_of_another_version_is_quarantined_with_its_bytes_and_never_guessed_at(desk: Desk) -> None:
    raw = make_raw_article()
    meta = json.dumps({**json.loads(pack_meta(raw)), "version": 99}).encode()
    desk.put("a" * 32, meta, pack_body(raw))
    desk.put("b" * 32, b"noise", b"noise")
    desk.drain(desk.pipeline(first_line))
    assert desk.reasons() == {"a" * 32: ("unknown_version", 0), "b" * 32: ("malformed", 0)}
    (kept,) = quarantine.raw_bytes(desk.engine, ["a" * 32])
    assert (kept.meta, kept.body) == (meta, pack_body(raw))


async def test_what_another_release_wrote_is_stored_when_it_is_replayed_by_one_that_reads_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = make_raw_article()
    meta = json.dumps({**json.loads(pack_meta(raw)), "version": 2}).encode()
    desk.put(raw.raw_id, meta, pack_body(raw))
    desk.drain(desk.pipeline(first_line))
    assert desk.reasons() == {raw.raw_id: ("unknown_version", 0)}
    monkeypatch.setattr("shared.schema.VERSION", 2)  # the upgrade
    (kept,) = quarantine.raw_bytes(desk.engine, [raw.raw_id])
    await desk.accept(unpack(kept.meta, kept.body).model_copy(update={"replay": True}))
    desk.drain(desk.pipeline(first_line))
    settled_in(desk, stored=1)


@pytest.mark.parametrize("golden", sorted((Path(shared.__file__).parents[1] / "tests/shared/wire").glob("*.json")))
async def test_what_an_earlier_release_left_in_the_inbox_is_stored(desk: Desk, golden: Path) -> None:
    message = json.loads(golden.read_text())  # noqa: ASYNC240
    desk.put(message["raw_id"], json.dumps(message["meta"]).encode(), base64.b64decode(message["body_base64"]))
    desk.drain(desk.pipeline(first_line))
    settled_in(desk, stored=1)


async def test_what_was_settled_before_is_only_receipted(desk: Desk) -> None:
    (raw,) = raws(1)
    await desk.accept(raw)
    desk.drain(desk.pipeline(first_line))
    await desk.accept(raw)
    desk.drain(desk.pipeline(failing(["e0"], explode)))
    settled_in(desk, stored=1)
    assert desk.receipts()[raw.raw_id] == {"settled": "stored", "again": True}


async def test_a_poison_that_is_handed_in_again_is_not_tried_again(desk: Desk) -> None:
    (raw,) = raws(1)
    await desk.accept(raw)
    desk.drain(desk.pipeline(failing(["e0"], explode)))
    await desk.accept(raw)
    desk.drain(desk.pipeline(first_line))
    settled_in(desk, quarantined=1)


async def test_a_death_between_commit_and_settling_is_not_taken_for_a_second_hand_in(desk: Desk) -> None:
    (raw,) = raws(1)
    await desk.accept(raw)
    pipeline = desk.pipeline(first_line)
    settle = pipeline._inbox.settle
    pipeline._inbox.settle = lambda *_: None  # type: ignore[method-assign]
    pipeline.drain(seconds=5)
    pipeline._inbox.settle = settle  # type: ignore[method-assign]
    pipeline._inbox.sweep(living_pids=[])
    desk.drain(pipeline)
    settled_in(desk, stored=1)
    assert desk.receipts()[raw.raw_id] == {"settled": "stored"}


async def test_a_replay_is_tried_again_and_leaves_the_quarantine_when_it_is_stored(desk: Desk) -> None:
    (raw,) = raws(1)
    await desk.accept(raw)
    desk.drain(desk.pipeline(failing(["e0"], explode)))
    await desk.accept(raw.model_copy(update={"replay": True}))
    desk.drain(desk.pipeline(first_line))
    settled_in(desk, stored=1)


async def test_an_outage_of_the_database_is_not_the_articles_fault(desk: Desk, tmp_path: Path) -> None:
    await desk.accept(*raws(3))
    away = Store(make_engine(f"sqlite:///{tmp_path / 'missing' / 'x.db'}"))
    for _ in range(10):
        assert not desk.pipeline(first_line, store=away).drain(seconds=5)
        desk.moment += timedelta(seconds=31)
    assert desk.redis.zcard(routing.INBOX_WAITING["backfill"]) == 3
    desk.drain(desk.pipeline(first_line))
    settled_in(desk, stored=3)


async def test_a_slow_batch_is_stored_as_far_as_it_got_and_the_rest_blamed_for_nothing(desk: Desk) -> None:
    await desk.accept(*raws(5))
    seconds = [0.0]

    def slow(raw: RawArticle) -> ParsedArticle:
        seconds[0] += 4
        return first_line(raw)

    pipeline = desk.pipeline(slow)
    pipeline._clock = lambda: seconds[0]
    pipeline.work_off(pipeline._inbox.claim())
    assert reading.totals(desk.engine)["stored"] == 3
    assert desk.redis.zcard(routing.INBOX_WAITING["backfill"]) == 2
    desk.drain(desk.pipeline(first_line))
    settled_in(desk, stored=5)


async def test_while_the_database_is_away_nothing_is_claimed_until_the_hold_ends(desk: Desk, tmp_path: Path) -> None:
    await desk.accept(*raws(1))
    away = Store(make_engine(f"sqlite:///{tmp_path / 'missing' / 'x.db'}"))
    desk.pipeline(first_line, store=away).drain(seconds=5)
    desk.pipeline(first_line).drain(seconds=5)
    assert desk.redis.zcard(routing.INBOX_WAITING["backfill"]) == 1

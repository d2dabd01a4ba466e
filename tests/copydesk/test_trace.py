from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine

from copydesk.trace import print_trace
from ingest.bootstrap import redis_client
from ingest.documents.entry import Entry
from ingest.feedlist.sources import FeedSource
from ingest.inbox import Inbox
from ingest.polling.identity import keyed
from ingest.polling.memory import NOTHING_SEEN, pack_seen, remember
from ingest.polling.state import FeedState, FeedStates
from shared.schema import RawArticle
from tests.factories import NOON, make_arrival, make_condemned, make_parsed_article, make_raw_article
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.purging import Purging, Retention
from worker.storage.store import Store

URL = "https://harbour.example/ferry"


@pytest.fixture
def engine(database_url: str, valkey_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Engine]:
    """The database of a deployment of which the environment tells."""
    monkeypatch.setenv("COPYDESK_DATABASE_URL", database_url)
    monkeypatch.setenv("COPYDESK_REDIS_URL", valkey_url)
    monkeypatch.setenv("COPYDESK_DATA", str(tmp_path))
    engine = make_engine(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


def traced(capsys: pytest.CaptureFixture[str], wanted: str) -> tuple[int, str]:
    code = print_trace(wanted, None, as_json=False)
    return code, capsys.readouterr().out


def accept(valkey_url: str, raw: RawArticle) -> None:
    async def hand_in() -> None:
        async with aclosing(redis_client(valkey_url)) as redis:
            await Inbox(redis, max_bytes=10**9, send_hint=lambda: None).accept([raw])

    asyncio.run(hand_in())


def remember_in_feed(valkey_url: str, key: str) -> None:
    async def write() -> None:
        (entry,) = keyed([Entry(guid=key, title="Ferry", content_digest=b"12345678")])
        seen = remember(NOTHING_SEEN, accepted=[entry], present=[entry], now=NOON)
        async with aclosing(redis_client(valkey_url)) as redis:
            await FeedStates(redis).write("0123456789abcdef", {"known": pack_seen(seen)})

    asyncio.run(write())


def test_an_item_is_traced_by_its_key_its_link_its_raw_id_and_its_articles_id(
    engine: Engine, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arrival = make_arrival(entry_key="guid 1", url=URL, parsed=make_parsed_article(url=URL))
    Store(engine).store([arrival], now=NOON)
    remember_in_feed(valkey_url, "guid 1")
    told = {wanted: traced(capsys, wanted) for wanted in ("guid 1", URL, arrival.raw_id[:12])}
    assert {code for code, _ in told.values()} == {0}
    assert all(f"raw {arrival.raw_id} of desk" in out for _, out in told.values())
    assert "a new article (nothing stored was alike)" in told[URL][1]
    assert "carried by    feed 0123456789abcdef: in its document until 2026-03-01" in told["guid 1"][1]
    article = told[URL][1].rsplit("article ", 1)[1].split()[0]
    assert traced(capsys, article)[1] == told[URL][1]
    assert traced(capsys, f"{URL}?utm_source=rss")[0] == 0


def test_a_reason_why_there_is_no_article_is_told(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    condemned = make_condemned(raw=make_raw_article(entry_key="guid 2"))
    Store(engine).store([condemned], now=NOON)
    code, out = traced(capsys, "guid 2")
    assert code == 0
    assert f"quarantined   2026-03-01T12:00:00+00:00: could not be parsed: {condemned.detail}" in out


def test_what_still_waits_is_told_with_its_place(
    engine: Engine, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    accept(valkey_url, make_raw_article(entry_key="guid 3", url=URL))
    code, out = traced(capsys, URL)
    assert code == 0
    assert "in the inbox" in out
    assert out.strip().endswith(": waiting")


def test_what_nobody_knows_is_one_sentence_and_exit_1(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert traced(capsys, "nothing") == (
        1,
        "Nothing is known of nothing: no feed carried it, and nothing was handed in by that name.\n",
    )


def test_machines_get_one_object(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    Store(engine).store([make_arrival(entry_key="guid 4")], now=NOON)
    print_trace("guid 4", None, as_json=True)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (told["wanted"], told["pending"], told["feeds"]) == ("guid 4", [], [])
    assert told["settled"][0]["settled"] == "stored"


def test_a_purged_item_is_answered_with_its_tombstone(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    arrival = make_arrival(entry_key="guid 5", url=URL, parsed=make_parsed_article(url=URL))
    condemned = make_condemned(raw=make_raw_article(entry_key="guid 6"))
    Store(engine).store([arrival, condemned], now=NOON)
    article = traced(capsys, URL)[1].rsplit("article ", 1)[1].split()[0]
    later = NOON + timedelta(days=3)
    for _ in Purging(engine, Retention(articles=1, raw_articles=0, quarantine=1, events=0)).batches(now=later):
        pass

    line = (
        f"purged        raw {arrival.raw_id}: settled 2026-03-01T12:00:00+00:00 as a new article, article {article}; "
        "purged 2026-03-04T12:00:00+00:00\n"
    )
    wanted = ("guid 5", URL, f"{URL}?utm_source=rss", arrival.raw_id, arrival.raw_id[:8], article, article[:6])
    assert {each: traced(capsys, each) for each in wanted} == dict.fromkeys(wanted, (0, line))
    assert "quarantined 2026-03-01T12:00:00+00:00, purged or dropped" in traced(capsys, "guid 6")[1]
    assert traced(capsys, "guid")[0] == 1

    again = make_arrival(entry_key="guid 5", url=URL, parsed=make_parsed_article(text="Other words."))
    Store(engine).store([again], now=later)
    assert f"known already, for its article {article} was purged before" in traced(capsys, again.raw_id)[1]


def write_feed(valkey_url: str, feed_id: str, **fields: Any) -> None:
    async def write() -> None:
        async with aclosing(redis_client(valkey_url)) as redis:
            await FeedStates(redis).write(feed_id, FeedState(**fields).fields)

    asyncio.run(write())


FEED = FeedSource(url="https://harbour.example/rss.xml", name="Harbour")


def list_feed(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(f'[[feed]]\nurl = "{FEED.url}"\nname = "Harbour"\n')


def test_a_feeds_own_address_tells_how_the_feed_is(
    engine: Engine, valkey_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list_feed(tmp_path)
    assert traced(capsys, FEED.url) == (1, f"{FEED.url} is in the feed list and was not asked yet.\n")

    write_feed(
        valkey_url,
        FEED.feed_id,
        last_poll_at=NOON,
        entries=30,
        accepted_total=90,
        last_error="HTTP 500",
        moved_to="https://new.example/rss",
    )
    for address in (FEED.url, "https://new.example/rss"):
        code, out = traced(capsys, address)
        assert code == 0
        assert "a feed        Harbour: polled last 2026-03-01T12:00:00+00:00" in out
        assert "30 entries in its last document, 90 accepted in all" in out
        assert "HTTP 500" in out


def test_an_entry_that_a_poll_left_to_the_next_may_be_among_them(
    engine: Engine, valkey_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list_feed(tmp_path)
    write_feed(valkey_url, FEED.feed_id, last_poll_at=NOON, left=2_400)

    code, out = traced(capsys, URL)
    assert code == 1
    assert "It may be among the 2400 entries of Harbour that its next polls will take" in out


def test_what_a_feed_carried_and_nobody_knows_any_more_is_told(
    engine: Engine, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    remember_in_feed(valkey_url, "guid 7")

    assert "neither the inbox nor the ledger knows it" in traced(capsys, "guid 7")[1]


def test_who_may_only_read_feeds_can_trace(
    engine: Engine, valkey_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    remember_in_feed(valkey_url, "guid 8")
    admin = Redis.from_url(valkey_url)
    rights = "reset on >pass -@all +@read +@connection +@scripting +script|load %R~copydesk:feed:* %R~copydesk:inbox:*"
    # As the deployment's worker (deploy/redis).
    admin.execute_command("ACL", "SETUSER", "reader", *rights.split())  # type: ignore[no-untyped-call]
    monkeypatch.setenv("COPYDESK_REDIS_URL", valkey_url.replace("unix://", "unix://reader:pass@"))
    try:
        assert "carried by    feed 0123456789abcdef" in traced(capsys, "guid 8")[1]
    finally:
        admin.execute_command("ACL", "DELUSER", "reader")  # type: ignore[no-untyped-call]
        admin.close()

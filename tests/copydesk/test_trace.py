from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from copydesk.trace import print_trace
from ingest.bootstrap import redis_client
from ingest.documents.entry import Entry
from ingest.inbox import Inbox
from ingest.polling.identity import keyed
from ingest.polling.memory import NOTHING_SEEN, pack_seen, remember
from ingest.polling.state import FeedStates
from shared.schema import RawArticle
from tests.factories import NOON, make_arrival, make_condemned, make_parsed_article, make_raw_article
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
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
    assert "a new article (nothing_alike)" in told[URL][1]
    assert "carried by    feed 0123456789abcdef: in its document until 2026-03-01" in told["guid 1"][1]
    article = told[URL][1].rsplit("article ", 1)[1].split()[0]
    assert traced(capsys, article)[1] == told[URL][1]
    assert traced(capsys, f"{URL}?utm_source=rss")[0] == 0


def test_a_reason_why_there_is_no_article_is_told(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    condemned = make_condemned(raw=make_raw_article(entry_key="guid 2"))
    Store(engine).store([condemned], now=NOON)
    code, out = traced(capsys, "guid 2")
    assert code == 0
    assert f"quarantined   2026-03-01T12:00:00+00:00: {condemned.reason}, {condemned.detail}" in out


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

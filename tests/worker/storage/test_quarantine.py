from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, select, text

from shared.schema import unpack
from tests.factories import NOON, make_condemned, make_raw_article
from worker.storage import tables
from worker.storage.arrival import Reason
from worker.storage.engine import make_engine, writing
from worker.storage.quarantine import counts, drop, find, quarantined, raw_bytes
from worker.storage.store import Store


@pytest.fixture
def stored(engine: Engine) -> Engine:
    first = make_condemned(raw_id="aa01", raw=make_raw_article(entry_key="1", url="https://example.org/1"))
    second = make_condemned(raw_id="aa02", raw=None, reason=Reason.UNKNOWN_VERSION, detail="wire version 9", tries=1)
    third = make_condemned(raw_id="b%03", raw=make_raw_article(source_key="feed:x", source="X"))
    Store(engine).store([first, second], now=NOON)
    Store(engine).store([third], now=NOON + timedelta(hours=1))
    return engine


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time by itself
def test_what_a_replay_stores_at_the_same_moment_leaves_no_tombstone(engine: Engine) -> None:
    condemned = make_condemned()
    Store(engine).store([condemned], now=NOON)
    other = make_engine(engine.url.render_as_string(hide_password=False))
    dropped: list[int] = []
    thread = threading.Thread(target=lambda: dropped.append(drop(other, [condemned.raw_id], now=NOON)))
    with writing(engine).begin() as connection:
        connection.execute(delete(tables.quarantine))  # as a worker's transaction that stores it
        thread.start()
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not connection.execute(waiting).scalar_one():
            assert thread.is_alive()
    thread.join()
    other.dispose()

    assert dropped == [0]
    with engine.connect() as connection:
        assert connection.execute(select(tables.tombstones)).all() == []


def test_quarantine_is_listed_newest_first_with_what_is_known(stored: Engine) -> None:
    third, second, first = quarantined(stored)

    assert (first.source, first.entry_key, first.url) == ("desk", "1", "https://example.org/1")
    assert (second.source, second.reason, second.detail, second.tries) == (
        None,
        Reason.UNKNOWN_VERSION,
        "wire version 9",
        1,
    )
    assert third.quarantined_at == NOON + timedelta(hours=1)


def test_quarantine_is_narrowed_down_by_reason_source_and_number(stored: Engine) -> None:
    assert [each.raw_id for each in quarantined(stored, reason=Reason.UNKNOWN_VERSION)] == ["aa02"]
    assert [each.raw_id for each in quarantined(stored, source="X")] == ["b%03"]
    assert [each.raw_id for each in quarantined(stored, source="feed:x")] == ["b%03"]
    assert [each.raw_id for each in quarantined(stored, limit=2)] == ["b%03", "aa02"]


def test_a_list_longer_than_a_page_is_whole(stored: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.storage.quarantine.PAGE_ROWS", 2)

    assert [each.raw_id for each in quarantined(stored)] == ["b%03", "aa02", "aa01"]
    assert [each.raw_id for each in quarantined(stored, limit=1)] == ["b%03"]
    assert drop(stored, ["aa01", "aa02", "b%03", "none"], now=NOON) == 3


@pytest.mark.parametrize(
    ("prefix", "found"), [("aa", ["aa01", "aa02"]), ("b%", ["b%03"]), ("%", []), ("aa01", ["aa01"])]
)
def test_a_beginning_finds_raw_ids_as_they_are(stored: Engine, prefix: str, found: list[str]) -> None:
    assert [each.raw_id for each in find(stored, prefix)] == found


def test_the_bytes_come_back_as_they_were(stored: Engine) -> None:
    first, second = raw_bytes(stored, ["aa01", "unknown", "aa02"])

    assert unpack(first.meta, first.body) == make_raw_article(entry_key="1", url="https://example.org/1")
    assert (second.meta, second.body) == (b"\xff", b"\x00")


def test_what_is_dropped_is_forgotten_and_may_come_again(stored: Engine) -> None:
    condemned = make_condemned(raw_id="aa01")

    assert drop(stored, ["aa01", "unknown"], now=NOON) == 1
    assert Store(stored).settled(["aa01"]) == {}
    assert Store(stored).store([condemned], now=NOON) == {"aa01": "quarantined"}


def test_reasons_are_counted(stored: Engine) -> None:
    assert counts(stored) == {Reason.PARSE_FAILED: 2, Reason.UNKNOWN_VERSION: 1}

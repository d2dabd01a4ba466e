from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, delete, text

from copydesk.problems import NAMES
from copydesk.readings import now_of
from copydesk.stack import broker, deployed
from copydesk.status import print_status, read_status, span
from shared import routing
from tests.factories import NOON, make_arrival, make_condemned
from worker.storage.engine import make_engine, writing
from worker.storage.migrations import migrate
from worker.storage.store import Store
from worker.storage.tables import quarantine

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


@pytest.fixture
def engine(database_url: str, valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The database of a deployment of which the environment tells; an article and a raw article in quarantine."""
    monkeypatch.setenv("COPYDESK_DATABASE_URL", database_url)
    monkeypatch.setenv("COPYDESK_REDIS_URL", valkey_url)
    engine = make_engine(database_url)
    migrate(engine)
    Store(engine).store([make_arrival(), make_condemned()], now=NOON)
    yield engine
    engine.dispose()


def read(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert print_status(None, as_json=True) == 0
    return dict(json.loads(capsys.readouterr().out))


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    print_status(None, as_json=False)
    return capsys.readouterr().out


def test_the_screen_says_what_is_there_and_what_is_wrong(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys)

    assert "settled     stored 1 · revised 0 · copies 0 · duplicates 0 · quarantined 1" in out
    assert "(each raw article once)" in out
    assert "1 article in 1 story (" in out
    assert "1 raw article in quarantine (1 could not be parsed): copydesk quarantine list" in out


def test_a_balance_is_shown_with_its_difference(
    engine: Engine, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {"since": 1_772_366_400_000, "accepted": 3004, "stored": 1, "duplicate": 3000, "quarantined": 1}
    Redis.from_url(valkey_url).hset(routing.INBOX_LEDGER, mapping=counts)  # type: ignore[arg-type]

    out = shown(capsys)

    assert "balance     accepted 3004 = settled 3002 + in the inbox 0; difference 2" in out
    assert "settled: stored 1 · revised 0 · copies 0 · duplicates 3000 · quarantined 1" in out
    assert "since 2026-03-01 12:00:00Z" in out
    assert "2 raw articles left the inbox without being settled" in out


def test_a_database_that_forgot_what_was_settled_is_told(
    engine: Engine, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arrival, condemned = make_arrival(), make_condemned()
    receipts = {each.raw_id: {"settled": "stored"} for each in (arrival, condemned)}
    Redis.from_url(valkey_url).xadd(routing.RECEIPTS, {"receipts": json.dumps(receipts)})
    assert read(capsys)["balance"]["unrecorded"] == 0

    with writing(engine).begin() as connection:
        connection.execute(delete(quarantine))  # as an older copy of the database would be

    report = read(capsys)
    assert report["balance"]["unrecorded"] == 1
    assert "The database does not know 1 of the 2 raw articles settled last" in report["problems"][0]["says"]


def test_a_database_that_is_away_is_a_sentence_and_exit_3(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")

    assert print_status(None, as_json=True) == 3
    report = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in report["problems"]] == ["database_away"]
    assert report["store"]["articles"] is None
    assert "The database cannot be reached" in shown(capsys)


def test_a_database_of_another_schema_is_a_sentence_and_exit_3_and_the_rest_is_told(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with writing(engine).begin() as connection:
        connection.execute(text("UPDATE copydesk_schema SET version_num = '0001'"))

    assert print_status(None, as_json=True) == 3
    report = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in report["problems"]] == ["database_schema"]
    assert "has schema 0001, this release needs" in report["problems"][0]["says"]
    assert (report["store"]["articles"], report["inbox"]["waiting"]) == (None, 0)


def test_a_deployments_database_without_tables_is_told_as_one(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COPYDESK_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    assert "holds no tables of Copydesk yet" in read_status(deployed(None, command="work"))["problems"][0]["says"]


def test_the_disks_are_those_of_the_data_folder_and_of_a_database_that_is_a_file(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COPYDESK_DATA", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for url, watched in (
        ("postgresql://nobody@127.0.0.1:9/none", {"data": tmp_path}),
        (f"sqlite:///{tmp_path / 'x.db'}", {"data": tmp_path}),
        (f"sqlite:///{elsewhere / 'x.db'}", {"data": tmp_path, "database": elsewhere}),
        (f"sqlite:///{tmp_path / 'gone' / 'x.db'}", {"data": tmp_path}),
    ):
        monkeypatch.setenv("COPYDESK_DATABASE_URL", url)
        disks = read_status(deployed(None, command="work"))["disks"]
        assert {name: disk["path"] for name, disk in disks.items()} == {
            name: str(path) for name, path in watched.items()
        }
        assert all(0 < disk["free_bytes"] <= disk["total_bytes"] for disk in disks.values())


def test_a_run_that_was_killed_a_moment_ago_leaves_no_worker_behind(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with broker(data) as reached:  # what a killed run's worker has written: it swept and asked for work just now
        redis = Redis.from_url(reached.redis_url)
        now = int(now_of(redis) * 1000)
        redis.hset(routing.WORKER_PULSE + "embedded", mapping={"beat_at": now, "claimed_at": now})
        redis.zadd(routing.INBOX_WAITING["live"], {"0" * 32: now})
        redis.close()

    print_status(data, as_json=False)

    out = capsys.readouterr().out
    assert "worker      none running" in out
    assert "Something waits and no worker runs: copydesk run" in out


def test_every_name_of_the_report_is_documented(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    section = OPERATING.read_text().split("## Status", 1)[1].split("\n## ", 1)[0]
    report = read(capsys)

    parts = [part for part in report.values() if isinstance(part, dict)]
    nested = {name for part in (*parts, *report["disks"].values()) for name in part}
    missing = [name for name in (*report, *sorted(nested), *NAMES) if f"`{name}`" not in section]
    assert missing == []


def test_ages_are_told_in_the_unit_that_suits_them() -> None:
    assert [span(seconds) for seconds in (3, 600, 7200, 172_800)] == ["3 s", "10 min", "2 h", "2 days"]

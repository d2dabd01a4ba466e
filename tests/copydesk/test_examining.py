from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from copydesk.examining import print_findings
from copydesk.readings import now_of
from shared import routing
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate


@pytest.fixture
def deployed(database_url: str, valkey_url: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> Redis:
    """A sound deployment of which the environment tells: a migrated database, a worker that asked for work just now."""
    data.mkdir()
    (data / "feeds.toml").write_text('[[feed]]\nurl = "https://courier.example/rss"\n')
    monkeypatch.setenv("COPYDESK_DATA", str(data))
    monkeypatch.setenv("COPYDESK_DATABASE_URL", database_url)
    monkeypatch.setenv("COPYDESK_REDIS_URL", valkey_url)
    engine = make_engine(database_url)
    migrate(engine)
    engine.dispose()
    redis = Redis.from_url(valkey_url)
    now = int(now_of(redis) * 1000)
    redis.hset(routing.WORKER_PULSE + "one", mapping={"beat_at": now, "claimed_at": now})
    return redis


def wrong(capsys: pytest.CaptureFixture[str], code: int, *, feeds: Path | None = None) -> dict[str, Any]:
    """What is not ok, by its level, of a run that ends with ``code``."""
    assert print_findings(None, as_json=True, feeds=feeds) == code
    report = json.loads(capsys.readouterr().out)
    assert report["exit_code"] == code
    return {name: each["level"] for name, each in report["checks"].items() if each["level"] not in {"ok", "skipped"}}


def test_a_sound_deployment_is_ok(deployed: Redis, capsys: pytest.CaptureFixture[str]) -> None:
    assert wrong(capsys, 0) == {}
    print_findings(None, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert any(line.startswith("ok       redis version  Valkey ") for line in lines)
    assert any("1 of 1 asked for work within 45 s" in line for line in lines)


def test_faults_of_redis_are_read_from_the_server(deployed: Redis, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        deployed.config_set("maxmemory", 300_000_000)
        deployed.config_set("maxmemory-policy", "allkeys-lru")
        deployed.config_set("appendonly", "no")
        deployed.delete(routing.WORKER_PULSE + "one")
        found = wrong(capsys, 1)
    finally:
        deployed.config_set("maxmemory", 0)
        deployed.config_set("maxmemory-policy", "noeviction")
        deployed.config_set("appendonly", "yes")
    assert found == {"persistence": "error", "eviction": "error", "memory": "warning", "worker": "error"}


def test_faults_of_settings_and_feed_list_are_told(
    deployed: Redis, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_WEBHOOK_URLS", "https://desk.example/hook")
    (data / "feeds.toml").write_text("[[feed]\n")
    assert wrong(capsys, 1) == {"settings": "error", "feeds": "error"}


def test_contradictions_of_settings_and_of_a_list_that_poll_is_given_are_told(
    deployed: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_PAGE_ROUND_SECONDS", "1")
    monkeypatch.setenv("COPYDESK_HOST_PAUSE_SECONDS", "1000")
    given = tmp_path / "given.toml"
    given.write_text("".join(f'[[feed]]\nurl = "https://courier.example/{n}"\n' for n in range(2)))
    assert wrong(capsys, 0) == {"settings": "warning"}
    assert wrong(capsys, 0, feeds=given) == {"settings": "warning", "feeds": "warning"}
    assert wrong(capsys, 1, feeds=tmp_path / "none.toml") == {"settings": "warning", "feeds": "error"}


def test_a_redis_that_forces_nothing_to_disk_and_a_database_of_few_connections_are_told(
    deployed: Redis, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_WORKER_PROCESSES", "256")
    try:
        deployed.config_set("appendfsync", "no")
        found = wrong(capsys, 0)
    finally:
        deployed.config_set("appendfsync", "everysec")
    assert found.pop("settings", "warning") == "warning"  # 256 children are too many for most machines, too
    few = {} if database_url.startswith("sqlite") else {"database": "warning"}
    assert found == {"persistence": "warning", **few}


def test_an_empty_database_and_one_that_is_away_end_with_3(
    deployed: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    assert wrong(capsys, 3) == {"schema": "error"}
    monkeypatch.setenv("COPYDESK_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert wrong(capsys, 3) == {"database": "error"}


def test_a_redis_that_is_away_keeps_nobody_from_looking_at_the_rest(
    deployed: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYDESK_REDIS_URL", f"unix://{tmp_path / 'none.sock'}")
    monkeypatch.setenv("COPYDESK_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    assert wrong(capsys, 3) == {"redis": "error", "schema": "error"}


def test_where_no_database_is_set_none_is_looked_for(
    deployed: Redis, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COPYDESK_DATABASE_URL")
    if (data / "copydesk.db").exists():
        (data / "copydesk.db").unlink()
    assert wrong(capsys, 0) == {}
    print_findings(None, as_json=False)
    assert "skipped  database       not checked: no COPYDESK_DATABASE_URL here" in capsys.readouterr().out
    assert not (data / "copydesk.db").exists()


def test_a_data_folder_on_which_nothing_runs_is_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_findings(tmp_path / "d", as_json=False) == 0
    assert "not checked: nothing runs on this data folder" in capsys.readouterr().out
    assert not (tmp_path / "d" / "copydesk.db").exists()

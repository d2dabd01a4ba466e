from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from copydesk.doctor import NAMES, Away, DatabaseReading, Disk, Finding, Readings, RedisReading, diagnose, exit_code

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"

INFO: dict[str, Any] = {
    "redis_version": "8.6.3",
    "aof_enabled": 1,
    "aof_last_write_status": "ok",
    "maxmemory": 768_000_000,
    "maxmemory_policy": "noeviction",
}
REDIS = RedisReading(
    url="redis://bus:6379/0", info=INFO, ahead=0.1, inbox_bytes=256_000_000, running=2, consuming=2,
    appendfsync="everysec", idle=False,
)  # fmt: skip
DATABASE = DatabaseReading(url="postgresql://db/copydesk", schema="0002", ahead=-0.1, connections_max=100, processes=2)
SOUND = Readings(
    embedded=False,
    schemas=("0001", "0002"),
    redis=REDIS,
    database=DATABASE,
    disk=Disk(path="/data", free_bytes=50_000_000_000, total_bytes=100_000_000_000),
    feeds=3,
    feeds_file="/data/feeds.toml",
    crowded=None,
    contradictions=(),
    settings_wrong=None,
)


def redis(**fields: Any) -> Readings:
    return replace(SOUND, redis=replace(REDIS, **fields))


def info(**fields: Any) -> Readings:
    return redis(info={**INFO, **fields})


def database(**fields: Any) -> Readings:
    return replace(SOUND, database=replace(DATABASE, **fields))


LONG = Finding(level="warning", found="it is long", remedy="Cut it.")
WRONG_PORT = Finding(level="error", found="port 1", remedy="Open it.")
WRONG: list[tuple[str, str, Readings, str]] = [
    ("settings", "warning", replace(SOUND, contradictions=(LONG,)), "it is long. Cut it."),
    ("settings", "error", replace(SOUND, contradictions=(LONG, WRONG_PORT)), "it is long; port 1. Cut it. Open it."),
    ("settings", "error", replace(SOUND, settings_wrong="COPYDESK_X=1 cannot be used"), "COPYDESK_X=1"),
    ("redis", "error", replace(SOUND, redis=Away(why="refused; start it")), "refused; start it"),
    ("redis_version", "warning", info(redis_version="8.6.2"), "Upgrade Redis to 8.6.3"),
    ("redis_version", "warning", info(redis_version="7.10.9"), "CVE-2026-23479"),
    ("persistence", "error", info(aof_enabled=0), "Set appendonly to yes"),
    ("persistence", "error", info(aof_last_write_status="err"), "Make room on its disk"),
    ("persistence", "warning", info(aof_last_bgrewrite_status="err"), "grows without an end"),
    ("persistence", "warning", redis(appendfsync="no"), "Set appendfsync to everysec"),
    ("eviction", "error", info(maxmemory_policy="allkeys-lru"), "throws away what was accepted"),
    ("eviction", "warning", info(maxmemory_policy="allkeys-lru", maxmemory=0), "would, with a maxmemory"),
    ("memory", "warning", info(maxmemory=511_000_000), "Set maxmemory to 512 MB or more"),
    ("database", "error", replace(SOUND, database=Away(why="refused; start it")), "refused; start it"),
    ("database", "warning", database(connections_max=18), "2 workers of 2 children may open 19 connections"),
    ("schema", "error", database(schema=None), "no tables yet. Run copydesk migrate"),
    ("schema", "error", database(schema="0001"), "needs 0002. Run copydesk migrate"),
    ("schema", "error", database(schema="0003"), "Upgrade Copydesk"),
    ("clock", "error", redis(ahead=-5.0), "5.0 s behind Redis"),
    ("clock", "error", database(ahead=7.0), "7.0 s ahead of the database"),
    ("disk", "error", replace(SOUND, disk=Disk(path="/d", free_bytes=4, total_bytes=9)), "Make room"),
    ("disk", "error", replace(SOUND, disk=Disk(path="/d", free_bytes=4 * 10**9, total_bytes=10**11)), "4.0 GB free"),
    ("feeds", "error", replace(SOUND, feeds="feeds.toml, line 2: no URL"), "line 2"),
    ("feeds", "warning", replace(SOUND, crowded=LONG), "it is long"),
    ("worker", "error", redis(running=0, consuming=0), "Start copydesk work"),
    ("worker", "error", redis(consuming=0), "0 of 2 asked for work"),
    ("worker", "warning", redis(consuming=1), "1 of 2 asked for work"),
]


def levels(readings: Readings) -> dict[str, str]:
    return {name: each.level for name, each in diagnose(readings).items() if each.level != "ok"}


def test_where_nothing_is_wrong_everything_is_ok() -> None:
    assert levels(SOUND) == {}
    assert exit_code(diagnose(SOUND)) == 0


def test_every_check_is_tried_and_documented() -> None:
    assert {name for name, *_ in WRONG} == set(NAMES)
    section = OPERATING.read_text().split("## Doctor", 1)[1].split("\n## ", 1)[0]
    assert [name for name in NAMES if f"| `{name}` |" not in section] == []


@pytest.mark.parametrize(("name", "level", "readings", "said"), WRONG)
def test_what_is_wrong_is_said_alone_and_with_its_remedy(name: str, level: str, readings: Readings, said: str) -> None:
    findings = diagnose(readings)

    assert {each: found for each, found in levels(readings).items() if found != "skipped"} == {name: level}
    assert said in f"{findings[name].found}. {findings[name].remedy}"
    unreachable = name in {"redis", "database", "schema"}
    assert exit_code(findings) == (0 if level == "warning" else 3 if unreachable else 1)


def test_what_could_not_be_looked_at_is_skipped_and_no_error() -> None:
    without_redis = levels(replace(SOUND, redis=Away(why="refused")))
    assert {name for name, level in without_redis.items() if level == "skipped"} == {
        "redis_version", "persistence", "eviction", "memory", "worker",
    }  # fmt: skip
    silent = redis(info=None)
    assert levels(silent) == dict.fromkeys(("redis_version", "persistence", "eviction", "memory"), "skipped")
    bare = replace(SOUND, database=None, disk=None, feeds=None)
    assert levels(bare) == dict.fromkeys(("database", "schema", "disk", "feeds"), "skipped")
    assert exit_code(diagnose(silent)) == exit_code(diagnose(bare)) == 0


def test_valkey_is_not_measured_by_redis_version() -> None:
    finding = diagnose(info(redis_version="7.2.4", server_name="valkey", valkey_version="9.1.2"))["redis_version"]
    assert (finding.level, "Valkey 9.1.2: another product" in finding.found) == ("ok", True)


def test_a_data_folder_migrates_by_itself_and_may_rest() -> None:
    resting = replace(redis(running=0, consuming=0, idle=True), embedded=True, database=replace(DATABASE, schema=None))
    assert levels(resting) == {"worker": "skipped"}


def test_an_inbox_of_half_of_redis_memory_is_no_contradiction() -> None:
    assert levels(info(maxmemory=512_000_000)) == {}
    assert levels(info(maxmemory=0)) == {}


def test_how_often_redis_forces_its_file_to_disk_is_told_where_it_may_be_asked() -> None:
    found = {
        policy: diagnose(redis(appendfsync=policy))["persistence"].found for policy in ("always", "everysec", None)
    }
    assert "with every write" in found["always"]
    assert "every second" in found["everysec"]
    assert found[None] == "append-only file"


def test_connections_are_enough_to_the_last_one() -> None:
    assert levels(database(connections_max=19)) == {}
    assert levels(database(connections_max=None)) == {}

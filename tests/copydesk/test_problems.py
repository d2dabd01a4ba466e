from __future__ import annotations

from typing import Any

import pytest

from copydesk.problems import NAMES, OF_BOUNDS, counted, problems


def make_report(**parts: dict[str, Any] | None) -> dict[str, Any]:
    """Of a stack at which nothing is wrong, but for the parts that are given."""
    report: dict[str, Any] = {
        "inbox": {"waiting": 0, "claimed": 0, "bytes": 0, "oldest_seconds": 0.0},
        "balance": {"difference": 0, "unrecorded": 0, "looked_up": 100},
        "feeds": {"polled": 9, "failing": 0, "late": 0, "scheduled": 9, "pollers": 1},
        "worker": {"running": 1, "consuming": 1, "nodes": []},
        "store": {"database": "sqlite:///x.db", "articles": 1, "stories": 1, "quarantine": {}},
        "redis": {
            "clock_ahead_seconds": 0.1,
            "used_bytes": 10,
            "max_bytes": None,
            "eviction": "noeviction",
            "writes_its_file": True,
        },
        "limits": {"inbox_bytes": 1_000_000},
        "disks": {"data": {"path": "/data", "free_bytes": 50_000_000_000, "total_bytes": 100_000_000_000}},
    }
    for name, part in parts.items():
        report[name] = None if part is None else {**(report[name] or {}), **part}
    return report


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no_worker": (
        {"inbox": {"waiting": 3}, "worker": {"running": 0, "consuming": 0}},
        "no worker runs: copydesk run",
    ),
    "inbox_full": ({"inbox": {"bytes": 960_000}}, "The inbox is full (1 MB): polling pauses and seeding waits."),
    "database_away": ({"store": {"away": "connection refused"}}, "cannot be reached (connection refused): start it"),
    "ledger": ({"balance": {"difference": 2}}, "2 raw articles left the inbox without being settled"),
    "database_schema": ({"store": {"schema": "run `copydesk migrate`"}}, "Nothing is stored: run `copydesk migrate`."),
    "disk_nearly_full": (
        {"disks": {"database": {"path": "/db", "free_bytes": 4_000_000_000, "total_bytes": 100_000_000_000}}},
        "The disk of /db has 4.0 GB left: make room",
    ),
    "redis_disk": (
        {"redis": {"writes_its_file": False}},
        "cannot write its file, and refuses what comes in: make room",
    ),
    "redis_memory": ({"redis": {"max_bytes": 100, "eviction": "allkeys-lru"}}, "Set it to noeviction."),
    "clock": ({"redis": {"clock_ahead_seconds": -312.0}}, "clock is 312 s behind the broker's: let both be set by NTP"),
    "polls_late": ({"feeds": {"late": 1, "pollers": 0}}, "1 feed is more than 15 minutes late, and no poller runs"),
    "feeds_failing": ({"feeds": {"failing": 2}}, "2 feeds cannot be polled; copydesk feeds list says why."),
    "quarantine": (
        {"store": {"quarantine": {"parse_failed": 2, "no_content": 1}}},
        "3 raw articles in quarantine (2 could not be parsed, 1 without a title or any text): copydesk quarantine list",
    ),
}


def test_where_nothing_is_wrong_nothing_is_said() -> None:
    assert problems(make_report()) == []
    assert problems({**make_report(redis={"writes_its_file": None}), "disks": {}}) == []


def test_every_problem_is_tried() -> None:
    assert set(WRONG) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_said_alone_and_with_its_remedy(name: str) -> None:
    parts, said = WRONG[name]

    (problem,) = problems(make_report(**parts))

    assert problem["name"] == name
    assert said in problem["says"]


def test_a_worker_that_lives_and_asks_for_nothing_is_told_after_a_minute() -> None:
    stalled = {"worker": {"running": 1, "consuming": 0}}

    assert problems(make_report(inbox={"waiting": 1, "oldest_seconds": 59.0}, **stalled)) == []
    (problem,) = problems(make_report(inbox={"waiting": 1, "oldest_seconds": 61.0}, **stalled))
    assert "no worker has asked for work for 45 s" in problem["says"]


def test_a_pause_after_an_outage_of_the_database_is_no_stalled_worker() -> None:
    report = make_report(
        inbox={"waiting": 1, "oldest_seconds": 90.0},
        worker={"running": 1, "consuming": 0},
        store={"held_until": "2026-03-01T12:00:30+00:00"},
    )

    assert [each["name"] for each in problems(report)] == ["database_away"]
    assert "workers try again at 12:00:30 UTC by themselves" in problems(report)[0]["says"]


def test_an_older_copy_of_the_database_is_told() -> None:
    (problem,) = problems(make_report(balance={"unrecorded": 7}))

    assert problem["says"].startswith("The database does not know 7 of the 100 raw articles settled last")


def test_late_polls_of_a_poller_that_runs_ask_for_another() -> None:
    (problem,) = problems(make_report(feeds={"late": 40}))

    assert problem["says"].startswith("40 feeds are more than 15 minutes late: start another poller")


def test_one_is_one() -> None:
    assert [counted(n, "story", "stories") for n in (0, 1, 2, 3_000)] == [
        "0 stories",
        "1 story",
        "2 stories",
        "3,000 stories",
    ]


def test_what_is_full_is_judged_without_a_database_in_the_same_words() -> None:
    parts = {name: part for found, _ in (WRONG[each] for each in OF_BOUNDS) for name, part in found.items()}
    whole = make_report(**{**parts, "redis": {"max_bytes": 9, "clock_ahead_seconds": 60.0, "writes_its_file": False}})

    judged = problems({name: whole[name] for name in ("inbox", "limits", "redis", "disks")}, OF_BOUNDS)

    assert {each["name"] for each in judged} == set(OF_BOUNDS)
    assert [each for each in problems(whole) if each["name"] in OF_BOUNDS] == judged

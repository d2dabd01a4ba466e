"""Articles that kill their process, loop for ever or want two gibibytes, among a thousand good ones."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.commands import copydesk, lines, running
from tests.e2e.servers import tcp_valkey
from tests.e2e.test_one_machine import until

pytestmark = pytest.mark.e2e

GOOD = 1000
REASONS = {"kills": "killed_worker", "loops": "parse_timeout", "takes-2-gib": "out_of_memory"}


def poison(name: str) -> str:
    return json.dumps({"id": name, "title": f"The {name}", "text": f"This article {name}, they say. " * 9}) + "\n"


def test_poison_costs_the_rest_nothing_and_is_stored_once_its_cause_is_gone(tmp_path: Path) -> None:
    good = lines(GOOD).splitlines(keepends=True)
    given, runs = tmp_path / "given.jsonl", tmp_path / "runs"
    given.write_text("".join([*good[:70], *map(poison, REASONS), *good[70:]]))
    with tcp_valkey(tmp_path / "redis") as redis:
        variables = {
            "COPYDESK_REDIS_URL": redis.url("worker"),
            "COPYDESK_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
            "COPYDESK_WORKER_NAME": "one",
            "COPYDESK_WORKER_PROCESSES": "2",
            "COPYDESK_PARSE_SECONDS": "2",
        }
        assert copydesk("migrate", variables=variables).code == 0
        program = [sys.executable, "-m", "tests.e2e.poisoned_worker"]
        with running(runs, program=program, log=tmp_path / "worker.log", variables=variables):
            seeded = copydesk(
                "seed", given, "--json", seconds=240, variables={**variables, "COPYDESK_REDIS_URL": redis.url("ingest")}
            )
        assert (seeded.code, seeded.counts) == (1, {"stored": GOOD, "quarantined": len(REASONS)})
        kept = copydesk("quarantine", "list", "--json", variables=variables).jsonl
        assert {each["entry_key"]: each["reason"] for each in kept} == REASONS
        assert max(Counter(runs.read_text().split()).values()) <= 4

        log_of_cured = tmp_path / "cured.log"
        with running("work", log=log_of_cured, variables=variables):
            until(lambda: copydesk("status", "--json", variables=variables).json["worker"]["running"] == 1)
            replayed = copydesk("quarantine", "replay", "--all", "--json", variables=variables)
        assert replayed.code == 0, replayed.err + log_of_cured.read_text()
        assert replayed.counts == {"stored": len(REASONS)}
        assert copydesk("quarantine", "list", "--json", variables=variables).jsonl == []

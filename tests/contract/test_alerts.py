"""What `copydesk status` says, what a scrape tells and what Prometheus alerts on are the same things under one name."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from prometheus_client.core import CollectorRegistry
from redis import Redis
from sqlalchemy import text

from copydesk.metrics import Exporter
from copydesk.problems import NAMES
from copydesk.stack import Reached, redis_client
from copydesk.status import read_status
from shared import routing
from worker.storage.engine import make_engine, writing
from worker.storage.migrations import migrate

ALERTS = Path(__file__).parents[2] / "deploy" / "alerts.yml"
RULE = re.compile(
    r"- alert: (?P<name>\w+)\n +expr: (?P<expression>.*)\n(?: +for: (?P<wait>\w+)\n)? +labels: \{(?P<labels>.*)\}\n"
    r" +annotations:\n +summary: (?P<summary>.*)\n"
)

Series = list[tuple[str, float]]
Cause = Callable[[Reached, pytest.MonkeyPatch], Reached]


@dataclass(frozen=True, kw_only=True)
class Rule:
    name: str
    expression: str
    labels: dict[str, str]
    summary: str


def rules() -> list[Rule]:
    written = ALERTS.read_text(encoding="utf-8")
    found = [
        Rule(
            name=rule["name"],
            expression=rule["expression"],
            labels=dict(pair.split(": ") for pair in rule["labels"].split(", ")),
            summary=rule["summary"],
        )
        for rule in RULE.finditer(written)
    ]
    assert len(found) == written.count("- alert:")
    return found


def inbox_full(reached: Reached, _patch: pytest.MonkeyPatch) -> Reached:
    redis = Redis.from_url(reached.redis_url)
    redis.set(routing.INBOX_BYTES, 990_000)
    redis.hset(routing.INBOX_LEDGER, "most_bytes", 1_000_000)
    return reached


def disk_nearly_full(reached: Reached, patch: pytest.MonkeyPatch) -> Reached:
    usage = shutil.disk_usage(reached.watched["data"])
    patch.setattr("copydesk.readings.shutil.disk_usage", lambda _folder: usage._replace(free=500_000_000))
    return reached


def database_away(reached: Reached, _patch: pytest.MonkeyPatch) -> Reached:
    return replace(reached, database_url="postgresql://nobody@127.0.0.1:9/none")


def database_schema(reached: Reached, _patch: pytest.MonkeyPatch) -> Reached:
    engine = make_engine(reached.database_url)
    with writing(engine).begin() as connection:
        connection.execute(text("UPDATE copydesk_schema SET version_num = '0001'"))
    engine.dispose()
    return reached


CAUSES: dict[str, Cause] = {
    each.__name__: each for each in (inbox_full, disk_nearly_full, database_away, database_schema)
}


@pytest.fixture
def reached(valkey_url: str, tmp_path: Path) -> Reached:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    engine.dispose()
    return Reached(
        redis_url=valkey_url, database_url=f"sqlite:///{tmp_path / 'x.db'}", folder=None, owned=False, data=tmp_path
    )


def scraped(reached: Reached) -> Series:
    """Every series with its value, as Prometheus writes it."""
    registry = CollectorRegistry()
    registry.register(Exporter(redis_client(reached.redis_url), reached, lambda: read_status(reached)))
    return [
        (
            f"{sample.name}{{{','.join(f'{name}={json.dumps(value)}' for name, value in sample.labels.items())}}}",
            sample.value,
        )
        for family in registry.collect()
        for sample in family.samples
    ]


def test_every_problem_of_status_has_an_alert_and_no_alert_names_another() -> None:
    assert {rule.labels["problem"] for rule in rules() if "problem" in rule.labels} == set(NAMES)


def test_an_alert_on_a_problem_bears_its_name() -> None:
    for rule in rules():
        for name in re.findall(r'copydesk_problem\{name="(\w+)"\}', rule.expression):
            assert rule.labels.get("problem") == name


@pytest.mark.parametrize("name", CAUSES)
def test_a_state_is_said_by_status_and_told_by_the_metric(
    name: str, reached: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = f'copydesk_problem{{name="{name}"}}'
    assert dict(scraped(reached))[series] == 0
    caused = CAUSES[name](reached, monkeypatch)
    assert [problem["name"] for problem in read_status(caused)["problems"]] == [name]
    assert dict(scraped(caused))[series] == 1


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
@pytest.mark.parametrize("name", CAUSES)
def test_what_was_scraped_in_that_state_makes_prometheus_alert_on_it_alone(
    name: str, reached: Reached, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before, after = scraped(reached), scraped(CAUSES[name](reached, monkeypatch))
    (rule,) = (rule for rule in rules() if rule.labels.get("problem") == name)
    tried(tmp_path, (before, []), (after, [rule]))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_a_redis_that_is_away_is_one_alert_and_services_that_are_gone_another(reached: Reached, tmp_path: Path) -> None:
    away = scraped(replace(reached, redis_url=f"unix://{tmp_path}/none.sock"))
    named = {rule.name: rule for rule in rules()}
    tried(tmp_path, (away, [named["CopydeskRedisDown"]]), ([], [named["CopydeskNotScraped"]]))


def tried(folder: Path, *states: tuple[Series, list[Rule]]) -> None:
    """Prometheus' own evaluation: after half an hour in a state those rules fire and no other."""
    trials = [
        {
            "interval": "1m",
            "input_series": [{"series": name, "values": f"{value:g}x60"} for name, value in series],
            "alert_rule_test": [
                {"eval_time": "30m", "alertname": rule.name, "exp_alerts": [_firing(rule)] if rule in firing else []}
                for rule in rules()
            ],
        }
        for series, firing in states
    ]
    written = folder / "trial.json"  # JSON is YAML
    written.write_text(json.dumps({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": trials}))
    done = subprocess.run(["promtool", "test", "rules", written], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout


def _firing(rule: Rule) -> dict[str, object]:
    return {"exp_labels": rule.labels, "exp_annotations": {"summary": rule.summary}}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_finds_the_rules_well_formed() -> None:
    subprocess.run(["promtool", "check", "rules", str(ALERTS)], check=True, capture_output=True)

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from copydesk.metrics import exporting
from copydesk.problems import NAMES, OF_BOUNDS
from copydesk.stack import Reached
from ingest.polling.leases import DOMAINS
from ingest.polling.pulse import FETCHES, POLLER_PULSE, POLLS
from ingest.webhooks.journal import ENDPOINTS, backlog_keys
from shared import routing
from tests.e2e.servers import free_port, tcp_valkey
from tests.factories import NOON, make_arrival, make_condemned
from worker.parse_times import PARSES
from worker.settings import SettingsError
from worker.storage.engine import make_engine, writing
from worker.storage.migrations import migrate
from worker.storage.store import Store

ALERTS = Path(__file__).parents[2] / "deploy" / "alerts.yml"
OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
MEGABYTE = 1_000_000
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(reached: Reached, *, database: bool = True) -> str:
    port = free_port()
    with exporting(reached, host="127.0.0.1", port=port, database=database):
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()  # type: ignore[no-any-return]


def samples(answer: str) -> Samples:
    families = text_string_to_metric_families(answer)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with an article and a raw article in quarantine."""
    engine = make_engine(database_url)
    migrate(engine)
    Store(engine).store([make_arrival(), make_condemned()], now=NOON)
    yield engine
    engine.dispose()


def busy(redis: Redis) -> None:
    """Something of everything: raw articles that wait, work that is done, feeds that are late, a slow endpoint."""
    now = time.time()
    redis.hset(
        routing.INBOX_LEDGER,
        mapping={"since": 1, "accepted": 10, "stored": 4, "duplicate": 2, "quarantined": 1, "most_bytes": MEGABYTE},
    )
    redis.zadd(routing.INBOX_WAITING["live"], {"a": (now - 1000) * 1000})
    redis.zadd(routing.INBOX_CLAIMED, {"b": (now + 30) * 1000})
    redis.set(routing.INBOX_BYTES, 300)
    redis.zadd(DOMAINS, {"news.example": (now - 2000) * 1000, "other.example": (now + 60) * 1000})
    redis.hset(POLLS, "unchanged", 7)
    redis.hset(FETCHES, mapping={"feed:0.1": 4, "feed:2.5": 2, "page:inf": 1, "feed:microseconds": 3_500_000})
    redis.hset(PARSES, mapping={"0.05": 8, "10": 1, "microseconds": 4_400_000})
    redis.hset(POLLER_PULSE + "host", "looked_at", int(now * 1000))
    redis.hset(routing.WORKER_PULSE + "one", mapping={"beat_at": int(now * 1000), "claimed_at": int((now - 20) * 1000)})
    for seq in range(1, 6):
        redis.xadd(routing.EVENTS, {"seq": seq, "id": str(seq), "type": "t", "time": "", "data": "{}"}, id=f"{seq}-0")
    redis.hset(ENDPOINTS, mapping={"served": "http://a.example/?token=secret", "removed": "http://b.example/"})
    redis.hset(backlog_keys("served").state, mapping={"articles": "2-0", "delivered": 9, "failed": 3})
    redis.set(backlog_keys("served").lease, "token")
    redis.rpush(backlog_keys("served").again, "{}")


@pytest.fixture
def reached(engine: Engine, database_url: str, valkey_url: str) -> Reached:
    busy(Redis.from_url(valkey_url))
    return Reached(redis_url=valkey_url, database_url=database_url, folder=None, owned=False)


def test_a_scrape_tells_what_redis_and_the_database_hold(reached: Reached) -> None:
    answer = scraped(reached)
    found = samples(answer)

    def value(name: str, **labels: str) -> float:
        return found["copydesk_" + name, tuple(sorted(labels.items()))]

    assert value("redis_up") == 1
    assert value("accepted_total") == 10
    assert value("settled_total", verdict="stored") == 4
    assert value("settled_total", verdict="duplicate") == 2
    assert value("settled_total", verdict="quarantined") == 1
    assert value("inbox_articles", state="waiting", lane="live") == 1
    assert value("inbox_articles", state="claimed", lane="") == 1
    assert (value("inbox_bytes"), value("inbox_max_bytes")) == (300, MEGABYTE)
    assert 1000 <= value("inbox_oldest_age_seconds", lane="live") < 1900
    assert value("inbox_oldest_age_seconds", lane="backfill") == 0
    assert 2000 <= value("poll_lag_seconds") < 2900
    assert (value("polls_total", outcome="unchanged"), value("polls_total", outcome="failed")) == (7, 0)
    assert (value("pollers"), value("workers_running"), value("workers_consuming")) == (1, 1, 1)
    assert value("worker_pulse_age_seconds", worker="one") >= 20
    assert value("events_relayed_total", stream="articles") == 5
    assert value("events_relayed_total", stream="feeds") == 0
    assert value("webhook_backlog_events", endpoint="served") == 3 + 1
    assert value("webhook_deliveries_total", endpoint="served", outcome="delivered") == 9
    assert value("webhook_deliveries_total", endpoint="served", outcome="failed") == 3
    assert value("webhook_deliveries_total", endpoint="served", outcome="given_up") == 0
    feeds = [value("fetch_duration_seconds_bucket", kind="feed", le=bound) for bound in ("0.1", "1.0", "2.5", "+Inf")]
    assert feeds == [4, 4, 6, 6]
    assert value("fetch_duration_seconds_sum", kind="feed") == 3.5
    assert value("fetch_duration_seconds_count", kind="page") == 1
    assert value("fetch_duration_seconds_bucket", kind="page", le="30.0") == 0
    assert value("parse_duration_seconds_bucket", le="0.05") == 8
    assert (value("parse_duration_seconds_count"), value("parse_duration_seconds_sum")) == (9, 4.4)
    assert value("redis_memory_used_bytes") > 100_000
    assert (value("database_up"), value("database_schema_current"), value("articles")) == (1, 1, 1)
    assert value("scrape_complete") == 1
    assert value("quarantine_articles", reason="parse_failed") == 1
    assert "secret" not in answer
    assert 'endpoint="removed"' not in answer


def test_problems_are_those_of_status(reached: Reached) -> None:
    found = samples(scraped(reached))
    told = {dict(labels)["name"]: value for (name, labels), value in found.items() if name == "copydesk_problem"}
    assert told.keys() == set(NAMES)
    assert {"quarantine", "ledger"} <= {name for name, value in told.items() if value == 1}
    assert told["inbox_full"] == told["database_away"] == 0


def test_a_database_that_is_away_is_a_0_and_no_other_figure_of_it(reached: Reached) -> None:
    away = Reached(
        redis_url=reached.redis_url, database_url="postgresql://nobody@127.0.0.1:9/none", folder=None, owned=False
    )
    found = samples(scraped(away))
    assert found["copydesk_database_up", ()] == 0
    assert found["copydesk_problem", (("name", "database_away"),)] == 1
    assert ("copydesk_articles", ()) not in found


def test_a_database_of_another_schema_answers_and_is_told_with_all_that_redis_knows(
    reached: Reached, engine: Engine
) -> None:
    with writing(engine).begin() as connection:
        connection.execute(text("UPDATE copydesk_schema SET version_num = '0001'"))
    found = samples(scraped(reached))
    assert (found["copydesk_database_up", ()], found["copydesk_database_schema_current", ()]) == (1, 0)
    assert found["copydesk_problem", (("name", "database_schema"),)] == 1
    assert found["copydesk_accepted_total", ()] == 10
    assert ("copydesk_articles", ()) not in found


def test_a_defect_costs_an_answer_what_it_broke_and_no_more(reached: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_reached: Reached) -> None:
        raise ArithmeticError("nobody expected it")

    monkeypatch.setattr("copydesk.status.read_status", broken)
    with capture_logs() as lines:
        found = samples(scraped(reached))
    assert (found["copydesk_scrape_complete", ()], found["copydesk_accepted_total", ()]) == (0, 10)
    assert [line["event"] for line in lines] == ["metrics.defect"]


def test_while_redis_is_away_nothing_is_told_but_that_and_the_disks(tmp_path: Path) -> None:
    away = Reached(
        redis_url=f"unix://{tmp_path}/none.sock", database_url="sqlite://", folder=None, owned=False, data=tmp_path
    )
    found = samples(scraped(away))
    assert (found["copydesk_redis_up", ()], found["copydesk_scrape_complete", ()]) == (0, 0)
    disk = {name for name, labels in found if labels == (("folder", "data"),)}
    assert disk == {"copydesk_disk_free_bytes", "copydesk_disk_size_bytes"}
    assert len(found) == 4


def test_a_service_without_a_database_judges_what_is_full(reached: Reached, tmp_path: Path) -> None:
    poller = replace(reached, database_url="postgresql://nobody@127.0.0.1:9/none", data=tmp_path)
    Redis.from_url(reached.redis_url).set(routing.INBOX_BYTES, MEGABYTE)
    found = samples(scraped(poller, database=False))
    told = {dict(labels)["name"]: value for (name, labels), value in found.items() if name == "copydesk_problem"}
    assert told == {name: float(name == "inbox_full") for name in OF_BOUNDS}
    assert found["copydesk_disk_free_bytes", (("folder", "data"),)] > 0


@pytest.mark.parametrize("user", ["ingest", "worker"])
def test_each_services_user_of_redis_may_read_all_of_it(
    user: str, engine: Engine, database_url: str, tmp_path: Path
) -> None:
    with tcp_valkey(tmp_path / "data") as server:
        with Redis.from_url(server.url("admin")) as admin:
            busy(admin)
        reached = Reached(redis_url=server.url(user), database_url=database_url, folder=None, owned=False)
        found = samples(scraped(reached, database=user == "worker"))
    assert found["copydesk_redis_up", ()] == 1
    assert (("copydesk_database_up", ()) in found) == (user == "worker")


def test_a_port_that_is_taken_is_one_sentence(reached: Reached) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SettingsError, match="COPYDESK_METRICS_PORT"),
        exporting(reached, host="127.0.0.1", port=taken.getsockname()[1], database=False),
    ):
        pass


def test_every_metric_of_an_alert_is_told(reached: Reached) -> None:
    told = {name for name, _ in samples(scraped(reached))}
    expressions = re.findall(r"^\s+expr: (.*)$", ALERTS.read_text(encoding="utf-8"), re.MULTILINE)
    asked = {name for expression in expressions for name in re.findall(r"\bcopydesk_\w+", expression)}
    assert len(expressions) >= 8
    assert asked - told == {"copydesk_redis_memory_max_bytes"}  # this Redis has no bound


def test_every_metric_is_documented_and_no_other(reached: Reached, tmp_path: Path) -> None:
    Redis.from_url(reached.redis_url).config_set("maxmemory", 10**9)
    try:
        families = text_string_to_metric_families(scraped(replace(reached, data=tmp_path)))
        told = {f"{family.name}{'_total' if family.type == 'counter' else ''}" for family in families}
    finally:
        Redis.from_url(reached.redis_url).config_set("maxmemory", 0)
    section = OPERATING.read_text(encoding="utf-8").split("## Metrics and alerts", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(copydesk_\w+)", row)} == told


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_finds_the_metrics_well_formed(reached: Reached) -> None:
    linted = subprocess.run(
        ["promtool", "check", "metrics"], input=scraped(reached), text=True, capture_output=True, check=False
    )
    assert (linted.returncode, linted.stderr) == (0, "")

"""The services of a deployment as processes of their own: Redis over TCP, PostgreSQL, two URLs and nothing else."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from shared.routing import RECEIPTS
from tests.e2e.commands import Done, copydesk, lines, running, stop
from tests.e2e.servers import TcpValkey, body, free_port, rss, tcp_valkey, web
from tests.e2e.test_one_machine import until

pytestmark = pytest.mark.e2e


@dataclass(frozen=True, kw_only=True)
class Deployment:
    variables: dict[str, str]
    folder: Path
    redis: TcpValkey
    processes: ExitStack

    def copydesk(self, *arguments: object, stdin: str = "") -> Done:
        return copydesk(*arguments, stdin=stdin, variables=self.variables_of(arguments[0]))

    def start(self, *arguments: object, log: Path, **variables: str) -> subprocess.Popen[bytes]:
        """It ends with the test, before its servers do."""
        variables = {**self.variables_of(arguments[0]), **variables}
        return self.processes.enter_context(running(*arguments, log=log, variables=variables))

    def variables_of(self, command: object) -> dict[str, str]:
        """As in docker-compose.yml: what hands in and polls is Redis' user `ingest`, everything else `worker`."""
        user = "ingest" if command in {"seed", "poll", "feeds"} else "worker"
        return {**self.variables, "COPYDESK_REDIS_URL": self.redis.url(user)}


@pytest.fixture
def deployment(postgres_url: str, tmp_path: Path) -> Iterator[Deployment]:
    with tcp_valkey(tmp_path / "redis") as redis:
        variables = {
            "COPYDESK_DATABASE_URL": postgres_url,
            "COPYDESK_DATA": str(tmp_path / "data"),
            "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        }
        with ExitStack() as processes:
            yield Deployment(variables=variables, folder=tmp_path, redis=redis, processes=processes)
        assert redis.denials() == []  # no service wanted more than users.acl gives it


def scraped(port: str) -> str:
    """What the service tells Prometheus."""
    text: str = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
    return text


def answered(port: str, path: str) -> int:
    """The status of a probe."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_a_database_without_this_releases_schema_is_said_with_its_remedy(deployment: Deployment) -> None:
    for command in (["work"], ["articles"], ["run", "--once"]):
        done = deployment.copydesk(*command)
        assert (done.code, "copydesk migrate" in done.err) == (3, True), done.err


def test_workers_share_a_seed_and_a_poller_feeds_them(deployment: Deployment) -> None:
    assert deployment.copydesk("migrate").code == 0
    ports = {name: str(free_port()) for name in ("one", "two", "poller")}
    workers = [
        deployment.start(
            "work",
            log=deployment.folder / f"{name}.log",
            COPYDESK_WORKER_NAME=name,
            COPYDESK_METRICS_PORT=ports[name],
        )
        for name in ("one", "two")
    ]
    with web({"/rss": body(rss("Ferry sinks", "Ferry rises"), "application/rss+xml")}) as site:
        port = site.rsplit(":", 1)[1]
        (deployment.folder / "feeds.toml").write_text(f'[[feed]]\nurl = "{site}/rss"\nname = "Courier"\n')
        poller = deployment.start(
            "poll", "--feeds", deployment.folder / "feeds.toml",
            log=deployment.folder / "poll.log",
            COPYDESK_FETCH_ALLOW_PORTS=port,
            COPYDESK_METRICS_PORT=ports["poller"],
        )  # fmt: skip
        seeded = deployment.copydesk("seed", "-", "--json", stdin=lines(800))
        assert (seeded.code, seeded.counts) == (0, {"stored": 800})
        until(lambda: deployment.copydesk("status", "--json").json["totals"]["stored"] == 802)
        status = deployment.copydesk("status", "--json").json
        assert {node["name"] for node in status["worker"]["nodes"]} == {"one", "two"}
        for told in (scraped(port) for port in ports.values()):
            assert 'copydesk_settled_total{verdict="stored"} 802.0' in told
            assert "copydesk_workers_running 2.0" in told
        until(lambda: {answered(port, "healthz") for port in ports.values()} == {200})
        assert {answered(port, "readyz") for port in ports.values()} == {200}
        third = copydesk("work", variables={**deployment.variables_of("work"), "COPYDESK_WORKER_NAME": "two"})
        assert (third.code, "COPYDESK_WORKER_NAME" in third.err) == (2, True), third.err
        (ferry,) = deployment.copydesk(
            "articles", "--source", "Courier", "--search", "rises", "--format", "jsonl"
        ).jsonl
        assert (ferry["title"], ferry["url"]) == ("Ferry rises", "https://courier.example/1")
        codes = [stop(poller)]  # at its end it has counted every poll
        told = scraped(ports["one"])
        assert 'copydesk_polls_total{outcome="polled"} 1.0' in told
        assert 'copydesk_fetch_duration_seconds_count{kind="feed"} 1.0' in told
        assert "copydesk_parse_duration_seconds_count 802.0" in told
        codes += [stop(worker) for worker in workers]
    assert codes == [0, 0, 0]
    assert deployment.copydesk("status", "--json").json["worker"]["running"] == 0


def test_neither_a_malformed_message_nor_a_redis_that_lost_everything_stops_a_worker(deployment: Deployment) -> None:
    assert deployment.copydesk("migrate").code == 0
    deployment.start("work", log=deployment.folder / "work.log")
    until(lambda: deployment.copydesk("status", "--json").json["worker"]["running"] == 1)
    with Redis.from_url(deployment.redis.url("admin")) as redis:
        redis.lpush("copydesk:work", "neither JSON nor a hint", '{"body": "not base64", "properties": {}}')
        seeded = deployment.copydesk("seed", "-", "--json", stdin=lines(50))
        assert (seeded.code, seeded.counts) == (0, {"stored": 50})
        redis.flushall()
        again = deployment.copydesk("seed", "-", "--json", stdin=lines(50))
        assert (again.code, again.counts) == (0, {"duplicates": 50})


def test_a_redis_that_is_killed_and_comes_back_is_worked_with_again(deployment: Deployment) -> None:
    assert deployment.copydesk("migrate").code == 0
    deployment.start("work", log=deployment.folder / "work.log")
    given, log = deployment.folder / "many.jsonl", deployment.folder / "seed.log"
    given.write_text(lines(2000))
    until(lambda: deployment.copydesk("status", "--json").json["worker"]["running"] == 1)
    seed = deployment.start("seed", given, log=log)
    with Redis.from_url(deployment.redis.url("admin")) as redis:  # a command takes longer than the seed may last
        until(lambda: redis.xlen(RECEIPTS) > 0)
    deployment.redis.kill()
    time.sleep(3)
    deployment.redis.start()
    assert seed.wait(120) == 0, log.read_text()
    assert "Redis is away" in log.read_text()
    status = deployment.copydesk("status", "--json").json
    assert (status["totals"]["stored"], status["inbox"]["waiting"], status["inbox"]["claimed"]) == (2000, 0, 0)

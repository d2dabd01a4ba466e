"""All that services write is JSON lines, without secrets and control characters, whatever comes and whatever fails."""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.commands import COMMAND, Start, copydesk, environment
from tests.e2e.servers import TcpValkey, body, free_port, rss, tcp_valkey, web
from tests.e2e.test_one_machine import until

pytestmark = pytest.mark.e2e

STEERING = "\x1b[2J\x1b]0;owned\x07\r\n\x00\x85\u2028\u2029\u202e\u2066\x9b31m"
NOT_RAW = {chr(number) for number in (*range(0x20), *range(0x7F, 0xA0))} - {"\n"} | set("\u2028\u2029\u202e\u2066")
TITLES = tuple(f"Ferry {number}{STEERING} sails" for number in range(3))


class Secrets:
    """Made for one test, so that finding one in a log has one explanation."""

    def __init__(self, redis: TcpValkey) -> None:
        self.database, self.hook, self.wrong = (secrets.token_hex(12) for _ in range(3))
        self.signing = f"whsec_{secrets.token_hex(16)}"
        self.redis = [urlsplit(redis.url(user)).password or "" for user in ("ingest", "worker")]

    def found_in(self, text: str) -> list[str]:
        every = [self.database, self.hook, self.wrong, self.signing, self.signing.removeprefix("whsec_"), *self.redis]
        return [secret for secret in every if secret in text]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[TcpValkey]:
    with tcp_valkey(tmp_path / "redis") as server:
        yield server


def checked(written: bytes, secret: Secrets) -> list[dict[str, Any]]:
    """The events of a log, once it is found to hold nothing else."""
    text = written.decode()
    assert secret.found_in(text) == []
    assert NOT_RAW & set(text) == set()
    lines = text.splitlines()
    assert "" not in lines
    events = [json.loads(line) for line in lines]
    steering = [event for event in events if NOT_RAW - {"\n"} & set(repr_of(event))]
    assert steering == []
    return events


def repr_of(event: dict[str, Any]) -> str:
    """All that a reader of the decoded event sees; a traceback has lines of its own."""
    return "".join(str(value).replace("\n", "") for name, value in event.items() if name == "exception") + "".join(
        str(value) for name, value in event.items() if name != "exception"
    )


def named(events: list[dict[str, Any]], event: str) -> set[tuple[str, str, str]]:
    return {(line["raw_id"], line["source"], line["entry_key"]) for line in events if line["event"] == event}


def refused(request: BaseHTTPRequestHandler) -> None:
    request.send_error(500)


def hostile_seeds() -> str:
    made = [
        {"id": f"{number}{STEERING}", "source": f"Wire{STEERING}", "title": title, "text": f"{title} at dawn. " * 9}
        for number, title in enumerate(TITLES)
    ]
    made.append({"id": f"empty{STEERING}", "title": "", "text": ""})
    return "".join(json.dumps(each) + "\n" for each in made)


def feeds_toml(folder: Path, site: str) -> Path:
    path = folder / "feeds.toml"
    path.write_text(f'[[feed]]\nurl = "{site}/rss"\nname = {json.dumps("Courier" + STEERING.replace(chr(0), ""))}\n')
    return path


def test_services_write_nothing_but_json_lines_without_secrets(
    redis: TcpValkey, postgres_url: str, tmp_path: Path, start: Start
) -> None:
    secret = Secrets(redis)
    plain = {"COPYDESK_DATABASE_URL": postgres_url, "COPYDESK_DATA": str(tmp_path / "data")}
    database = postgres_url.replace("postgres:@", f"postgres:{secret.database}@")
    assert secret.database in database
    assert copydesk("migrate", variables=plain).code == 0
    log, answers = tmp_path / "log", {"/hook": refused}
    work, poll = log.with_name("work.log"), log.with_name("poll.log")
    metrics = {"work": free_port(), "poll": free_port()}
    titles = (title.translate({ord(each): "?" for each in "\x00\x07\x1b"}) for title in TITLES)
    with web({"/rss": body(rss(*titles), "application/rss+xml"), **answers}) as site:
        hook = f"{site}/hook?token={secret.hook}"
        worker = start(
            "work",
            log=work,
            variables={
                **plain,
                "COPYDESK_DATABASE_URL": database,
                "COPYDESK_REDIS_URL": redis.url("worker"),
                "COPYDESK_METRICS_PORT": str(metrics["work"]),
                "COPYDESK_WORKER_PROCESSES": "1",
            },
        )
        poller = start(
            "poll", "--feeds", feeds_toml(tmp_path, site),
            log=poll,
            variables={
                **plain,
                "COPYDESK_REDIS_URL": redis.url("ingest"),
                "COPYDESK_METRICS_PORT": str(metrics["poll"]),
                "COPYDESK_WEBHOOK_URLS": hook,
                "COPYDESK_WEBHOOK_SECRET": secret.signing,
                "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
                "COPYDESK_FETCH_ALLOW_PORTS": site.rsplit(":", 1)[1],
            },
        )  # fmt: skip
        try:
            seeded = copydesk(
                "seed", "-", "--json", stdin=hostile_seeds(),
                variables={**plain, "COPYDESK_REDIS_URL": redis.url("ingest")},
            )  # fmt: skip
            assert seeded.counts == {"stored": 3, "quarantined": 1}
            until(lambda: b"webhook.failed" in poll.read_bytes())
            until(lambda: work.read_bytes().count(b"article.settled") == 4 + 3)
            redis.kill()
            time.sleep(3)
            redis.start()
            until(lambda: b"worker.ends_itself" in work.read_bytes() or b"lost" in work.read_bytes())
        finally:
            for process in (poller, worker):
                process.send_signal(signal.SIGTERM)
            codes = [process.wait(60) for process in (poller, worker)]
    assert codes == [0, 0]
    worked, polled = checked(work.read_bytes(), secret), checked(poll.read_bytes(), secret)
    accepted, settled = named(polled, "article.accepted"), named(worked, "article.settled")
    assert (len(accepted), accepted < settled) == (3, True)
    assert {event["event"] for event in worked} >= {"worker.started", "worker.stopped", "article.settled"}
    assert {event["host"] for event in polled if event["event"] == "webhook.failed"} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("command", "variables", "code"),
    [
        ("work", {"COPYDESK_REDIS_URL": "redis://worker:{wrong}@{redis}"}, 3),
        ("poll", {"COPYDESK_REDIS_URL": "redis://ingest:{wrong}@{redis}"}, 3),
        ("work", {"COPYDESK_REDIS_URL": "redis://worker:{wrong}@127.0.0.1:9/0"}, 3),
        ("work", {"COPYDESK_DATABASE_URL": "postgresql://desk:{wrong}@127.0.0.1:9/desk"}, 3),
        ("work", {"COPYDESK_DATABASE_URL": "postgresql://127.0.0.1:9/desk?user=desk&password={wrong}"}, 3),
        ("work", {"COPYDESK_DATABASE_URL": "postgresql:/desk:{wrong}@db/desk"}, 2),
        ("poll", {"COPYDESK_WEBHOOK_SECRET": "{wrong}"}, 2),
        ("poll", {"COPYDESK_POLL_CONCURRENCY": "many\x1b[31m"}, 2),
    ],
)
def test_a_service_that_cannot_start_says_so_in_one_json_line(
    command: str, variables: dict[str, str], code: int, redis: TcpValkey, tmp_path: Path
) -> None:
    secret = Secrets(redis)
    host = redis.url("worker").rsplit("@", 1)[1]
    filled = {name: value.format(wrong=secret.wrong, redis=host) for name, value in variables.items()}
    known = {"COPYDESK_REDIS_URL": redis.url("worker"), "COPYDESK_DATA": str(tmp_path / "data")}
    done = subprocess.run(
        [*COMMAND, command], env=environment({**known, **filled}), capture_output=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (code, b"")
    (event,) = checked(done.stderr, secret)
    assert (event["event"], event["exit_code"]) == ("service.refused", code)


def test_the_logs_of_one_machine_hold_the_same(redis: TcpValkey, tmp_path: Path) -> None:
    seeds, data = tmp_path / "seeds.jsonl", tmp_path / "data"
    seeds.write_text(hostile_seeds())
    done = copydesk("run", "--once", "--seed", seeds, "--data", data)
    assert done.code == 1, done.err
    assert NOT_RAW & set(done.err) == set()
    events = checked((data / "worker.log").read_bytes(), Secrets(redis))
    assert [event["event"] for event in events].count("article.settled") == 4

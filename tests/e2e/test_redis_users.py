"""What the users of deploy/redis/users.acl may not do, and without which secrets Redis does not start."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from shared import routing
from tests.e2e.commands import copydesk
from tests.e2e.servers import REDIS_START, TcpValkey, tcp_valkey

pytestmark = pytest.mark.e2e

RAW = routing.INBOX_ENTRY + "0123456789abcdef"
ADMINISTRATION = (
    "CONFIG GET *", "CONFIG SET maxmemory 1", "FLUSHALL", "FLUSHDB", "KEYS *", "ACL LIST", "ACL WHOAMI",
    "SHUTDOWN", "SAVE", "BGREWRITEAOF", "REPLICAOF NO ONE", "MODULE LIST", "MONITOR", "CLIENT LIST", "CLIENT KILL ID 1",
    "SCRIPT FLUSH", "FUNCTION LIST", "SWAPDB 0 1", "PUBLISH c m", "SUBSCRIBE c",
)  # fmt: skip


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TcpValkey]:
    with tcp_valkey(tmp_path_factory.mktemp("redis") / "data") as server:
        with Redis.from_url(server.url("admin")) as admin:
            admin.hset(RAW, mapping={"meta": "{}", "body": "text"})
            admin.set("another:application", "1")
            admin.set("copydesk:unheard-of", "1")
        yield server


def refused(redis: TcpValkey, user: str, command: str) -> bool:
    with Redis.from_url(redis.url(user)) as client:
        try:
            client.execute_command(*command.split())
        except NoPermissionError:
            return True
        return False


def test_nobody_comes_in_without_a_user_and_its_password(redis: TcpValkey) -> None:
    host = redis.url("ingest").rsplit("@", 1)[1]
    for url in (
        f"redis://{host}",
        f"redis://default:@{host}",
        f"redis://ingest:guess@{host}",
        f"redis://admin:@{host}",
    ):
        with Redis.from_url(url) as client, pytest.raises(AuthenticationError):
            client.ping()


@pytest.mark.parametrize("user", ["ingest", "worker"])
def test_no_service_may_administer(redis: TcpValkey, user: str) -> None:
    assert [command for command in ADMINISTRATION if not refused(redis, user, command)] == []


@pytest.mark.parametrize("user", ["ingest", "worker"])
def test_the_doctor_may_look_as_either_service(redis: TcpValkey, user: str, tmp_path: Path) -> None:
    before = len(redis.denials())
    variables = {"COPYDESK_REDIS_URL": redis.url(user), "COPYDESK_DATA": str(tmp_path)}

    done = copydesk("doctor", "--json", variables=variables)

    assert (done.code, done.err) == (1, "")
    levels = {name: each["level"] for name, each in done.json["checks"].items()}
    assert {name for name, level in levels.items() if level == "error"} == {"worker"}  # none was started
    assert [levels[name] for name in ("redis", "redis_version", "persistence", "eviction", "memory")] == ["ok"] * 5
    assert levels["database"] == "skipped"
    assert len(redis.denials()) == before


@pytest.mark.parametrize("user", ["ingest", "worker"])
def test_no_service_reads_or_writes_keys_that_are_not_its_own(redis: TcpValkey, user: str) -> None:
    for key in ("another:application", "copydesk:unheard-of"):
        assert refused(redis, user, f"GET {key}")
        assert refused(redis, user, f"SET {key} 2")
        assert refused(redis, user, f"DEL {key}")


@pytest.mark.parametrize(
    "command",
    [
        f"HGETALL {RAW}",  # what others handed in
        f"HGET {RAW} body",
        f"XADD {routing.RECEIPTS} * receipts {{}}",
        f"XADD {routing.EVENTS} * seq 1",
        f"HSET {routing.WORKER_PULSE}one beat_at 1",
        f"HGETALL {routing.INBOX_HOLD}",
        f"BRPOP {routing.WORK_QUEUE_KEY} 1",
        f"EVAL return(1) 1 {routing.INBOX_BYTES}",
        "GET copydesk:unacked",
    ],
)
def test_ingest_neither_reads_the_inbox_nor_does_the_workers_part(redis: TcpValkey, command: str) -> None:
    assert refused(redis, "ingest", command)


@pytest.mark.parametrize(
    "command", [f"HSET {routing.FEED_STATE}one etag x", f"DEL {routing.FEED_STATE}one", "SET copydesk:polling:list x"]
)
def test_a_worker_does_not_touch_the_feeds(redis: TcpValkey, command: str) -> None:
    assert refused(redis, "worker", command)


@pytest.mark.parametrize(
    ("secret", "content", "sentence"),
    [
        ("redis_admin_password", None, "The secret redis_admin_password is missing"),
        ("redis_admin_password", "", "is empty or shorter than 24 characters"),
        ("ingest_redis_url", "redis://ingest:copydesk@redis:6379/0", "is empty or shorter than 24 characters"),
        ("ingest_redis_url", "redis://ingest:@redis:6379/0", "is empty or shorter than 24 characters"),
        ("worker_redis_url", "redis://redis:6379/0", "letters and digits only"),
        ("worker_redis_url", "redis://worker:change-me-change-me-change-me@redis:6379/0", "letters and digits only"),
    ],
)
def test_redis_does_not_start_without_passwords_that_were_made_for_it(
    tmp_path: Path, secret: str, content: str | None, sentence: str
) -> None:
    for name in ("redis_admin_password", "ingest_redis_url", "worker_redis_url"):
        (tmp_path / name).write_text("0123456789abcdef0123456789abcdef\n")
    if content is None:
        (tmp_path / secret).unlink()
    else:
        (tmp_path / secret).write_text(content)
    started = subprocess.run(
        [REDIS_START],
        env={"SECRETS": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert sentence in started.stderr
    assert secret in started.stderr
    assert len(started.stderr.splitlines()) == 1

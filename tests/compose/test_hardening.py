"""The containers as the engine sees them: what they may do, how much they may take, and whom they can reach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compose.engine import SERVICES, Stack
from tests.compose.reading import query

pytestmark = pytest.mark.compose

NETWORKS = {
    "redis": {"bus"}, "db": {"data"}, "migrate": {"data"}, "ingest": {"edge", "bus"}, "worker": {"bus", "data"},
}  # fmt: skip
SECRETS = {
    "redis": {"redis_admin_password", "ingest_redis_url", "worker_redis_url"},
    "db": {"owner_database_url", "worker_database_url"},
    "migrate": {"owner_database_url"},
    "ingest": {"ingest_redis_url", "webhook_secret"},
    "worker": {"worker_redis_url", "worker_database_url"},
}

NOT_FOR_THE_WORKER = (
    "CREATE TABLE x (y int)", "CREATE TEMP TABLE x (y int)", "CREATE SCHEMA x", "DROP TABLE articles",
    "TRUNCATE articles",
    "ALTER TABLE articles ADD COLUMN x int", "COPY articles TO PROGRAM 'true'",
)  # fmt: skip

REACH = """
import socket
for host, port in {targets!r}:
    try:
        socket.create_connection((host, port), 3).close()
    except OSError:
        continue
    print(host)
"""


def host_config(stack: Stack, service: str) -> dict[str, Any]:
    return dict(stack.inspect(service)["HostConfig"])


def reached(stack: Stack, service: str, targets: list[tuple[str, int]]) -> set[str]:
    """Of these hosts those to which a process in the service's container gets a connection."""
    return set(stack.compose("exec", "-T", service, "python", "-c", REACH.format(targets=targets)).split())


@pytest.mark.parametrize("service", NETWORKS)
def test_a_container_can_change_nothing_and_become_nobody_else(stack: Stack, service: str) -> None:
    config = host_config(stack, service)
    assert config["ReadonlyRootfs"] is True
    assert (config["CapDrop"], config["CapAdd"], config["Privileged"]) == (["ALL"], None, False)
    assert "no-new-privileges:true" in config["SecurityOpt"]
    assert [mount for mount in stack.inspect(service)["Mounts"] if "docker.sock" in mount["Source"]] == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_process_of_a_container_is_roots_or_has_a_capability(stack: Stack, service: str) -> None:
    script = "for p in /proc/[0-9]*; do grep -hE '^(Uid|CapEff|NoNewPrivs):' $p/status; done"
    lines = {tuple(line.split()) for line in stack.compose("exec", "-T", service, "sh", "-c", script).splitlines()}
    values = {name: {value for key, value, *_ in lines if key == name} for name in ("Uid:", "CapEff:", "NoNewPrivs:")}
    assert "0" not in values["Uid:"]
    assert values["CapEff:"] == {"0000000000000000"}
    assert values["NoNewPrivs:"] == {"1"}


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_can_be_written_but_where_it_has_to(stack: Stack, service: str) -> None:
    done = stack.attempt("exec", "-T", service, "sh", "-c", "touch /etc/x /usr/x /opt/x; true")
    assert done.stderr.count("Read-only file system") == 3
    done = stack.attempt("exec", "-T", service, "sh", "-c", "cp /bin/true /tmp/true && chmod +x /tmp/true && /tmp/true")
    assert (done.returncode, "ermission denied" in done.stderr) == (126, True)


@pytest.mark.parametrize("service", NETWORKS)
def test_what_a_container_may_take_has_an_end(stack: Stack, service: str) -> None:
    container, config = stack.inspect(service), host_config(stack, service)
    assert 0 < config["Memory"] <= 2 * 1024**3
    assert 0 < config["PidsLimit"] <= 256
    assert {limit["Name"]: limit["Hard"] for limit in config["Ulimits"]} == {"nofile": 16384, "core": 0}
    assert config["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "5"}}
    assert config["Init"] is True
    assert service == "migrate" or container["Config"]["StopTimeout"] >= 30


@pytest.mark.parametrize("service", NETWORKS)
def test_a_container_is_on_its_networks_and_publishes_no_port(stack: Stack, service: str) -> None:
    container = stack.inspect(service)
    prefix = f"{stack.project}_"
    assert {name.removeprefix(prefix) for name in container["NetworkSettings"]["Networks"]} == NETWORKS[service]
    assert not container["HostConfig"]["PortBindings"]


def test_only_ingest_has_a_way_out_and_none_to_the_database(stack: Stack) -> None:
    host = stack.inspect("papers")["NetworkSettings"]["Networks"][f"{stack.project}_edge"]
    database = stack.inspect("db")["NetworkSettings"]["Networks"][f"{stack.project}_data"]["IPAddress"]
    targets = [(host["IPAddress"], 80), ("redis", 6379), (database, 5432)]
    assert reached(stack, "ingest", targets) == {host["IPAddress"], "redis"}
    assert reached(stack, "worker", targets) == {"redis", database}


@pytest.mark.parametrize("service", SECRETS)
def test_a_container_sees_its_own_secrets_in_files_and_none_in_its_environment(stack: Stack, service: str) -> None:
    container = stack.inspect(service)
    seen = {mount["Destination"] for mount in container["Mounts"] if mount["Destination"].startswith("/run/secrets/")}
    assert {path.removeprefix("/run/secrets/") for path in seen} == SECRETS[service]
    passwords = [path.read_text().strip() for path in stack.secrets.iterdir()]
    told = " ".join([*container["Config"]["Env"], *container["Config"]["Cmd"]])
    assert [word for word in passwords if word in told] == []


def test_no_password_stands_in_any_log(stack: Stack) -> None:
    logs = stack.compose("logs", "--no-color")
    for path in stack.secrets.iterdir():
        content = path.read_text().strip()
        password = content.split("@")[0].rsplit(":", 1)[-1]
        assert len(password) >= 24
        assert password not in logs, path.name


def test_the_workers_database_role_changes_rows_and_no_tables(stack: Stack) -> None:
    url = "$(cat /run/secrets/worker_database_url | sed s/@db:/@127.0.0.1:/)"
    for statement in NOT_FOR_THE_WORKER:
        done = stack.attempt("exec", "-T", "db", "sh", "-c", f'psql "{url}" --command="{statement}"')
        assert done.returncode == 1, statement
        assert "permission denied" in done.stderr or "must be owner" in done.stderr, done.stderr
    done = stack.attempt("exec", "-T", "db", "sh", "-c", f'psql "{url}" --command="SELECT count(*) FROM articles"')
    assert done.returncode == 0, done.stderr


def test_the_superuser_comes_in_over_the_socket_alone(stack: Stack) -> None:
    assert query(stack, "SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'postgres'") == "t"
    assert query(stack, "SELECT rolsuper::int FROM pg_roles WHERE rolname LIKE 'copydesk%'").split() == ["0", "0"]
    done = stack.attempt(
        "exec", "-T", "-e", "PGPASSWORD=postgres", "db", "psql", "--host=127.0.0.1", "--username=postgres", "copydesk"
    )
    assert "password authentication failed" in done.stderr
    assert query(stack, "SELECT current_setting('password_encryption')") == "scram-sha-256"


def test_redis_reads_its_transactions_back_after_a_kill(stack: Stack) -> None:
    """It checks them against the rights of `default`; a Lua script's writes are a transaction in its file."""
    ask = "REDISCLI_AUTH=$(cat /run/secrets/redis_admin_password) redis-cli --user admin"
    script = "redis.call('set', KEYS[1], 'kept') redis.call('incr', KEYS[2])"
    written = f'{ask} eval "{script}" 2 copydesk:trial copydesk:trial:count'
    stack.compose("exec", "-T", "redis", "sh", "-c", f"{written} && {ask} waitaof 1 0 5000")
    stack.kill("redis")
    stack.up()
    read = stack.compose(
        "exec", "-T", "redis", "sh", "-c", f"{ask} getdel copydesk:trial && {ask} del copydesk:trial:count"
    )
    assert read.split() == ["kept", "1"]


def test_redis_keeps_what_it_takes_and_knows_no_user_without_a_password(stack: Stack) -> None:
    ask = "REDISCLI_AUTH=$(cat /run/secrets/redis_admin_password) redis-cli --user admin"
    for setting, value in {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}.items():
        answer = stack.compose("exec", "-T", "redis", "sh", "-c", f"{ask} config get {setting}").split()
        assert answer == [setting, value]
    assert "NOAUTH" in stack.compose("exec", "-T", "redis", "redis-cli", "ping")
    log = stack.compose("exec", "-T", "redis", "sh", "-c", f"{ask} acl log")
    assert log.strip() in {"", "(empty array)"}, log

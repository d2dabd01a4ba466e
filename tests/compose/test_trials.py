"""The stack scaled, killed, frozen, wiped and restored, upgraded with a full inbox: nothing is lost or comes twice."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.compose.engine import COMMAND_SECONDS, Stack
from tests.compose.reading import query, read_articles, read_status, seed, until

pytestmark = pytest.mark.compose

FROZEN_SECONDS_MAX = 60
CONSUMER = """
import os, signal, sys
from pathlib import Path
for folder in Path("/proc").glob("[0-9]*"):
    words = (folder / "cmdline").read_bytes().split(b"\\0")
    parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
    above = Path("/proc", parent, "cmdline").read_bytes() if parent != "0" else b""
    if b"worker" in words and b"-m" in words and b"work\\0" in above:
        print(folder.name)
        if sys.argv[1:] == ["freeze"]:
            os.kill(int(folder.name), signal.SIGSTOP)
"""
OLDER_SCHEMA = """
from alembic import command
from alembic.config import Config
from worker.settings import load_settings
from worker.storage.engine import make_engine, writing
from worker.storage.tables import SCHEMA_HISTORY
with writing(make_engine(load_settings().effective_database_url)).begin() as connection:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "worker.storage:migrations")
    config.set_main_option("path_separator", "os")
    command.upgrade(config, SCHEMA_HISTORY[0])
"""


def lines(name: str, count: int, *, words: int = 60) -> str:
    """JSON lines of distinct articles whose ids begin with ``name``; the same for the same name."""
    dice = random.Random(name)
    texts = (" ".join(f"{dice.randrange(16**6):06x}" for _ in range(words)) for _ in range(count))
    made = ({"id": f"{name}-{n}", "title": f"{name} {n}", "text": text, "source": name} for n, text in enumerate(texts))
    return "".join(json.dumps(line) + "\n" for line in made)


def stored(stack: Stack, source: str) -> int:
    return int(query(stack, f"SELECT count(*) FROM articles WHERE source = '{source}'"))


def consumer(stack: Stack, *arguments: str) -> list[str]:
    """The pid of the worker's Celery process, as its container counts."""
    return stack.compose("exec", "-T", "worker", "python", "-c", CONSUMER, *arguments).split()


def begin_seed(stack: Stack, folder: Path, content: str, *options: str) -> Any:
    """`seed` of a file in a container of its own, which goes on by itself."""
    given = folder / "given.jsonl"
    given.write_text(content)
    arguments = ("run", "--rm", "-T", "--no-deps", *options, "-v", f"{given}:/given.jsonl:ro", "ingest")
    return stack.begin(*arguments, "seed", "/given.jsonl", log=folder / "seed.log")


def test_three_workers_and_two_pollers_share_the_work(stack: Stack) -> None:
    stack.up("--scale", "worker=3", "--scale", "ingest=2")
    before = {node["name"]: node["settled"] for node in read_status(stack)["worker"]["nodes"]}
    assert len(before) == 3
    report = seed(stack, lines("shared", 2000))
    after = {node["name"]: node["settled"] for node in read_status(stack)["worker"]["nodes"]}
    assert (report["stored"], stored(stack, "shared")) == (2000, 2000)
    assert [name for name in after if after[name] - before[name] < 50] == [], (before, after)


def test_what_was_accepted_outlives_every_container_killed_and_made_anew(stack: Stack, tmp_path: Path) -> None:
    seeding = begin_seed(stack, tmp_path, lines("killed", 1500))
    until(lambda: stored(stack, "killed") >= 50)
    for service in ("worker", "redis", "db", "ingest"):
        stack.kill(service)
    stack.up("--force-recreate")
    assert seeding.wait(COMMAND_SECONDS) == 0, (tmp_path / "seed.log").read_text()
    assert "Redis lost" not in (tmp_path / "seed.log").read_text()  # what the seed would have handed in again
    assert stored(stack, "killed") == 1500
    assert read_status(stack)["inbox"] == {"waiting": 0, "claimed": 0, "bytes": 0, "oldest_seconds": 0.0}


def test_a_worker_whose_consumer_is_frozen_is_unhealthy_within_a_minute_and_works_again(stack: Stack) -> None:
    (frozen,) = consumer(stack, "freeze")
    until(lambda: stack.state("worker")["Health"]["Status"] == "unhealthy", seconds=FROZEN_SECONDS_MAX)
    assert "asked for work" in stack.state("worker")["Health"]["Log"][-1]["Output"]
    assert seed(stack, lines("thawed", 10))["stored"] == 10
    (again,) = consumer(stack)
    assert again != frozen
    assert stack.inspect("worker")["RestartCount"] == 0  # its supervisor did it, not the engine
    stack.wait_until_well()


def test_everything_is_there_again_after_a_backup_a_wipe_and_a_restore(stack: Stack, tmp_path: Path) -> None:
    seed(stack, lines("saved", 20))
    stack.compose("stop", "worker", "ingest")
    waiting = begin_seed(stack, tmp_path, lines("under way", 5))
    until(lambda: "handed in 5" in (tmp_path / "seed.log").read_text())
    waiting.terminate()
    waiting.wait()
    before = query(stack, "SELECT string_agg(public_id, ' ' ORDER BY id) FROM articles")
    dump, inbox = tmp_path / "copydesk.dump", tmp_path / "redis.tar"
    stack.save(dump, "exec", "-T", "db", "pg_dump", "--username=postgres", "--format=custom", "copydesk")
    stack.compose("stop", "redis")
    stack.save(inbox, "run", "--rm", "-T", "--no-deps", "--entrypoint", "tar", "redis", "-C", "/data", "-c", ".")

    stack.compose("down", "--volumes")
    stack.load(inbox, "run", "--rm", "-T", "--no-deps", "--entrypoint", "tar", "redis", "-C", "/data", "-x")
    stack.compose("up", "-d", "db")
    until(lambda: stack.state("db").get("Health", {}).get("Status") == "healthy")
    stack.load(dump, "exec", "-T", "db", "pg_restore", "--username=postgres", "--dbname=copydesk", "--exit-on-error")
    assert query(stack, "SELECT string_agg(public_id, ' ' ORDER BY id) FROM articles") == before

    stack.up()
    until(lambda: stored(stack, "under way") == 5)  # what was in the inbox when it was saved
    again = {name: seed(stack, lines(name, count)) for name, count in (("saved", 20), ("under way", 5))}
    assert {name: report["duplicates"] for name, report in again.items()} == {"saved": 20, "under way": 5}
    assert {article["id"] for article in read_articles(stack)} >= set(before.split())


def test_a_release_with_another_schema_takes_over_a_full_inbox(stack: Stack, tmp_path: Path) -> None:
    stack.compose("down", "--volumes")
    stack.compose("up", "-d", "redis", "db")
    until(lambda: all(stack.state(name).get("Health", {}).get("Status") == "healthy" for name in ("redis", "db")))
    stack.compose("run", "--rm", "-T", "--entrypoint", "python", "migrate", "-c", OLDER_SCHEMA)
    seeding = begin_seed(stack, tmp_path, lines("inherited", 600, words=900), "-e", "COPYDESK_INBOX_MAX_MB=1")
    until(lambda: "full" in (tmp_path / "seed.log").read_text())

    stack.tag_again(f"{stack.project}:next")
    stack.up(COPYDESK_IMAGE=f"{stack.project}:next")
    assert seeding.wait(COMMAND_SECONDS) == 0, (tmp_path / "seed.log").read_text()
    assert stored(stack, "inherited") == 600
    assert stack.inspect("worker")["Config"]["Image"] == f"{stack.project}:next"

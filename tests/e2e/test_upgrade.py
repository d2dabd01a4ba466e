"""This release takes over what an older one left: its schema, articles it had settled, and an inbox full to its bound.

The older release is the real one, out of this repository's history, with the packages of today.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from redis import Redis

from shared import routing
from tests.e2e.commands import Done, Start, copydesk, stop
from tests.e2e.servers import TcpValkey, body, rss, tcp_valkey, web
from tests.e2e.test_one_machine import until

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
RELEASES = {"0001": "6ebd5332b8244da80520c3d89fed8bfd29c9952b", "0002": "c2c5dc4b461f7e4480698d661d0fb78f9b9b209d"}
"""The last commit of each older schema that a release could be made of."""

SETTLED, GIVEN = 40, 500
KEPT = ("id", "source", "title", "text", "url")


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release's commands on the one deployment. ``code``: where an older one was unpacked; None: this one."""

    redis: TcpValkey
    variables: dict[str, str]
    code: Path | None = None

    def copydesk(self, *arguments: object, stdin: str = "") -> Done:
        return copydesk(*arguments, stdin=stdin, seconds=300, variables=self.variables_of(arguments[0]))

    def variables_of(self, command: object) -> dict[str, str]:
        # `run` does the work of both services, and so needs what both may do.
        user = {"seed": "ingest", "poll": "ingest", "run": "admin"}.get(str(command), "worker")
        code = {"PYTHONPATH": str(self.code)} if self.code else {}
        return {**self.variables, **code, "COPYDESK_REDIS_URL": self.redis.url(user)}

    def articles(self) -> dict[str, dict[str, object]]:
        """Every article by its id, with the fields that every release tells."""
        told = self.copydesk("articles", "--all", "--format", "jsonl").jsonl
        assert len({article["id"] for article in told}) == len(told)
        return {article["id"]: {name: article[name] for name in KEPT} for article in told}


def unpacked(commit: str, folder: Path) -> Path:
    """The code of a commit; skips where the history does not reach so far."""
    if shutil.which("git") is None:
        pytest.skip("There is no git here to take an older release from.")
    there = subprocess.run(
        ["git", "-C", ROOT, "cat-file", "-e", f"{commit}^{{commit}}"], check=False, capture_output=True
    )
    if there.returncode:
        pytest.skip(f"The commit {commit} is not in this history (a shallow clone?): git fetch --unshallow brings it.")
    packed = subprocess.run(["git", "-C", ROOT, "archive", commit], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def releases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Release, Release]]:
    """The older release and this one, on one Redis and one database."""
    schema, engine = request.param
    code = unpacked(RELEASES[schema], tmp_path / "older")
    sqlite = f"sqlite:///{tmp_path / 'copydesk.db'}"
    database_url = sqlite if engine == "sqlite" else request.getfixturevalue("postgres_url")
    with tcp_valkey(tmp_path / "redis") as redis:
        variables = {
            "COPYDESK_DATABASE_URL": database_url,
            "COPYDESK_DATA": str(tmp_path / "data"),
            "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        }
        yield Release(redis=redis, variables=variables, code=code), Release(redis=redis, variables=variables)


def random_lines(name: str, count: int) -> str:
    """JSON lines of long, distinct articles; the same for the same name."""
    dice = random.Random(name)
    texts = (" ".join(f"{dice.randrange(16**6):06x}" for _ in range(900)) for _ in range(count))
    made = ({"id": f"{name}-{n}", "title": f"{name} {n}", "text": text, "source": name} for n, text in enumerate(texts))
    return "".join(json.dumps(line) + "\n" for line in made)


def waiting(redis: Redis) -> int:
    return sum(int(redis.zcard(key)) for key in routing.INBOX_WAITING.values())


@pytest.mark.parametrize("releases", [("0001", "postgresql"), ("0002", "sqlite")], ids=str, indirect=True)
def test_this_release_takes_over_a_full_inbox_and_an_older_schema(
    releases: tuple[Release, Release], start: Start, tmp_path: Path
) -> None:
    older, newer = releases
    redis = Redis.from_url(older.redis.url("admin"))
    feed = {"/rss": body(rss("Ferry sinks", "Ferry rises"), "application/rss+xml")}
    with web(feed) as site:
        feeds = tmp_path / "feeds.toml"
        feeds.write_text(f'[[feed]]\nurl = "{site}/rss"\nname = "Courier"\nfull_text = "never"\n')
        for variables in (older.variables, newer.variables):
            variables["COPYDESK_FETCH_ALLOW_PORTS"] = site.rsplit(":", 1)[1]
        before = settled_and_stopped(older, start, tmp_path)
        left = left_in_the_inbox(older, redis, feeds, start, tmp_path)

        refused = newer.copydesk("work")
        assert (refused.code, "copydesk migrate" in refused.err) == (3, True), refused.err
        assert newer.copydesk("doctor", "--json").json["checks"]["schema"]["remedy"] == "Run copydesk migrate."
        assert newer.copydesk("migrate").code == 0
        worker = start("work", log=tmp_path / "new.log", variables=newer.variables_of("work"))
        until(lambda: not waiting(redis) and not redis.zcard(routing.INBOX_CLAIMED), seconds=300)
        assert newer.copydesk("status", "--json").json["totals"]["stored"] == SETTLED + left

        again = newer.copydesk("seed", tmp_path / "given.jsonl", "--json")
        assert again.counts == {"stored": GIVEN - (left - 2), "duplicates": left - 2}
        known = newer.copydesk("seed", tmp_path / "settled.jsonl", "--json")
        assert known.counts == {"duplicates": SETTLED}
        assert stop(worker) == 0
        feed["/rss"] = body(rss("Ferry sinks", "Ferry rises", "Ferry moored"), "application/rss+xml")
        polled = newer.copydesk("run", "--once", "--feeds", feeds)
        assert "stored 1 · revised 0 · copies 0 · duplicates 0 · quarantined 0 · refused 0" in polled.err, polled.err

    articles = newer.articles()
    assert len(articles) == SETTLED + GIVEN + 3
    assert {identity: articles.get(identity) for identity in before} == before
    status = newer.copydesk("status", "--json").json
    assert (status["balance"]["difference"], status["balance"]["unrecorded"]) == (0, 0)


def settled_and_stopped(older: Release, start: Start, folder: Path) -> dict[str, dict[str, object]]:
    """The articles that the older release had stored before its worker was stopped."""
    (folder / "settled.jsonl").write_text(random_lines("settled", SETTLED))
    assert older.copydesk("migrate").code == 0
    worker = start("work", log=folder / "old.log", variables=older.variables_of("work"))
    seeded = older.copydesk("seed", folder / "settled.jsonl", "--json")
    assert seeded.counts == {"stored": SETTLED}, seeded.err
    assert stop(worker) == 0
    return older.articles()


def left_in_the_inbox(older: Release, redis: Redis, feeds: Path, start: Start, folder: Path) -> int:
    """How many raw articles the older release left there: of a feed, and of a seed that met the inbox's bound."""
    poller = start("poll", "--feeds", feeds, log=folder / "poll.log", variables=older.variables_of("poll"))
    until(lambda: waiting(redis) == 2)
    assert stop(poller) == 0
    (folder / "given.jsonl").write_text(random_lines("given", GIVEN))
    bounded = {**older.variables_of("seed"), "COPYDESK_INBOX_MAX_MB": "1"}
    seed = start("seed", folder / "given.jsonl", log=folder / "seed.log", variables=bounded)
    until(lambda: "full" in (folder / "seed.log").read_text())
    stop(seed)
    left = waiting(redis)
    assert 100 < left < GIVEN
    return left

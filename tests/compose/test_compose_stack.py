"""The deployment for real: the shipped image and Compose file, seeded, polled, read back, stopped, started, removed."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compose.engine import BUILD_SECONDS, ROOT, Stack, base_images_missing, compose_command, engine_missing

pytestmark = pytest.mark.compose

ARTICLES = ROOT / "seeds" / "articles"
SHARED = Path(os.environ.get("COPYDESK_SHARED", ROOT.parent / "shared"))
FEED_NAME = "Harbor Notices"
BRIEF = {"id": "brief-1", "title": "Ferry back on time", "text": "The night ferry left Port Elvar on time on Sunday."}
VERDICTS = ("stored", "revised", "copies", "duplicates", "quarantined", "refused")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack, built and up; removed at the end whatever happened."""
    command = compose_command()
    missing = engine_missing() or base_images_missing(SHARED / "docker" / "stand-in-images")
    if missing or command is None:
        pytest.skip(str(missing))
    feeds = tmp_path_factory.mktemp("feeds")
    write_publisher(feeds)
    stack = Stack(project=f"copydesktest{secrets.token_hex(4)}", feeds=feeds, command=command)
    try:
        stack.compose("build", "worker", seconds=BUILD_SECONDS)  # the image of all three
        stack.up()
        yield stack
    finally:
        stack.destroy()


@pytest.fixture(scope="module")
def report(stack: Stack) -> dict[str, Any]:
    """What `seed` said of the sample articles, handed in once."""
    mount = f"{ARTICLES}:/articles:ro"
    return dict(json.loads(stack.compose("run", "--rm", "-T", "-v", mount, "ingest", "seed", "--json", "/articles")))


def write_publisher(folder: Path) -> None:
    """A feed of three entries and the list that names it, readable by the image's user."""
    entries = "".join(
        f"<item><title>Notice {n} to mariners</title><guid isPermaLink='false'>notice-{n}</guid>"
        f"<description>Buoy number {n} off Skarn Island has been moved {n}00 meters to the north, the harbor "
        f"master of Port Elvar said. Ships are asked to keep a lookout for it until the charts are reprinted in "
        f"week {10 + n}.</description></item>"
        for n in (1, 2, 3)
    )
    feed = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Notices</title>{entries}</channel></rss>"
    (folder / "notices.xml").write_text(feed)
    listing = f'[[feed]]\nurl = "http://papers.test/notices.xml"\nname = "{FEED_NAME}"\nfull_text = "never"\n'
    (folder / "feeds.toml").write_text(listing)
    folder.chmod(0o777)


def read_articles(stack: Stack) -> list[dict[str, Any]]:
    """Every article, copies included, as the worker reads them back."""
    lines = stack.compose("exec", "-T", "worker", "copydesk", "articles", "--format", "jsonl", "--all").splitlines()
    return [json.loads(line) for line in lines]


def wait_for_notices(stack: Stack, *, seconds: float = 90) -> list[dict[str, Any]]:
    """The articles of the polled feed, once all three are there."""
    deadline = time.monotonic() + seconds
    while True:
        notices = [article for article in read_articles(stack) if article["source"] == FEED_NAME]
        if len(notices) >= 3 or time.monotonic() > deadline:
            return notices
        time.sleep(1)


def read_status(stack: Stack) -> dict[str, Any]:
    return dict(json.loads(stack.compose("exec", "-T", "worker", "copydesk", "status", "--json")))


def query(stack: Stack, sql: str) -> str:
    """What PostgreSQL itself answers, without Copydesk in between."""
    command = ("psql", "--username=copydesk", "--dbname=copydesk", "--tuples-only", "--no-align", f"--command={sql}")
    return stack.compose("exec", "-T", "db", *command).strip()


def test_the_stack_comes_up_from_the_shipped_files(stack: Stack) -> None:
    assert stack.not_yet_up() is None


def test_the_services_run_as_a_user_without_rights(stack: Stack) -> None:
    for service in ("ingest", "worker"):
        assert stack.compose("exec", "-T", service, "id", "-u").strip() == "10001"


def test_no_port_is_published(stack: Stack) -> None:
    for service in ("redis", "db", "ingest", "worker"):
        assert not stack.inspect(service)["HostConfig"]["PortBindings"]


def test_ingest_is_not_told_where_the_database_is(stack: Stack) -> None:
    variables = [line.partition("=")[0] for line in stack.inspect("ingest")["Config"]["Env"]]
    assert "COPYDESK_REDIS_URL" in variables
    assert "COPYDESK_DATABASE_URL" not in variables


def test_the_sample_articles_are_stored_through_the_stack(report: dict[str, Any]) -> None:
    assert report["stored"] >= 10
    assert report["revised"] == 1
    assert (report["quarantined"], report["refused"]) == (0, 0)


def test_what_was_seeded_is_read_back_from_postgresql(stack: Stack, report: dict[str, Any]) -> None:
    wait_for_notices(stack)
    articles = read_articles(stack)
    seeded = [article for article in articles if article["source"] != FEED_NAME]
    assert len(seeded) == report["stored"] + report["copies"]
    assert len({article["id"] for article in articles}) == len(articles)
    assert int(query(stack, "SELECT count(*) FROM articles")) == len(articles)


def test_a_feed_is_polled_and_its_entries_are_stored(stack: Stack) -> None:
    assert sorted(notice["title"] for notice in wait_for_notices(stack)) == [
        f"Notice {number} to mariners" for number in (1, 2, 3)
    ]


def test_a_seed_through_a_pipe_is_settled_and_known_the_second_time(stack: Stack, report: dict[str, Any]) -> None:
    def seed_brief() -> dict[str, Any]:
        line = json.dumps(BRIEF) + "\n"
        return dict(json.loads(stack.compose("run", "--rm", "-T", "ingest", "seed", "--json", "-", stdin=line)))

    first, second = seed_brief(), seed_brief()
    assert {name: first[name] for name in VERDICTS if first[name]} == {"stored": 1}
    assert {name: second[name] for name in VERDICTS if second[name]} == {"duplicates": 1}


def test_status_counts_what_the_reports_and_the_feed_said(stack: Stack, report: dict[str, Any]) -> None:
    wait_for_notices(stack)
    briefs = sum(article["title"] == BRIEF["title"] for article in read_articles(stack))
    status = read_status(stack)
    expected = {name: report[name] for name in VERDICTS}
    expected["stored"] += 3 + briefs
    assert status["totals"] == expected
    assert (status["inbox"]["waiting"], status["inbox"]["claimed"], status["inbox"]["bytes"]) == (0, 0, 0)


def test_no_service_had_to_be_restarted_so_far(stack: Stack) -> None:
    assert stack.not_yet_up() is None
    assert [stack.inspect(service)["RestartCount"] for service in ("redis", "db", "ingest", "worker")] == [0, 0, 0, 0]


def test_everything_is_still_there_after_down_and_up(stack: Stack, report: dict[str, Any]) -> None:
    wait_for_notices(stack)
    articles, totals = read_articles(stack), read_status(stack)["totals"]
    stack.compose("down")
    assert stack.inspect("worker") == {}
    stack.up()
    assert read_articles(stack) == articles
    assert read_status(stack)["totals"] == totals


def test_removing_the_stack_leaves_nothing_behind(stack: Stack) -> None:
    assert stack.leftovers()
    stack.destroy()
    assert stack.leftovers() == []

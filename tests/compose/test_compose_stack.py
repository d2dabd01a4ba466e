"""The deployment for real: the shipped image and Compose file, seeded, polled, read back, stopped, started."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.compose.engine import ROOT, Stack
from tests.compose.publisher import FEED_NAME, TITLES
from tests.compose.reading import query, read_articles, read_status, seed, wait_for_notices

pytestmark = pytest.mark.compose

ARTICLES = ROOT / "seeds" / "articles"
BRIEF = {"id": "brief-1", "title": "Ferry back on time", "text": "The night ferry left Port Elvar on time on Sunday."}
VERDICTS = ("stored", "revised", "copies", "duplicates", "quarantined", "refused")


@pytest.fixture(scope="module")
def report(stack: Stack) -> dict[str, Any]:
    """What `seed` said of the sample articles, handed in once."""
    mount = f"{ARTICLES}:/articles:ro"
    return dict(json.loads(stack.compose("run", "--rm", "-T", "-v", mount, "ingest", "seed", "--json", "/articles")))


def test_the_stack_comes_up_from_the_shipped_files(stack: Stack) -> None:
    assert stack.not_yet_up() is None


def test_ingest_is_not_told_where_the_database_is(stack: Stack) -> None:
    variables = [line.partition("=")[0] for line in stack.inspect("ingest")["Config"]["Env"]]
    assert "COPYDESK_REDIS_URL_FILE" in variables
    assert [name for name in variables if "DATABASE" in name] == []
    mounts = [mount["Destination"] for mount in stack.inspect("ingest")["Mounts"]]
    assert [path for path in mounts if "database" in path] == []


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
    assert sorted(notice["title"] for notice in wait_for_notices(stack)) == TITLES


def test_a_seed_through_a_pipe_is_settled_and_known_the_second_time(stack: Stack, report: dict[str, Any]) -> None:
    line = json.dumps(BRIEF) + "\n"
    first, second = seed(stack, line), seed(stack, line)
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

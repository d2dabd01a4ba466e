from __future__ import annotations

from typing import Any

import pytest

from copydesk.contradictions import Machine, contradictions, crowded_domain
from copydesk.examining import machine
from ingest.feedlist.sources import FeedSource
from ingest.settings import IngestSettings
from worker.settings import WorkerSettings

ROOMY = Machine(open_files=16_384, memory_bytes=8 * 1024**3, processors=2)
SECRET = "whsec_" + "A" * 32
HOOK = ("https://desk.example/hook",)


def found(*, machine: Machine = ROOMY, ingest: dict[str, Any] | None = None, **worker: Any) -> list[str]:
    """What is found, each with its level and remedy, of a worker and a poller with these settings."""
    settings = WorkerSettings(**{"worker_processes": 2, **worker})
    told = contradictions(IngestSettings(**(ingest or {})), settings, machine)
    return [f"{each.level}: {each.found}. {each.remedy}" for each in told]


def test_the_defaults_agree_with_each_other() -> None:
    assert found() == []
    assert found(ingest={"webhook_urls": HOOK, "webhook_secret": SECRET}) == []


@pytest.mark.parametrize(
    ("given", "level", "said"),
    [
        ({"ingest": {"page_pause_seconds": 600}}, "warning", "Raise COPYDESK_PAGE_ROUND_SECONDS"),
        (
            {"machine": Machine(open_files=256, memory_bytes=8 * 1024**3, processors=2)},
            "warning",
            "need 300 open files",
        ),
        ({"ingest": {"inbox_max_mb": 5}}, "warning", "no room for a raw article of 5 MB"),
        ({"ingest": {"webhook_urls": HOOK}}, "error", "Set COPYDESK_WEBHOOK_SECRET"),
        (
            {"ingest": {"webhook_urls": ("https://desk.example:8443/",), "webhook_secret": SECRET}},
            "error",
            "Add 8443 to COPYDESK_FETCH_ALLOW_PORTS",
        ),
        (
            {"ingest": {"webhook_urls": HOOK, "webhook_secret": SECRET}, "events_retention_days": 0.5},
            "warning",
            "Set COPYDESK_EVENTS_RETENTION_DAYS to 1",
        ),
        ({"ingest": {"metrics_host": "0.0.0.0"}}, "warning", "Set COPYDESK_METRICS_PORT"),
        ({"articles_retention_days": 29}, "warning", "Lower COPYDESK_DEDUP_WINDOW_DAYS"),
        ({"articles_retention_days": 60, "raw_retention_days": 61}, "warning", "kept for 61 days"),
        ({"articles_retention_days": 60, "raw_retention_days": 0}, "warning", "kept for ever"),
        ({"worker_memory_mb": 8193}, "warning", "one child may take 8193 MB, and there are 8192 MB"),
        ({"worker_processes": 9}, "warning", "9 children share 2 processors"),
    ],
)
def test_a_contradiction_is_told_alone_with_what_to_do(given: dict[str, Any], level: str, said: str) -> None:
    (told,) = found(**given)
    assert told.startswith(level)
    assert said in told


@pytest.mark.parametrize(
    "given",
    [
        {"ingest": {"page_pause_seconds": 599}},
        {"machine": Machine(open_files=300, memory_bytes=2 * 1024**3, processors=1)},
        {"ingest": {"inbox_max_mb": 6}},
        {
            "ingest": {
                "webhook_urls": ("https://desk.example:8443/",), "webhook_secret": SECRET, "fetch_allow_ports": (8443,),
            },
        },
        {"events_retention_days": 0.5},
        {"ingest": {"metrics_host": "0.0.0.0", "metrics_port": 9464}},
        {"articles_retention_days": 30, "raw_retention_days": 30},
        {"worker_processes": 8},
    ],
)  # fmt: skip
def test_what_just_agrees_is_not_told(given: dict[str, Any]) -> None:
    assert found(**given) == []


def test_a_workers_settings_do_not_count_where_only_a_poller_runs() -> None:
    wrong: dict[str, Any] = {"worker_memory_mb": 9000, "articles_retention_days": 1, "redis_url": "redis://bus/0"}
    assert found(**wrong) == []
    assert len(found(**wrong, database_url="postgresql://db/copydesk")) == 2


def feeds(count: int, **fields: Any) -> list[FeedSource]:
    return [FeedSource(url=f"https://{n}.courier.example/rss", **fields) for n in range(count)]


@pytest.mark.parametrize(
    ("listed", "pause", "said"),
    [
        (feeds(900), 2, None),
        (feeds(901), 2, "901 feeds of courier.example take 30 minutes to be asked, and are due after 30"),
        (
            feeds(31, interval_minutes=1),
            2,
            "31 feeds of courier.example take 1 minutes to be asked, and are due after 1",
        ),
        ([*feeds(900), FeedSource(url="https://other.example/rss")], 2, None),
        (feeds(901, enabled=False), 2, None),
        ([], 2, None),
    ],
)
def test_feeds_of_one_domain_have_to_be_asked_before_they_are_due_again(
    listed: list[FeedSource], pause: float, said: str | None
) -> None:
    crowded = crowded_domain(listed, pause_seconds=pause)
    assert (crowded.found if crowded else None) == said


def test_what_this_machine_has_is_read_from_it() -> None:
    here = machine()
    assert here.open_files > 0
    assert here.memory_bytes > 64 * 1024**2
    assert here.processors >= 1

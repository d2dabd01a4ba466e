from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakeredis import FakeAsyncRedis
from structlog.testing import capture_logs

from ingest.documents.entry import Entry, NotAFeed, ParsedFeed
from ingest.feedlist.sources import FeedSource
from ingest.polling.feed_poll import FeedPoll
from ingest.polling.intake import Intake
from ingest.polling.poll_report import PollReport
from ingest.polling.state import FeedStates
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome, NotModified
from ingest.web.politeness import HostGate
from tests.ingest.fakes import FakeInbox

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
FEED = FeedSource(url="https://harbour.example/rss")
BODY = Fetched(url=FEED.url, body=b"<rss/>", content_type=None, etag='"v1"', last_modified=None)


class Scripted:
    """Stands for the fetcher and the reader: gives what the test laid down, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.outcomes: list[FetchOutcome] = []
        self.documents: list[ParsedFeed | NotAFeed] = []
        self.asked: list[dict[str, object]] = []

    async def fetch(self, _url: str, **asked: object) -> FetchOutcome:
        self.asked.append(asked)
        return self.outcomes.pop(0)

    async def read_feed(self, _data: bytes, **_named: object) -> ParsedFeed | NotAFeed:
        return self.documents.pop(0)


@pytest.fixture
async def redis() -> AsyncIterator[FakeAsyncRedis]:
    client = FakeAsyncRedis()
    yield client
    await client.aclose()


async def polls(
    redis: FakeAsyncRedis, outcomes: Sequence[FetchOutcome], *, documents: Sequence[ParsedFeed | NotAFeed] = ()
) -> tuple[list[PollReport], Scripted, FakeInbox]:
    script, inbox, states = Scripted(), FakeInbox(redis), FeedStates(redis)
    script.outcomes, script.documents = list(outcomes), list(documents)
    one = FeedPoll(
        intake=Intake(inbox=inbox, states=states, patience_seconds=0),
        states=states,
        fetcher=script,  # type: ignore[arg-type]
        reader=script,  # type: ignore[arg-type]
        gate=HostGate(pause_seconds=0),
        now=lambda: NOW,
        chance=lambda: 0.0,
    )
    reports = [await one.poll(FEED) for _ in outcomes]
    return [report for report in reports if isinstance(report, PollReport)], script, inbox


def document(*guids: str, whole: bool = True) -> ParsedFeed:
    entries = tuple(Entry(guid=guid, title=guid, content_digest=b"12345678") for guid in guids)
    return ParsedFeed(kind="rss20", entries=entries, whole=whole)


async def test_validators_of_a_whole_feed_are_kept_and_those_of_a_cut_one_are_not(redis: FakeAsyncRedis) -> None:
    documents = [document("a", whole=False), document("a", "b")]
    _, script, inbox = await polls(redis, [BODY, BODY, NotModified()], documents=documents)
    sent = [asked["validators"].headers for asked in script.asked]  # type: ignore[attr-defined]
    assert sent == [{}, {}, {"If-None-Match": '"v1"'}]
    assert inbox.titles == ["a", "b"]


async def test_a_document_that_is_no_feed_keeps_no_validators_either(redis: FakeAsyncRedis) -> None:
    refused = NotAFeed(sentence="this is a web page, not a feed", feed_links=("https://harbour.example/feed",))
    reports, script, _ = await polls(redis, [BODY, BODY], documents=[refused, refused])
    assert [report.reason for report in reports] == ["not_a_feed", "not_a_feed"]
    assert reports[0].feed_links == refused.feed_links
    assert script.asked[1]["validators"].headers == {}  # type: ignore[attr-defined]
    assert reports[1].next_poll_at == NOW + timedelta(hours=2)


async def test_an_answer_that_nobody_asked_for_is_logged(redis: FakeAsyncRedis) -> None:
    with capture_logs() as logged:
        (report,), _, _ = await polls(redis, [NotModified(asked=False)])
    assert report.outcome == "unchanged"
    assert [entry["event"] for entry in logged] == ["feed.unasked_not_modified"]


async def test_the_state_counts_entries_and_articles(redis: FakeAsyncRedis) -> None:
    second = replace(BODY, body=b"<rss> </rss>")
    await polls(redis, [BODY, second], documents=[document("a", "b"), document("c", "b")])
    state = await FeedStates(redis).load(FEED.feed_id)
    assert (state.entries, state.accepted_total, state.last_success_at) == (2, 3, NOW)


async def test_a_failure_keeps_what_was_known_of_the_feed(redis: FakeAsyncRedis) -> None:
    failed = FetchFailed(reason="http_status", status=503, sentence="the server has trouble", retry_after="3600")
    (_, report), _, _ = await polls(redis, [BODY, failed], documents=[document("a")])
    state = await FeedStates(redis).load(FEED.feed_id)
    assert (state.etag, state.failures, state.last_error_code) == ('"v1"', 1, "http_503")
    assert report.next_poll_at == NOW + timedelta(hours=1)

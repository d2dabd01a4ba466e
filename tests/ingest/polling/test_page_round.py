"""Articles' pages, from real servers through the poller into the inbox."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from ingest.documents.feed_reader import FeedReader, ReadLimits
from ingest.feedlist.sources import FeedSource
from ingest.polling.page_reasons import in_words
from tests.ingest.loopback import answer
from tests.ingest.polling.conftest import Starts
from tests.ingest.polling.site import PAGE, rss, site


@pytest.fixture(scope="module")
def reader() -> Iterator[FeedReader]:
    one = FeedReader(processes=1, limits=ReadLimits(seconds=5))
    yield one
    asyncio.run(one.close())


async def test_a_teasers_article_comes_from_its_page_with_what_the_feed_states(reader: FeedReader) -> None:
    async with site(reader, "/a", "/b") as one:
        report = await one.poll(timezone="Europe/Oslo")
        raw = one.accepted("/a")
    assert report.sentence == "2 new of 2 entries; 2 with their page"
    assert (raw.kind, raw.from_page, raw.charset, raw.url) == ("page", True, "utf-8", f"{one.base}/a")
    assert b"here is all of it" in raw.body
    assert (raw.stated.title, raw.stated.summary, raw.timezone) == ("/a", "The ferry sailed", "Europe/Oslo")
    assert (raw.flags, raw.entry_key, raw.lane) == ((), "/a", "live")
    assert one.asked == ["/feed", "/robots.txt", "/b", "/a"]


async def test_the_second_poll_asks_for_no_page_again_and_is_conditional(reader: FeedReader) -> None:
    async with site(reader, "/a") as one:
        await one.poll()
        one.answers["/feed"] = answer(status="304 Not Modified")
        report = await one.poll()
    assert report.sentence == "nothing new (304 Not Modified)"
    assert one.asked == ["/feed", "/robots.txt", "/a", "/feed"]
    assert 'If-None-Match: "v1"' in one.server.requests[-1]


@pytest.mark.parametrize(
    ("rule", "text", "asked"),
    [
        ("never", "A teaser", False),
        ("auto", "A teaser", True),
        ("auto", "The ferry sailed from the harbour. " * 60, False),
        ("always", "The ferry sailed from the harbour. " * 60, True),
    ],
)
async def test_a_page_is_asked_for_as_the_feed_is_set(reader: FeedReader, rule: str, text: str, asked: bool) -> None:
    async with site(reader, "/a") as one:
        one.answers["/feed"] = answer(rss(one.base, "/a", text=text))
        await one.poll(full_text=rule)
    assert ("/a" in one.asked, one.accepted("/a").kind) == (asked, "page" if asked else "fragment")


ROBOTS = answer(b"User-agent: *\nDisallow: /a")
FAILURES = {
    "page_robots": ({"robots_txt": ROBOTS}, "robots_disallowed"),
    "page_refused": ({"a": answer(status="402 Payment Required")}, "http_402"),
    "page_gone": ({"a": answer(status="404 Not Found")}, "http_404"),
    "page_not_html": ({"a": answer(b'{"a": 1}', headers={"Content-Type": "application/json"})}, "not_html"),
}


@pytest.mark.parametrize("flag", FAILURES)
async def test_without_its_page_an_article_is_what_the_feed_has_and_says_why(reader: FeedReader, flag: str) -> None:
    answers, reason = FAILURES[flag]
    async with site(reader, "/a", "/b", **answers) as one:  # type: ignore[arg-type]
        report = await one.poll()
        again = await one.poll()
        raw, other = one.accepted("/a"), one.accepted("/b")
    assert (raw.kind, raw.from_page, raw.body, raw.url) == ("fragment", False, b"The ferry sailed", f"{one.base}/a")
    assert raw.flags == ("page_unavailable", flag)
    assert other.kind == "page"
    assert report.sentence == f"2 new of 2 entries; 1 with their page, 1 without (1 {in_words(reason)})"
    assert again.outcome == "unchanged"  # for good: it is not asked for again
    assert "If-None-Match" in one.server.requests[-1]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(answer(status="500 Oops"), "http_500", id="500"),
        pytest.param(answer(PAGE, length=10**6), "truncated", id="cut off"),
    ],
)
async def test_a_page_that_fails_for_now_is_made_up_for_at_the_next_poll(
    reader: FeedReader, reply: bytes, reason: str
) -> None:
    async with site(reader, "/a", a=reply) as one:
        first = await one.poll()
        assert one.accepted("/a").flags == ("page_unavailable", "page_failed")
        assert (await one.state()).etag == ""
        one.answers["/a"] = PAGE
        second = await one.poll()
        third = await one.poll()
    assert first.sentence == f"1 new of 1 entries; 1 without (1 {in_words(reason)})"
    assert second.sentence == "1 new of 1 entries; 1 with their page"
    assert [raw.kind for raw in one.inbox.accepted] == ["fragment", "page"]
    assert third.outcome == "unchanged"


async def test_after_three_polls_a_page_is_given_up_and_the_article_was_accepted_once(reader: FeedReader) -> None:
    async with site(reader, "/a", a=answer(status="500 Oops")) as one:
        for _ in range(5):
            await one.poll()
    assert one.asked.count("/a") == 3
    assert len(one.inbox.accepted) == 1
    assert "If-None-Match" in one.server.requests[-1]


async def test_where_robots_txt_cannot_be_had_no_page_is_asked_for(reader: FeedReader) -> None:
    async with site(reader, "/a", robots_txt=answer(status="503 Oops")) as one:
        report = await one.poll()
    assert one.accepted("/a").flags == ("page_unavailable", "page_robots")
    assert "1 robots.txt could not be had" in report.sentence
    assert "/a" not in one.asked


async def test_each_hop_of_a_redirect_is_asked_for_by_the_rules_and_the_end_answers_for_the_text(
    reader: FeedReader,
) -> None:
    moved = answer(status="302 Found", headers={"Location": "/end?x=1#top"})
    forbidden = answer(status="302 Found", headers={"Location": "/secret"})
    inside = answer(status="302 Found", headers={"Location": "http://10.0.0.1/"})
    loop = answer(status="302 Found", headers={"Location": "/loop"})
    robots = answer(b"User-agent: *\nDisallow: /secret")
    async with site(
        reader, "/a", "/b", "/c", "/loop", a=moved, b=forbidden, c=inside, loop=loop, robots_txt=robots
    ) as one:
        one.answers["/end?x=1"] = PAGE
        await one.poll()
    assert (one.accepted("/a").kind, one.accepted("/a").url) == ("page", f"{one.base}/end?x=1")
    assert one.accepted("/b").flags[1] == "page_robots"
    assert one.accepted("/c").flags[1] == "page_refused"
    assert one.accepted("/loop").flags[1] == "page_failed"
    assert "/secret" not in one.asked
    assert one.asked.count("/loop") == 6


async def test_pages_of_a_domain_come_one_at_a_time_with_their_pause(reader: FeedReader, starts: Starts) -> None:
    async with site(reader, "/a", "/b", "/c", pause=0.3) as one:
        await one.poll()
    assert one.asked == ["/feed", "/robots.txt", "/c", "/b", "/a"]
    assert len(starts.pages) == 4
    assert all(later - earlier >= 0.299 for earlier, later in pairwise(starts.pages))


async def test_feeds_go_between_the_pages_of_their_domain(reader: FeedReader) -> None:
    async with site(reader, "/a", "/b", pause=1) as one:
        polling = asyncio.create_task(one.poll())
        await _until(lambda: "/robots.txt" in one.asked)
        one.answers["/other"] = answer(rss(one.base))
        one.poller._gate._page_pause_seconds = 3600  # no page can come before the feed has been asked
        await asyncio.wait_for(one.poller.once([FeedSource(url=f"{one.base}/other")]), 30)
        assert "/other" in one.asked
        assert not polling.done()
        polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await polling


async def test_a_crawl_delay_is_kept(reader: FeedReader, starts: Starts) -> None:
    async with site(reader, "/a", "/b", robots_txt=answer(b"User-agent: *\nCrawl-delay: 0.3")) as one:
        await one.poll()
    robots, first, second = starts.pages
    assert robots <= first
    assert second - first >= 0.299


async def test_what_is_not_reached_in_time_is_taken_as_it_is_and_made_up_for(reader: FeedReader) -> None:
    # The second page is never reached: it would come 2 s after robots.txt. The first has 0.9 s to be late in.
    async with site(reader, "/a", "/b", "/c", pause=1.0, round_seconds=1.9) as one:
        first = await one.poll()
        flags = sorted(one.accepted(path).flags for path in ("/a", "/b", "/c"))
        assert flags == [(), ("page_unavailable", "page_deferred"), ("page_unavailable", "page_deferred")]
        for _ in range(2):
            await one.poll()
    assert first.sentence == "3 new of 3 entries; 1 with their page, 2 without (2 not reached in this poll)"
    assert {one.accepted(path).kind for path in ("/a", "/b", "/c")} == {"page"}


async def test_a_server_that_wants_rest_gets_it_from_pages_too(reader: FeedReader) -> None:
    busy = answer(status="429 Too Many Requests", headers={"Retry-After": "7200"})
    async with site(reader, "/a", "/b", "/c", c=busy) as one:
        report = await one.poll()
        feed = await one.poll()
    assert one.asked == ["/feed", "/robots.txt", "/c"]
    assert (
        "3 without (2 the server wants rest or does not answer, 1 the server wants to be asked less often (429))"
        in report.sentence
    )
    assert feed.reason == "host_paused"


async def test_an_entry_is_not_remembered_before_its_page_came(reader: FeedReader) -> None:
    waiting = asyncio.Event()

    async def waits(_head: bytes, writer: asyncio.StreamWriter) -> None:
        waiting.set()
        await asyncio.sleep(3600)

    async with site(reader, "/a", "/b", a=waits) as one:
        stop = asyncio.Event()
        feeds = [FeedSource(url=f"{one.base}/feed")]
        running = asyncio.create_task(one.poller.run(lambda: feeds, stop=stop))
        await asyncio.wait_for(waiting.wait(), 30)
        stop.set()  # a page under way is let go of at once: it is not taken for one that failed
        await asyncio.wait_for(running, 30)
        assert [raw.entry_key for raw in one.inbox.accepted] == ["/b"]
        assert (await one.state()).etag == ""
        one.answers["/a"] = PAGE
        await one.poll()
    assert [(raw.entry_key, raw.kind) for raw in one.inbox.accepted] == [("/b", "page"), ("/a", "page")]


async def test_entries_that_need_no_page_do_not_wait_for_those_that_do(reader: FeedReader) -> None:
    waiting = asyncio.Event()

    async def waits(_head: bytes, writer: asyncio.StreamWriter) -> None:
        waiting.set()
        await asyncio.sleep(3600)

    async with site(reader, "/a", a=waits) as one:
        whole = (
            f"<item><guid>whole</guid><description>{'The ferry sailed from the harbour. ' * 60}</description></item>"
        )
        document = rss(one.base, "/a").replace(b"</channel>", whole.encode() + b"</channel>")
        one.answers["/feed"] = answer(document)
        polling = asyncio.create_task(one.poll())
        await asyncio.wait_for(waiting.wait(), 10)
        assert [raw.entry_key for raw in one.inbox.accepted] == ["whole"]
        await polling


async def test_a_full_inbox_ends_the_pages_and_nothing_is_lost(reader: FeedReader) -> None:
    async with site(reader, "/a", "/b") as one:
        one.inbox.room = 1
        report = await one.poll()
        assert (report.outcome, report.accepted) == ("inbox_full", 1)
        one.inbox.room = None
        one.poller._one._intake._full_until = 0.0
        await one.poll()
    assert sorted(raw.entry_key for raw in one.inbox.accepted) == ["/a", "/b"]


async def test_an_update_that_only_the_feeds_time_tells_of_is_followed_to_the_page(reader: FeedReader) -> None:
    def atom(base: str, updated: str) -> bytes:
        return answer(
            f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>Ferry</title><link href="{base}/a"/>'
            f"<published>2026-03-03T08:00:00Z</published><updated>{updated}</updated><summary>It sails.</summary>"
            f"</entry></feed>".encode()
        )

    async with site(reader, "/a") as one:
        for hour, times in (("08", 1), ("09", 2), ("09", 2), ("11", 3)):
            one.answers["/feed"] = atom(one.base, f"2026-03-03T{hour}:00:00Z")
            await one.poll()
            assert one.asked.count("/a") == times
        for day in ("06", "07"):  # more than 48 h later: once more, as the first of its kind, then no longer
            one.answers["/feed"] = atom(one.base, f"2026-03-{day}T08:00:00Z")
            await one.poll()
    assert one.asked.count("/a") == 4


async def _until(met: Callable[[], bool], *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.01)

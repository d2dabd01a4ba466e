from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from ingest.web.fetcher import ROBOTS_ACCEPT, Fetcher
from ingest.web.guard import Guard
from ingest.web.limits import Limits
from ingest.web.politeness import HostGate
from ingest.web.robots import KEPT_SECONDS, STALE_SECONDS, UNREACHABLE_SECONDS, Allowed, Disallowed, Robots
from tests.ingest.loopback import Loopback, Talk, answer, hangs, loopback, repeats, says

ALLOWED, NO, UNREACHABLE = "allowed", "robots_disallowed", "robots_unreachable"
QUICK = Limits(connect_seconds=0.5, read_seconds=0.3, total_seconds=0.6, body_bytes=650_000, keep_beginning=True)


@dataclass(kw_only=True)
class Asked:
    robots: Robots
    server: Loopback
    clock: list[float] = field(default_factory=lambda: [1000.0])

    async def says_of(self, path: str) -> str:
        said = await self.robots.may_fetch(f"http://127.0.0.1:{self.server.port}{path}")
        return ALLOWED if isinstance(said, Allowed) else said.reason

    @property
    def paths(self) -> list[str]:
        return [request.split()[1] for request in self.server.requests]


@contextlib.asynccontextmanager
async def asked(talk: Talk) -> AsyncIterator[Asked]:
    clock = [1000.0]
    gate = HostGate(pause_seconds=0, page_pause_seconds=0)
    async with loopback(talk) as server:
        guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[server.port])
        async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK, accept=ROBOTS_ACCEPT) as fetcher:
            robots = Robots(fetcher=fetcher, turn=gate.page_turn, clock=lambda: clock[0])
            yield Asked(robots=robots, server=server, clock=clock)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        # RFC 9309, 2.2.1: the group of our product token, compared without case, else that of *
        pytest.param("User-agent: *\nDisallow: /", "/a", NO, id="everybody"),
        pytest.param("User-agent: copydesk\nDisallow: /", "/a", NO, id="us, in lower case"),
        pytest.param("User-agent: Copydesk/9.9\nDisallow: /", "/a", NO, id="us, with a version"),
        pytest.param(
            "User-agent: *\nDisallow: /\nUser-agent: Copydesk\nAllow: /", "/a", ALLOWED, id="our own group wins"
        ),
        pytest.param("User-agent: Otherbot\nDisallow: /", "/a", ALLOWED, id="another robot"),
        pytest.param(
            "User-agent: Copydesk\nDisallow: /a\nUser-agent: Copydesk\nDisallow: /b", "/b", NO, id="groups are merged"
        ),
        pytest.param("User-agent: Otherbot\nUser-agent: Copydesk\nDisallow: /a", "/a", NO, id="one group for two"),
        # 2.2.2: the longest match decides, and of equals the allowing one
        pytest.param("User-agent: *\nDisallow: /news\nAllow: /news/open", "/news/open/1", ALLOWED, id="longer allow"),
        pytest.param("User-agent: *\nAllow: /news\nDisallow: /news/paid", "/news/paid/1", NO, id="longer disallow"),
        pytest.param("User-agent: *\nDisallow: /news\nAllow: /news", "/news", ALLOWED, id="a tie"),
        pytest.param("User-agent: *\nDisallow:", "/a", ALLOWED, id="an empty disallow"),
        pytest.param("User-agent: *\nDisallow: /News", "/news", ALLOWED, id="paths have case"),
        # 2.2.3: * and $
        pytest.param("User-agent: *\nDisallow: /*/print$", "/a/b/print", NO, id="a wildcard and an end"),
        pytest.param("User-agent: *\nDisallow: /*/print$", "/a/b/print?x=1", ALLOWED, id="not at the end"),
        pytest.param("User-agent: *\nDisallow: /*.php", "/a.php?x=1", NO, id="a wildcard in the middle"),
        pytest.param("User-agent: *\nDisallow: /a?utm=", "/a?utm=1", NO, id="a query"),
        pytest.param("User-agent: *\nDisallow: /%EC%86%8D%EB%B3%B4", "/속보/1", NO, id="percent-encoded and not"),
        # 2.2: lines that are none are skipped, comments and line ends of all kinds
        pytest.param("User-agent: * # all\r\nDisallow: /a # here\r\n", "/a", NO, id="comments, CR LF"),
        pytest.param("\ufeffUser-agent: *\nDisallow: /a", "/a", NO, id="a byte order mark"),
        pytest.param("Disallow: /a", "/a", ALLOWED, id="a rule of no group"),
        pytest.param("<!doctype html><html><body>Not found</body></html>", "/a", ALLOWED, id="a page in its place"),
        pytest.param("User-agent: *\nSitemap: https://x.example/s.xml\nDisallow: /a", "/a", NO, id="a sitemap inside"),
        pytest.param("   \n", "/a", ALLOWED, id="nothing in it"),
    ],
)
async def test_the_rules_are_read_as_rfc_9309_has_them(text: str, path: str, expected: str) -> None:
    async with asked(says(answer(text.encode()))) as one:
        assert await one.says_of(path) == expected
        assert one.paths == ["/robots.txt"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(says(answer(status="404 Not Found")), ALLOWED, id="404"),
        pytest.param(says(answer(status="401 Unauthorized")), ALLOWED, id="401"),
        pytest.param(says(answer(status="403 Forbidden")), ALLOWED, id="403"),
        pytest.param(says(answer(status="410 Gone")), ALLOWED, id="410"),
        pytest.param(says(answer(b"")), ALLOWED, id="an empty file"),
        pytest.param(says(answer(status="302 Found", headers={"Location": "/robots.txt"})), ALLOWED, id="a loop"),
        pytest.param(says(answer(status="429 Too Many Requests")), UNREACHABLE, id="429"),
        pytest.param(says(answer(status="500 Internal Server Error")), UNREACHABLE, id="500"),
        pytest.param(says(answer(status="503 Service Unavailable")), UNREACHABLE, id="503"),
        pytest.param(says(b""), UNREACHABLE, id="it breaks off"),
        pytest.param(hangs, UNREACHABLE, id="it hangs"),
        pytest.param(
            says(answer(status="302 Found", headers={"Location": "http://10.0.0.1/robots.txt"})),
            UNREACHABLE,
            id="a redirect into a private network",
        ),
    ],
)
async def test_without_a_robots_txt_all_is_allowed_and_with_an_unreachable_one_nothing(
    reply: Talk, expected: str
) -> None:
    async with asked(reply) as one:
        assert await one.says_of("/a") == expected


async def test_of_a_long_file_the_beginning_counts() -> None:
    text = b"User-agent: *\nDisallow: /early\n" + b"# padding\n" * 70_000 + b"Disallow: /late\n" + b"#\n" * 200_000
    async with asked(says(answer(text))) as one:
        assert [await one.says_of(path) for path in ("/early", "/late")] == [NO, ALLOWED]
    padding = b"# padding\n" * 50_000  # 500 kB before the rule: within the 500 KiB that have to be read
    async with asked(
        repeats(answer(b"User-agent: *\n" + padding + b"Disallow: /mid\n", length=10**9), b"#\n" * 9000)
    ) as one:
        assert await one.says_of("/mid") == NO


async def test_redirects_are_followed_and_the_rules_hold_for_where_it_began() -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split()[1].decode()
        hop = int(path.removeprefix("/hop") or 0) if path.startswith("/hop") else 0
        moved = answer(status="301 Moved Permanently", headers={"Location": f"/hop{hop + 1}"})
        writer.write(moved if hop < 5 else answer(b"User-agent: *\nDisallow: /a"))

    async with asked(talk) as one:
        assert await one.says_of("/a") == NO
    assert one.paths == ["/robots.txt", "/hop1", "/hop2", "/hop3", "/hop4", "/hop5"]


async def test_it_is_asked_for_once_a_day_however_many_want_to_know() -> None:
    async with asked(says(answer(b"User-agent: *\nDisallow: /a"))) as one:
        said = await asyncio.gather(*(one.says_of(path) for path in ("/a", "/b", "/a/c")))
        assert said == [NO, ALLOWED, NO]
        one.clock[0] += KEPT_SECONDS - 1
        await one.says_of("/a")
        assert len(one.paths) == 1
        one.clock[0] += 2
        await one.says_of("/a")
        assert len(one.paths) == 2


async def test_an_unreachable_one_is_asked_again_soon_and_what_was_known_holds_meanwhile() -> None:
    replies = [answer(status="500 Oops"), answer(b"User-agent: *\nDisallow: /a"), answer(status="500 Oops")]

    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(replies.pop(0) if len(replies) > 1 else replies[0])

    async with asked(talk) as one:
        assert await one.says_of("/b") == UNREACHABLE
        one.clock[0] += UNREACHABLE_SECONDS + 1
        assert await one.says_of("/b") == ALLOWED
        one.clock[0] += KEPT_SECONDS + 1
        assert [await one.says_of(path) for path in ("/a", "/b")] == [NO, ALLOWED]  # of yesterday
        one.clock[0] += STALE_SECONDS
        assert await one.says_of("/b") == UNREACHABLE


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Crawl-delay: 7.5", 7.5),
        ("Crawl-delay: 3600", 60),
        ("Crawl-delay: -4", 0),
        ("Crawl-delay: soon", 0),
        ("Crawl-delay: nan", 0),
        ("Crawl-delay: inf", 0),
        ("Request-rate: 1/20s", 20),
        ("Request-rate: 10/20s", 2),
        ("Request-rate: 0/20s", 0),
        ("Crawl-delay: 3\nRequest-rate: 1/10s", 10),
    ],
)
async def test_the_delay_that_it_wants_is_known_within_bounds(line: str, seconds: float) -> None:
    async with asked(says(answer(f"User-agent: *\n{line}\n".encode()))) as one:
        said = await one.robots.may_fetch(one.server.url)
    assert said == Allowed(delay_seconds=seconds)


async def test_it_names_the_sites_sitemaps() -> None:
    text = b"Sitemap: https://x.example/news.xml\nUser-agent: *\nSitemap: https://x.example/all.xml\n"
    async with asked(says(answer(text))) as one:
        assert await one.robots.sitemaps(one.server.url) == ("https://x.example/news.xml", "https://x.example/all.xml")
    async with asked(says(answer(status="404 Not Found"))) as one:
        assert await one.robots.sitemaps(one.server.url) == ()


async def test_a_refusal_has_a_sentence() -> None:
    async with asked(says(answer(b"User-agent: *\nDisallow: /"))) as one:
        said = await one.robots.may_fetch(one.server.url)
    assert isinstance(said, Disallowed)
    assert said.sentence == "its server's robots.txt does not allow it"

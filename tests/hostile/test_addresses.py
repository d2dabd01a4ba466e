"""I001 to I035: addresses, names and redirects of strangers. No refusal may cost a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ingest.feedlist.sources import SourcesError, parse_feeds_toml
from ingest.web.fetcher import Fetcher
from ingest.web.guard import Guard, Target
from ingest.web.limits import Limits
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome
from tests.hostile.connects import Connects
from tests.hostile.numbered import inputs
from tests.ingest.loopback import Loopback, Talk, answer, gzip_bytes, loopback, says

FEED = b"<rss version='2.0'><channel><title>Harbour News</title></channel></rss>"
LIMITS = Limits(connect_seconds=5, read_seconds=5, total_seconds=10, body_bytes=1_000_000)
QUICK = Limits(connect_seconds=0.5, read_seconds=0.5, total_seconds=1.0, body_bytes=1_000_000)

METADATA = ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "[fd00:ec2::254]")
SPECIAL = ("[fec0::1]", "[ff02::1]", "[3fff::1]", "[5f00::1]", "[2001:db8::1]", "224.0.0.1", "255.255.255.255")

HOSTS_BLOCKED: dict[str, Sequence[str]] = {
    "I001": ["127.0.0.1"],
    "I002": ["localhost", "localhost.", "LOCALHOST", "a.localhost"],
    "I003": ["2130706433"],
    "I004": ["0x7f.1", "0x7f000001"],
    "I005": ["0177.0.0.1"],
    "I006": ["127.1", "0", "0.0.0.0"],
    "I007": ["127。0。0。1", "①②⑦.⓪.⓪.①"],
    "I008": ["[::]", "[::1]"],
    "I009": ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
    "I010": ["[::127.0.0.1]", "[::169.254.169.254]"],
    "I011": ["[64:ff9b::a9fe:a9fe]", "[64:ff9b::7f00:1]"],
    "I012": ["[64:ff9b:1::a9fe:a9fe]"],
    "I013": [
        "[2002:a9fe:a9fe::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[::5efe:10.0.0.1]",
        "[2a00:1450::5efe:10.0.0.1]",
        "[2a00:1450::200:5efe:10.0.0.1]",
    ],
    "I014": ["[fe80::1%25eth0]", "[fe80::1%eth0]", "[fe80::1]"],
    "I015": [*METADATA, *SPECIAL, "198.18.0.1", "192.88.99.1", "10.0.0.1", "172.16.0.1", "192.168.0.1"],
    "I016": ["metadata.google.internal", "host.docker.internal", "redis", "postgres", "db", "printer.local"],
}

URLS_REFUSED: dict[str, Sequence[tuple[str, str]]] = {
    "I021": [
        ("file:///etc/passwd", "bad_scheme"),
        ("gopher://news.example/", "bad_scheme"),
        ("ftp://news.example/", "bad_scheme"),
        ("unix:///run/x", "bad_scheme"),
        ("data:text/html,x", "bad_scheme"),
        ("jar:http://news.example/", "bad_scheme"),
        ("javascript:alert(1)", "bad_scheme"),
    ],
    "I027": [
        ("http://a.com\\@b.com/", "invalid_url"),
        ("http://a.com#@b.com/", "invalid_url"),
        ("http://a.c\tom/", "invalid_url"),
        ("http://a.com\n/", "invalid_url"),
        ("http://a.com /", "invalid_url"),
        ("http://news.example/\r\nHost: b", "invalid_url"),
    ],
    "I028": [
        ("http://[", "invalid_url"),
        ("http://news.example:99999/", "invalid_url"),
        ("http://news.example:abc/", "invalid_url"),
        ("http://news.example:0/", "invalid_url"),
        ("http:///feed", "invalid_url"),
        ("http://", "invalid_url"),
        ("", "invalid_url"),
        ("//news.example/", "invalid_url"),
        ("news.example/feed", "invalid_url"),
        ("news.example:80/feed", "invalid_url"),
        ("http://[v1.x]/", "invalid_url"),
        ("http://@/", "invalid_url"),
    ],
    "I029": [
        ("http://℀.com", "invalid_url"),
        ("http://xn--a.com/", "invalid_url"),
        (f"http://{'a' * 64}.com/", "invalid_url"),
        (f"http://{'.'.join(['abcdefgh'] * 40)}/", "invalid_url"),
        ("http://1.2.3.999/", "invalid_url"),
        ("http://a..com/", "invalid_url"),
        ("http://134744072/", "invalid_url"),
    ],
    "I030": [("http://news.example/" + "x" * 1_048_576, "url_too_long")],
    "I031": [(f"http://news.example:{port}/", "port_blocked") for port in (22, 25, 6379, 8080)],
}


async def to_loopback(_host: str, _port: int) -> list[str]:
    """A name server in the attacker's hands: whatever is asked, the machine itself."""
    return ["127.0.0.1"]


@pytest.fixture
async def inside() -> AsyncIterator[Loopback]:
    """What must never be reached: a server on the machine itself."""
    async with loopback(says(answer(FEED)), host="0.0.0.0") as server:
        yield server


@pytest.mark.parametrize("host", inputs(HOSTS_BLOCKED))
async def test_a_host_inside_is_refused_and_nothing_is_connected_to(
    host: str, inside: Loopback, connects: Connects
) -> None:
    guard = Guard(allow_ports=[inside.port])
    async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=LIMITS, lookup=to_loopback) as fetcher:
        outcome = await fetcher.fetch(f"http://{host}:{inside.port}/latest/meta-data/")
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.reason in ("ssrf_blocked", "invalid_url")
    assert (inside.connections, connects) == (0, [])


@pytest.mark.parametrize(("url", "reason"), inputs(URLS_REFUSED))
async def test_an_address_that_is_none_is_refused_and_nothing_is_connected_to(
    url: str, reason: str, connects: Connects
) -> None:
    async with Fetcher(guard=Guard(), user_agent="Copydesk/test", limits=LIMITS, lookup=to_loopback) as fetcher:
        outcome = await fetcher.fetch(url)
    assert isinstance(outcome, FetchFailed), outcome
    assert (outcome.reason, bool(outcome.sentence)) == (reason, True)
    assert connects == []


@pytest.mark.parametrize("url", inputs({"I011": ["http://[64:ff9b::808:808]/"], "I026": ["http://u:p@8.8.8.8/feed"]}))
def test_a_public_address_in_an_odd_dress_may_be_asked(url: str) -> None:
    target = Guard().target(url)
    assert isinstance(target, Target)
    assert target.url.user is None


ANSWERS: dict[str, dict[str, list[str]]] = {
    "I017": {"private": ["10.0.0.1"], "loopback v6": ["::1"]},
    "I018": {"one of two": ["93.184.216.34", "127.0.0.1"], "last of many": [*["93.184.216.34"] * 9, "10.0.0.1"]},
}


@pytest.mark.parametrize("addresses", inputs(ANSWERS))
async def test_a_name_with_an_address_inside_is_refused_whole(
    addresses: list[str], inside: Loopback, connects: Connects
) -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return addresses

    guard = Guard(allow_ports=[inside.port])
    async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=LIMITS, lookup=lookup) as fetcher:
        outcome = await fetcher.fetch(f"http://news.example.com:{inside.port}/")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "ssrf_blocked"
    assert (inside.connections, connects) == (0, [])


@pytest.mark.parametrize("second", inputs({"I019": ["10.0.0.1", "169.254.169.254", "::1"]}))
async def test_a_name_that_turns_inside_is_contacted_at_what_was_checked_only(
    second: str, inside: Loopback, connects: Connects
) -> None:
    answers = iter([["127.0.0.2"], [second], [second]])

    async def lookup(_host: str, _port: int) -> list[str]:
        return next(answers)

    guard = Guard(allow_networks=["127.0.0.2/32"], allow_ports=[inside.port])
    async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=LIMITS, lookup=lookup) as fetcher:
        url = f"http://news.example.com:{inside.port}/feed"
        outcomes = [await fetcher.fetch(url), await fetcher.fetch(url)]
    assert isinstance(outcomes[0], Fetched)
    assert {address[0] for address in connects} == {"127.0.0.2"}


def redirect(location: bytes | None, body: bytes = b"", **headers: str) -> Talk:
    named = b"" if location is None else b"Location: " + location + b"\r\n"
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    head = b"HTTP/1.1 302 Found\r\nContent-Length: %d\r\nConnection: close\r\n" % len(body)
    return says(head + named + more + b"\r\n" + body)


REDIRECTS: dict[str, dict[str, tuple[bytes | None, str]]] = {
    "I020": {
        "loopback": (b"http://127.0.0.1:6379/", "ssrf_blocked"),
        "metadata": (b"http://169.254.169.254/", "ssrf_blocked"),
        "relative host": (b"//localhost/", "ssrf_blocked"),
    },
    "I021": {
        "file": (b"file:///etc/passwd", "bad_scheme"),
        "gopher": (b"gopher://news.example/", "bad_scheme"),
        "ftp": (b"ftp://news.example/", "bad_scheme"),
        "unix": (b"unix:///run/x", "bad_scheme"),
        "data": (b"data:text/html,x", "bad_scheme"),
        "jar": (b"jar:http://news.example/", "bad_scheme"),
        "javascript": (b"javascript:alert(1)", "bad_scheme"),
    },
    "I022": {"to itself": (b"/feed", "too_many_redirects")},
    "I025": {
        "missing": (None, "bad_redirect"),
        "64 KiB": (b"/" + b"x" * 65_536, "headers_too_large"),
        "8 KB": (b"/" + b"x" * 8_000, "bad_redirect"),
        "NUL": (b"/a\0b", "protocol_error"),
        "CR": (b"/a\rb", "protocol_error"),
        "broken host": (b"http://[/", "bad_redirect"),
    },
}


@pytest.mark.parametrize(("location", "reason"), inputs(REDIRECTS))
async def test_a_redirect_is_checked_like_any_address(
    location: bytes | None, reason: str, inside: Loopback, connects: Connects
) -> None:
    async with loopback(redirect(location), host="127.0.0.2") as server:
        guard = Guard(allow_networks=["127.0.0.2/32"], allow_ports=[server.port, inside.port, 6379])
        async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=LIMITS) as fetcher:
            outcome = await fetcher.fetch(f"http://127.0.0.2:{server.port}/feed")
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.reason == reason
    assert {address[0] for address in connects} == {"127.0.0.2"}
    assert inside.connections == 0


@pytest.mark.parametrize("hosts", inputs({"I023": [6]}))
async def test_a_chain_of_hosts_ends_after_five(hosts: int) -> None:
    requests: list[str] = []

    async def onward(head: bytes, writer: asyncio.StreamWriter) -> None:
        line = head.split(b"\r\n")[0].decode()
        requests.append(line)
        step = int(line.split("/")[1].split()[0])
        location = f"http://127.0.0.{step + 2}:{server.port}/{step + 1}"
        writer.write(answer(status="302 Found", headers={"Location": location}))
        await writer.drain()

    async with loopback(onward, host="0.0.0.0") as server:
        guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[server.port])
        async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=LIMITS) as fetcher:
            outcome = await fetcher.fetch(f"http://127.0.0.1:{server.port}/0")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "too_many_redirects"
    assert (len(requests), len(outcome.hops)) == (hosts, 5)


@pytest.mark.parametrize("size", inputs({"I024": [64_000_000]}))
async def test_a_bomb_as_the_body_of_a_redirect_is_not_read(size: int) -> None:
    bomb = gzip_bytes(b"\0" * size)

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        if b"GET /new" in head:
            writer.write(answer(FEED))
        else:
            headers = {"Location": "/new", "Content-Encoding": "gzip"}
            writer.write(answer(bomb, status="302 Found", headers=headers, length=size))
        await writer.drain()

    outcome = await fetched(talk)
    assert isinstance(outcome, Fetched), outcome
    assert [hop.status for hop in outcome.hops] == [302]


async def fetched(talk: Talk, *, limits: Limits = LIMITS) -> FetchOutcome:
    async with (
        loopback(talk) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=limits) as fetcher,
    ):
        return await fetcher.fetch(server.url)


@pytest.mark.parametrize("info", inputs({"I026": ["reader:secret", "reader", ":secret", "a:b:c"]}))
async def test_user_info_is_neither_sent_nor_logged(info: str) -> None:
    with capture_logs() as logged:
        async with (
            loopback(says(answer(FEED))) as server,
            Fetcher(guard=server.guard(), user_agent="Copydesk/test") as fetcher,
        ):
            outcome = await fetcher.fetch(f"http://{info}@127.0.0.1:{server.port}/feed")
    assert isinstance(outcome, Fetched)
    assert "@" not in outcome.url
    assert "authorization" not in server.requests[0].lower()
    assert "secret" not in str(logged)


@pytest.mark.parametrize("proxy", inputs({"I032": ["http://127.0.0.1:3128", "socks5://127.0.0.1"]}))
def test_a_feed_cannot_name_a_proxy(proxy: str) -> None:
    listed = f'[[feed]]\nurl = "https://harbour.example/rss"\nproxy_url = "{proxy}"\n'
    with pytest.raises(SourcesError, match="proxy_url is not a key that is known here"):
        parse_feeds_toml(listed.encode(), path=Path("feeds.toml"))


HOOKS: dict[str, dict[str, str | None]] = {
    "I035": {"inside": None, "redirects inside": "http://127.0.0.1/", "redirects outside": "http://8.8.8.8/"}
}


@pytest.mark.parametrize("location", inputs(HOOKS))
async def test_a_webhook_goes_to_no_address_inside_and_follows_nothing(
    location: str | None, inside: Loopback, connects: Connects
) -> None:
    async with loopback(redirect(location.encode() if location else None), host="127.0.0.2") as server:
        guard = Guard(allow_networks=["127.0.0.2/32"], allow_ports=[server.port, inside.port])
        url = f"http://127.0.0.2:{server.port}/" if location else f"http://127.0.0.1:{inside.port}/"
        async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=LIMITS) as fetcher:
            outcome = await fetcher.post(url, body=b"{}", headers={})
    assert isinstance(outcome, FetchFailed)
    assert outcome.code == ("http_302" if location else "ssrf_blocked")
    assert {address[0] for address in connects} <= {"127.0.0.2"}
    assert inside.connections == 0

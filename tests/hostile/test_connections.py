"""I033, I036 to I040: names that are not found, connections that are not made or are not secure."""

from __future__ import annotations

import asyncio
import ssl
import time
from datetime import UTC, datetime

import aiohttp.connector
import pytest
import trustme

from ingest.web.fetcher import Fetcher
from ingest.web.guard import Guard
from ingest.web.limits import Limits
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome
from tests.hostile.connects import Connects
from tests.hostile.numbered import inputs
from tests.ingest.loopback import Talk, answer, loopback, says

FEED = b"<rss version='2.0'><channel><title>Harbour News</title></channel></rss>"
LIMITS = Limits(connect_seconds=5, read_seconds=5, total_seconds=10, body_bytes=1_000_000)
QUICK = Limits(connect_seconds=0.5, read_seconds=0.5, total_seconds=1.0, body_bytes=1_000_000)


async def fetched(talk: Talk, *, limits: Limits = LIMITS) -> FetchOutcome:
    async with (
        loopback(talk) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=limits) as fetcher,
    ):
        return await fetcher.fetch(server.url)


@pytest.mark.parametrize("variable", inputs({"I033": ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]}))
async def test_a_proxy_in_the_environment_is_ignored(
    variable: str, monkeypatch: pytest.MonkeyPatch, connects: Connects
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.9:9")
    assert isinstance(await fetched(says(answer(FEED))), Fetched)
    assert {address[0] for address in connects} == {"127.0.0.1"}


@pytest.mark.parametrize("seconds", inputs({"I036": [3600]}))
async def test_a_name_server_that_hangs_costs_the_connect_deadline_and_nobody_else(seconds: int) -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(seconds)
        return []

    async with Fetcher(guard=Guard(), user_agent="Copydesk/test", limits=QUICK, lookup=lookup) as fetcher:
        started = time.monotonic()
        outcomes = await asyncio.gather(*(fetcher.fetch(f"http://n{each}.example.com/") for each in range(100)))
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, FetchFailed)} <= {"dns_timeout", "deadline"}
    assert len(outcomes) == 100
    assert time.monotonic() - started < 10  # one after the other they would take 50 s


@pytest.mark.parametrize("count", inputs({"I037": [4_000]}))
async def test_a_name_with_thousands_of_addresses_is_refused(count: int, connects: Connects) -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return [f"93.184.{number // 256}.{number % 256}" for number in range(count)]

    async with Fetcher(guard=Guard(), user_agent="Copydesk/test", limits=LIMITS, lookup=lookup) as fetcher:
        outcome = await fetcher.fetch("http://news.example.com/")
    assert isinstance(outcome, FetchFailed)
    assert (outcome.reason, connects) == ("dns_too_many", [])


AUTHORITY = trustme.CA()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ALERT_PROTOCOL_VERSION = (
    b"\x15\x03\x01\x00\x02\x02\x46"  # what a server that knows TLS 1.0 alone answers (RFC 5246, 7.2)
)


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def _expired() -> ssl.SSLContext:
    return _context(AUTHORITY.issue_cert("127.0.0.1", not_after=LONG_AGO))


def _other_host() -> ssl.SSLContext:
    return _context(AUTHORITY.issue_cert("news.example.com"))


def _unknown_authority() -> ssl.SSLContext:
    return _context(trustme.CA().issue_cert("127.0.0.1"))


SECURE = {
    "I038": {
        "expired": (_expired, "has expired"),
        "other host": (_other_host, "is for another host"),
        "unknown authority": (_unknown_authority, "is signed by"),
    }
}


@pytest.mark.parametrize(("context", "said"), inputs(SECURE))
async def test_a_connection_that_is_not_secure_is_a_tls_error_and_never_made_plain(
    context: object, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context()
    AUTHORITY.configure_trust(trusting)
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", trusting)
    requests = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += bool(await reader.read(1))
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context())  # type: ignore[operator]
    port = listener.sockets[0].getsockname()[1]
    guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[port])
    async with listener, Fetcher(guard=guard, user_agent="Copydesk/test", limits=LIMITS) as fetcher:
        outcome = await fetcher.fetch(f"https://127.0.0.1:{port}/")
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.reason == "tls_error", outcome
    assert said in outcome.sentence
    assert requests == 0


@pytest.mark.parametrize("alert", inputs({"I038": {"TLS 1.0": ALERT_PROTOCOL_VERSION}}))
async def test_a_server_of_another_age_is_a_tls_error_and_is_not_asked_in_plain(alert: bytes) -> None:
    read: list[bytes] = []

    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read.append(await reader.read(1))
        writer.write(alert)
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(old, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[port])
    async with listener, Fetcher(guard=guard, user_agent="Copydesk/test", limits=LIMITS) as fetcher:
        outcome = await fetcher.fetch(f"https://127.0.0.1:{port}/")
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.reason == "tls_error"
    assert set(read) == {b"\x16"}  # handshakes, never a GET


@pytest.mark.parametrize("secure", inputs({"I039": ["after ClientHello"]}))
async def test_a_secure_server_that_never_shakes_hands_costs_the_connect_deadline(secure: str) -> None:
    release = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read(1), secure
        await release.wait()
        writer.close()

    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[port])
    async with listener, Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK) as fetcher:
        outcome = await fetcher.fetch(f"https://127.0.0.1:{port}/")
        release.set()
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "connect_timeout"


async def _resets(_head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


BROKEN: dict[str, dict[str, tuple[Talk, str]]] = {
    "I040": {
        "closes": (says(b""), "connection_error"),
        "resets": (_resets, "connection_error"),
        "TLS on a plain port": (says(b"\x15\x03\x01\x00\x02\x02\x0a"), "protocol_error"),
        "another protocol": (says(b"220 mail.example ESMTP\r\n"), "protocol_error"),
    }
}


@pytest.mark.parametrize(("talk", "reason"), inputs(BROKEN))
async def test_a_server_that_breaks_off_is_one_typed_failure(talk: Talk, reason: str) -> None:
    outcome = await fetched(talk)
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.reason == reason

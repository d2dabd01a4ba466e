from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.web.fetcher import Fetcher, Validators
from ingest.web.guard import Guard
from ingest.web.limits import Limits
from ingest.web.outcomes import Fetched, FetchFailed, FetchOutcome, NotModified, Posted
from tests.ingest.loopback import Loopback, Talk, answer, gzip_bytes, hangs, loopback, repeats, says

FEED = b"<rss version='2.0'><channel><title>Harbour News</title></channel></rss>"
SELF_SIGNED = Path(__file__).parents[2] / "data" / "self_signed_for_tests.pem"
PATIENT = Limits(connect_seconds=10, read_seconds=10, total_seconds=30, body_bytes=1_000_000)
QUICK = Limits(connect_seconds=0.5, read_seconds=0.5, total_seconds=1.0, body_bytes=1_000_000)


async def fetch(talk: Talk, *, limits: Limits = QUICK, **asked: object) -> FetchOutcome:
    async with loopback(talk) as server:
        return await fetch_from(server, limits=limits, **asked)


async def fetch_from(server: Loopback, *, limits: Limits = QUICK, **asked: object) -> FetchOutcome:
    async with Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=limits) as fetcher:
        return await fetcher.fetch(server.url, **asked)  # type: ignore[arg-type]


async def test_an_honest_answer_comes_back_whole_with_its_validators() -> None:
    reply = answer(
        FEED, headers={"ETag": '"v1"', "Last-Modified": "Tue, 03 Mar 2026 10:00:00 GMT", "Content-Type": "a/b"}
    )
    outcome = await fetch(says(reply))
    assert isinstance(outcome, Fetched)
    assert (outcome.body, outcome.etag, outcome.content_type) == (FEED, '"v1"', "a/b")
    assert outcome.last_modified == "Tue, 03 Mar 2026 10:00:00 GMT"


async def test_validators_are_sent_back_and_304_is_not_modified() -> None:
    async with loopback(says(answer(status="304 Not Modified"))) as server:
        outcome = await fetch_from(server, validators=Validators(etag='W/"v1"', last_modified="yesterday"))
    assert outcome == NotModified(asked=True, seconds=outcome.seconds)  # type: ignore[union-attr]
    assert 'If-None-Match: W/"v1"\r\nIf-Modified-Since: yesterday' in server.requests[0]


async def test_no_cookie_no_user_info_and_only_harmless_encodings_are_sent() -> None:
    async with (
        loopback(says(answer(FEED, headers={"Set-Cookie": "a=1"}))) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=QUICK) as fetcher,
    ):
        for _ in range(2):
            await fetcher.fetch(f"http://reader:secret@127.0.0.1:{server.port}/feed")
    for request in server.requests:
        assert "cookie" not in request.lower()
        assert "authorization" not in request.lower()
        assert "Accept-Encoding: gzip, deflate\r\n" in request
        assert "User-Agent: Copydesk/test\r\n" in request


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip_bytes(FEED)),
        ("x-gzip", gzip_bytes(FEED)),
        ("gzip", gzip_bytes(FEED[:20]) + gzip_bytes(FEED[20:])),
        ("gzip", gzip_bytes(FEED) + b"\0" * 512),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compress(FEED)[2:-4]),
        ("gzip", FEED),
        ("deflate", FEED),
        ("identity", gzip_bytes(FEED)),
    ],
)
async def test_a_body_is_decoded_by_what_it_is(coding: str, body: bytes) -> None:
    outcome = await fetch(says(answer(body, headers={"Content-Encoding": coding})))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == FEED


def _bomb() -> bytes:
    return gzip_bytes(b"\0" * 64_000_000)


async def test_a_redirect_is_followed_and_recorded_and_its_body_is_not_read() -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        if b"GET /new" in head:
            writer.write(answer(FEED))
        else:
            redirect = {"Location": "/new?a=b%2Fc", "Content-Encoding": "gzip"}
            writer.write(answer(_bomb(), status="301 Moved Permanently", headers=redirect))
        await writer.drain()

    async with loopback(talk) as server:
        outcome = await fetch_from(server)
    assert isinstance(outcome, Fetched), outcome
    assert [(hop.status, hop.url) for hop in outcome.hops] == [(301, outcome.url)]
    assert outcome.url == f"http://127.0.0.1:{server.port}/new?a=b%2Fc"


async def test_own_headers_do_not_travel_to_another_origin() -> None:
    async with (
        loopback(says(answer(FEED))) as other,
        loopback(says(answer(status="302 Found", headers={"Location": other.url}))) as server,
    ):
        guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[other.port, server.port])
        async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK) as fetcher:
            outcome = await fetcher.fetch(server.url, headers={"Authorization": "Bearer secret"})
    assert isinstance(outcome, Fetched)
    assert "Bearer secret" in server.requests[0]
    assert "Bearer" not in other.requests[0]


async def test_a_private_address_is_refused_without_a_connection() -> None:
    async with loopback(says(answer(FEED))) as server, Fetcher(guard=Guard(), user_agent="Copydesk/test") as fetcher:
        for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "0x7f.1"):
            outcome = await fetcher.fetch(f"http://{host}:{server.port}/")
            assert isinstance(outcome, FetchFailed)
            assert outcome.reason == "ssrf_blocked"
            assert "COPYDESK_FETCH_ALLOW_NETWORKS" in outcome.sentence
    assert server.connections == 0


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["fe80::1%2"]])
async def test_a_name_with_a_private_address_is_refused_without_a_connection(addresses: list[str]) -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return addresses

    async with loopback(says(answer(FEED))) as server:
        guard = Guard(allow_ports=[server.port])
        async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK, lookup=lookup) as fetcher:
            outcome = await fetcher.fetch(f"http://news.example.com:{server.port}/")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "ssrf_blocked"
    assert server.connections == 0


async def test_a_socket_is_never_made_for_an_address_that_slipped_past_the_resolver() -> None:
    class Careless(Guard):
        """Believes every name: what is left is the check of the address being connected to."""

        def choose(self, host: str, addresses: object) -> tuple[str, ...]:
            return tuple(addresses)  # type: ignore[arg-type]

    async def lookup(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    async with loopback(says(answer(FEED))) as server:
        guard = Careless(allow_ports=[server.port])
        async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK, lookup=lookup) as fetcher:
            outcome = await fetcher.fetch(f"http://news.example.com:{server.port}/")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "ssrf_blocked"
    assert server.connections == 0


async def test_a_name_server_that_hangs_costs_the_connect_deadline() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(3600)
        return []

    async with Fetcher(guard=Guard(), user_agent="Copydesk/test", limits=QUICK, lookup=lookup) as fetcher:
        outcome = await fetcher.fetch("http://news.example.com/")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "dns_timeout"


async def test_an_unknown_name_is_one_sentence() -> None:
    async with Fetcher(guard=Guard(), user_agent="Copydesk/test") as fetcher:
        outcome = await fetcher.fetch("http://no-such-host.invalid/feed")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason in ("dns_error", "dns_timeout")  # a sandbox without a name server times out
    assert "name could not be" in outcome.sentence


async def test_a_closed_port_is_a_connection_error() -> None:
    async with loopback(says(b"")) as server:
        pass
    outcome = await fetch_from(server)
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason == "connection_error"


async def test_plain_http_spoken_on_a_secure_address_is_a_tls_error() -> None:
    async with (
        loopback(says(answer(FEED))) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=QUICK) as fetcher,
    ):
        outcome = await fetcher.fetch(f"https://127.0.0.1:{server.port}/")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason in ("tls_error", "connection_error", "connect_timeout")


async def test_a_certificate_of_its_own_making_is_a_tls_error_that_says_so() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(SELF_SIGNED)

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(FEED))
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = listener.sockets[0].getsockname()[1]
    guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[port])
    async with listener, Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK) as fetcher:
        outcome = await fetcher.fetch(f"https://127.0.0.1:{port}/")
    assert isinstance(outcome, FetchFailed)
    assert (outcome.reason, outcome.sentence) == ("tls_error", "the server's certificate is signed by itself")


async def test_a_look_at_the_first_bytes_ends_a_pointless_download() -> None:
    video = repeats(b"HTTP/1.1 200 OK\r\n\r\n", b"\0\0\0\x18ftypmp42" * 5000)
    outcome = await fetch(video, look=lambda head: "this is a video" if b"ftyp" in head else None)
    assert isinstance(outcome, FetchFailed)
    assert (outcome.reason, outcome.sentence) == ("not_a_feed", "this is a video")


async def test_retry_after_is_handed_on_at_a_bounded_length() -> None:
    outcome = await fetch(says(answer(status="429 Too Many Requests", headers={"Retry-After": "9" * 500})))
    assert isinstance(outcome, FetchFailed)
    assert outcome.retry_after == "9" * 64


async def test_a_hundred_hanging_servers_cost_one_deadline() -> None:
    async with loopback(hangs) as server, Fetcher(guard=server.guard(), user_agent="x", limits=QUICK) as fetcher:
        started = time.monotonic()
        outcomes = await asyncio.gather(*(fetcher.fetch(server.url) for _ in range(100)))
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, FetchFailed)]
    assert set(reasons) <= {
        "connect_timeout",
        "read_timeout",
        "deadline",
    }  # which comes first on a busy machine is chance
    assert len(reasons) == 100
    assert time.monotonic() - started < 10  # one after the other they would take 50 s


async def test_a_redirect_to_a_server_that_wants_rest_is_not_followed() -> None:
    asked: list[str] = []

    async def rest_of(url: str) -> timedelta | None:
        asked.append(url)
        return timedelta(minutes=30) if url.endswith("/resting") else None

    async with loopback(says(answer(FEED))) as resting:
        there = f"http://127.0.0.1:{resting.port}/resting"
        replies = {b"/feed": answer(status="302 Found", headers={"Location": "/on"})}

        async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
            path = head.split()[1]
            writer.write(replies.get(path, answer(status="301 Moved Permanently", headers={"Location": there})))

        async with loopback(talk) as server:
            guard = Guard(allow_networks=["127.0.0.0/8"], allow_ports=[server.port, resting.port])
            async with Fetcher(guard=guard, user_agent="Copydesk/test", limits=QUICK) as fetcher:
                outcome = await fetcher.fetch(server.url, rest_of=rest_of)
            assert asked == [f"http://127.0.0.1:{server.port}/on", there]
    assert isinstance(outcome, FetchFailed)
    assert (outcome.reason, outcome.sentence) == (
        "host_paused",
        "it redirects to 127.0.0.1, which wants rest for 30 min",
    )
    assert resting.connections == 0


async def test_how_long_an_answer_is_fresh_comes_with_it_and_with_a_304() -> None:
    headers = {"Cache-Control": "max-age=600"}
    whole = await fetch(says(answer(FEED, headers=headers)))
    unchanged = await fetch(says(answer(status="304 Not Modified", headers=headers)))
    assert isinstance(whole, Fetched)
    assert isinstance(unchanged, NotModified)
    assert whole.fresh_for == unchanged.fresh_for == timedelta(minutes=10)


async def post(talk: Talk, *, guard: Guard | None = None) -> tuple[Posted | FetchFailed, Loopback]:
    async with loopback(talk) as server:
        chosen = guard or server.guard()
        async with Fetcher(guard=chosen, user_agent="Copydesk/test", limits=QUICK) as fetcher:
            return await fetcher.post(server.url, body=b'{"a": 1}', headers={"webhook-id": "e1"}), server


async def test_a_webhook_is_posted_as_json_with_its_headers() -> None:
    outcome, server = await post(says(answer(status="204 No Content")))
    assert outcome == Posted(status=204)
    head = server.requests[0]
    assert head.startswith("POST /feed HTTP/1.1\r\n")
    assert "webhook-id: e1\r\n" in head
    assert "Content-Type: application/json\r\n" in head


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (says(answer(status="500 Internal Server Error")), "http_500"),
        (says(answer(status="302 Found", headers={"Location": "http://127.0.0.1:1/"})), "http_302"),
        (says(b""), "connection_error"),
        (hangs, "read_timeout"),
    ],
)
async def test_a_webhook_that_is_not_taken_is_a_value_and_no_redirect_is_followed(talk: Talk, code: str) -> None:
    outcome, server = await post(talk)
    assert isinstance(outcome, FetchFailed)
    assert outcome.code == code
    assert server.connections <= 2


async def test_a_webhook_inside_is_refused_without_a_connection() -> None:
    outcome, server = await post(says(answer()), guard=Guard())
    assert isinstance(outcome, FetchFailed)
    assert (outcome.reason, server.connections) == ("ssrf_blocked", 0)


async def test_the_time_of_each_fetch_is_told_whatever_came_of_it_but_not_of_what_was_not_asked() -> None:
    took: list[float] = []
    async with (
        loopback(hangs) as server,
        Fetcher(guard=server.guard(), user_agent="Copydesk/test", limits=QUICK, took=took.append) as fetcher,
    ):
        assert isinstance(await fetcher.fetch("ftp://127.0.0.1/feed"), FetchFailed)
        assert took == []
        assert isinstance(await fetcher.fetch(server.url), FetchFailed)
    (seconds,) = took
    assert seconds >= QUICK.read_seconds

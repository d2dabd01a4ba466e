from __future__ import annotations

import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from ingest.web.fetch_failures import failure_of
from ingest.web.guard import Refusal
from ingest.web.limits import Limits
from ingest.web.outcomes import Hop
from ingest.web.resolver import BlockedAddressError

KEY: Any = SimpleNamespace(host="a.example", port=443, is_ssl=True, ssl=True)


def certificate_error(code: int) -> aiohttp.ClientConnectorCertificateError:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "odd"
    return aiohttp.ClientConnectorCertificateError(KEY, error)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (10, "has expired"),
        (18, "is signed by itself"),
        (20, "is signed by an unknown authority"),
        (62, "is for another host"),
        (77, "is not trusted (odd)"),
    ],
)
def test_a_certificate_that_is_not_trusted_says_why(code: int, problem: str) -> None:
    failure = failure_of(certificate_error(code), limits=Limits(), hops=())
    assert (failure.reason, failure.sentence) == ("tls_error", f"the server's certificate {problem}")


def test_a_refusal_behind_a_redirect_says_that_it_was_one() -> None:
    refusal = BlockedAddressError(Refusal(reason="ssrf_blocked", sentence="x is not a public address"))
    error = aiohttp.ClientConnectorError(KEY, refusal)
    assert failure_of(error, limits=Limits(), hops=()).sentence == "x is not a public address"
    hops = (Hop(status=302, url="https://b.example/"),)
    assert failure_of(error, limits=Limits(), hops=hops).sentence == "it redirects: x is not a public address"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionResetError(104, "Connection reset by peer"), "connection_error"),
        (aiohttp.ServerDisconnectedError(), "connection_error"),
        (aiohttp.ClientConnectorError(KEY, OSError(101, "Network is unreachable")), "connection_error"),
        (TimeoutError(), "deadline"),
        (aiohttp.InvalidURL("x"), "invalid_url"),
        (aiohttp.ClientPayloadError("x"), "truncated"),
        (aiohttp.ClientError("something new"), "connection_error"),
    ],
)
def test_every_foreign_error_is_a_reason_and_one_sentence(error: Exception, reason: str) -> None:
    failure = failure_of(error, limits=Limits(), hops=())
    assert failure.reason == reason
    assert failure.sentence
    assert "\n" not in failure.sentence


def test_an_unreachable_network_is_named() -> None:
    error = aiohttp.ClientConnectorError(KEY, OSError(101, "Network is unreachable"))
    assert "Network is unreachable" in failure_of(error, limits=Limits(), hops=()).sentence

"""What a fetch can end in: a closed union, with every reason code and its sentence in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Literal

from ingest.web.guard import GuardReason

Reason = (
    GuardReason
    | Literal[
        "bad_redirect",
        "too_many_redirects",
        "dns_error",
        "dns_timeout",
        "dns_too_many",
        "connect_timeout",
        "connection_error",
        "tls_error",
        "read_timeout",
        "deadline",
        "protocol_error",
        "headers_too_large",
        "truncated",
        "bad_encoding",
        "body_too_large",
        "empty_body",
        "http_status",
        "not_a_feed",
        "host_paused",
        "parse_failed",
        "parse_timeout",
        "parse_memory",
        "too_many_attributes",
        "xml_entities",
        "internal_error",
    ]
)
"""Why a feed could not be polled. ``http_status`` comes with the status; the rest speaks for itself."""


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One redirect that was followed: its status, and where it led to."""

    status: int
    url: str


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A whole body, decoded. ``url`` is where it came from in the end; the validators are None when not storable.

    ``fresh_for`` is how long the server says that it will not change (see freshness).
    """

    url: str
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None
    fresh_for: timedelta = timedelta(0)
    hops: tuple[Hop, ...] = ()
    seconds: float = 0


@dataclass(frozen=True, kw_only=True)
class NotModified:
    """304. ``asked`` is False when we had sent nothing to compare with: then the server's answer proves nothing."""

    fresh_for: timedelta = timedelta(0)
    hops: tuple[Hop, ...] = ()
    asked: bool = True
    seconds: float = 0


@dataclass(frozen=True, kw_only=True)
class FetchFailed:
    """``retry_after`` is the header as sent, at most 64 characters (RFC 9110, 10.2.3)."""

    reason: Reason
    sentence: str
    status: int | None = None
    retry_after: str | None = None
    hops: tuple[Hop, ...] = ()

    @property
    def code(self) -> str:
        """The reason as logged and counted, for machines: ``http_404``, else the reason itself."""
        return f"http_{self.status}" if self.reason == "http_status" else self.reason


@dataclass(frozen=True, kw_only=True)
class Redirected:
    """One hop that was not followed: ``url`` is where it leads, and the guard has nothing against it."""

    status: int
    url: str


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A webhook was taken (2xx)."""

    status: int


FetchOutcome = Fetched | NotModified | FetchFailed

_STATUS_SENTENCES = {
    204: "the server has nothing to say (204 No Content)",
    205: "the server has nothing to say (205 Reset Content)",
    401: "the server asks for a password (401 Unauthorized); give one with headers in the feed list",
    403: "the server refuses us (403 Forbidden)",
    404: "there is nothing at this address (404 Not Found)",
    410: "the feed is gone for good (410 Gone)",
    429: "the server wants to be asked less often (429 Too Many Requests)",
}


def status_failure(status: int, *, retry_after: str | None, hops: tuple[Hop, ...]) -> FetchFailed:
    """The failure for an answer that is neither a body, nor a redirect, nor 304."""
    if status in (204, 205):
        return FetchFailed(reason="empty_body", sentence=_STATUS_SENTENCES[status], status=status, hops=hops)
    return FetchFailed(
        reason="http_status",
        sentence=_STATUS_SENTENCES.get(status) or _other_status(status),
        status=status,
        retry_after=retry_after[:64] if retry_after else None,
        hops=hops,
    )


def _other_status(status: int) -> str:
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    whose = "the server has trouble of its own" if status >= 500 else "the server does not give the feed"
    return f"{whose} ({phrase})"


def answer_failure(status: int) -> FetchFailed:
    """The failure for a webhook that was not taken."""
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    moved = "; give its new address, redirects are not followed" if 300 <= status < 400 else ""
    return FetchFailed(reason="http_status", sentence=f"the receiver answers {phrase}{moved}", status=status)

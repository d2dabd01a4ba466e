"""Foreign exceptions of a fetch to reason codes: the one seam where aiohttp's and the system's errors are known."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any, Final

import aiohttp
from aiohttp import http_exceptions

from ingest.web.content_coding import CodingError
from ingest.web.limits import Limits
from ingest.web.outcomes import FetchFailed, Hop, Reason
from ingest.web.resolver import BlockedAddressError, LookupTimeoutError, TooManyAddressesError

Explanation = tuple[Reason, str]

# OpenSSL's X509_V_ERR_* (x509_vfy.h)
_CERTIFICATE_PROBLEMS: Final = {
    10: "has expired",
    9: "is not valid yet",
    18: "is signed by itself",
    19: "is signed by an unknown authority",
    20: "is signed by an unknown authority",
    21: "is signed by an unknown authority",
    62: "is for another host",
    64: "is for another host",
}


def failure_of(error: Exception, *, limits: Limits, hops: tuple[Hop, ...]) -> FetchFailed:
    """The failure that an exception of a fetch means. Anything unknown is a ``connection_error`` with its text."""
    explain = next(explain for kind, explain in _EXPLANATIONS if isinstance(error, kind))
    reason, sentence = explain(error, limits)
    if reason in ("ssrf_blocked", "port_blocked") and hops:
        sentence = f"it redirects: {sentence}"
    return FetchFailed(reason=reason, sentence=sentence, hops=hops)


def _connect(error: Any, _limits: Limits) -> Explanation:
    match error.os_error:
        case BlockedAddressError():
            return error.os_error.refusal.reason, error.os_error.refusal.sentence
        case LookupTimeoutError() as slow:
            return "dns_timeout", f"its name could not be looked up: {slow}"
        case TooManyAddressesError() as many:
            return "dns_too_many", f"its name has too many addresses ({many})"
        case socket.gaierror() as unknown:
            return "dns_error", f"its name could not be found ({_text(unknown)}); is the address right, the network up?"
        case other:
            return "connection_error", f"the server could not be connected to ({_text(other)})"


def _protocol(error: Any, _limits: Limits) -> Explanation:
    cause = error.__cause__ or error.__context__
    text = f"{error} {cause}"
    if isinstance(cause, http_exceptions.LineTooLong) or "Got more than" in text or "Too many" in text:
        return "headers_too_large", "the server's answer has more headers than any feed needs"
    return "protocol_error", "the server's answer is not valid HTTP"


def _payload(error: Any, _limits: Limits) -> Explanation:
    cause = error.__cause__
    if isinstance(cause, http_exceptions.LineTooLong) or "Got more than" in str(cause):
        return "headers_too_large", "the server's answer has more trailers than any feed needs"
    if isinstance(cause, http_exceptions.TransferEncodingError) and "enough data" not in str(cause):
        return "protocol_error", "the server's answer is not valid HTTP (broken chunks)"
    return "truncated", "the answer ended in the middle"


def _certificate_problem(error: Exception) -> str:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return f"is not trusted ({_text(error)})"
    return _CERTIFICATE_PROBLEMS.get(error.verify_code, f"is not trusted ({error.verify_message})")


def _text(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:120]


def _plain(reason: Reason, sentence: str) -> Callable[[Any, Limits], Explanation]:
    def explain(error: Any, limits: Limits) -> Explanation:
        return reason, sentence.format(limits=limits, text=_text(error))

    return explain


# The first kind that fits decides, so the special ones come first: in aiohttp nearly everything is a ClientError.
_EXPLANATIONS: Final[
    tuple[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[Any, Limits], Explanation]], ...]
] = (
    (CodingError, lambda error, _: (error.reason, str(error))),
    (
        aiohttp.ConnectionTimeoutError,
        _plain("connect_timeout", "the server could not be connected to within {limits.connect_seconds:g} s"),
    ),
    (aiohttp.SocketTimeoutError, _plain("read_timeout", "the server sent nothing for {limits.read_seconds:g} s")),
    (
        aiohttp.ClientConnectorCertificateError,
        lambda error, _: ("tls_error", f"the server's certificate {_certificate_problem(error.certificate_error)}"),
    ),
    (aiohttp.ClientConnectorSSLError, _plain("tls_error", "no secure connection could be made ({text})")),
    (aiohttp.ClientConnectorError, _connect),
    ((aiohttp.ClientResponseError, http_exceptions.HttpProcessingError), _protocol),
    (aiohttp.ClientPayloadError, _payload),
    ((aiohttp.InvalidURL, ValueError), _plain("invalid_url", "this is not a valid web address")),
    (TimeoutError, _plain("deadline", "the server did not send the whole feed within {limits.total_seconds:g} s")),
    (Exception, _plain("connection_error", "the server broke the connection off ({text})")),
)

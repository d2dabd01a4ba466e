"""Why articles came without their page, in words for people; logs and metrics get the codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

SHOWN: Final = 3

_WORDS: Final[Mapping[str, str]] = {
    "page_deferred": "not reached in this poll",
    "robots_disallowed": "not allowed by robots.txt",
    "robots_unreachable": "robots.txt could not be had",
    "host_paused": "the server wants rest or does not answer",
    "not_html": "no web page",
    "unasked_not_modified": "the server sent nothing (304)",
    "ssrf_blocked": "in a private network",
    "port_blocked": "at a port that is not asked",
    "bad_scheme": "not at an http or https address",
    "invalid_url": "no valid address",
    "url_too_long": "the address is too long",
    "bad_redirect": "redirected to no address",
    "too_many_redirects": "redirected too often",
    "dns_error": "the server's name could not be found",
    "dns_timeout": "the server's name could not be looked up in time",
    "dns_too_many": "the server's name has too many addresses",
    "connect_timeout": "the server could not be connected to in time",
    "connection_error": "the connection failed",
    "tls_error": "no secure connection",
    "read_timeout": "the server stopped sending",
    "deadline": "the server was too slow",
    "protocol_error": "the answer is not valid HTTP",
    "headers_too_large": "the answer has too many headers",
    "truncated": "cut off in the middle",
    "bad_encoding": "the answer cannot be decoded",
    "body_too_large": "too large",
    "empty_body": "empty",
}
_STATUS: Final[Mapping[str, str]] = {
    "401": "the server asks for a password",
    "402": "the server asks for payment",
    "403": "the server refuses us",
    "404": "nothing is there",
    "410": "gone for good",
    "429": "the server wants to be asked less often",
    "451": "withheld for legal reasons",
}
_HTTP: Final = re.compile(r"http_(\d+)")


def in_words(reason: str) -> str:
    """A reason code of a ``NoPage`` in a few words; HTTP's number goes with them."""
    if match := _HTTP.fullmatch(reason):
        status = match[1]
        trouble = "the server has trouble of its own" if status >= "500" else "the server does not give it"
        return f"{_STATUS.get(status, trouble)} ({status})"
    return _WORDS.get(reason, reason)


def told(reasons: Counter[str]) -> str:
    """``3 without (2 nothing is there (404), 1 no web page)``, the most frequent first; ``reasons`` is not empty."""
    shown = ", ".join(f"{count} {in_words(reason)}" for reason, count in reasons.most_common(SHOWN))
    return f"{reasons.total()} without ({shown})"

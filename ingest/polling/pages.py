"""The page behind an entry: asked for politely, or the reason why it could not be had, from a closed set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from ingest.documents.charset import decode, http_charset
from ingest.documents.entries import binary_sentence
from ingest.documents.web_pages import is_web_page
from ingest.polling.manners import mind_manners
from ingest.web.fetcher import Fetcher
from ingest.web.guard import without_user_info
from ingest.web.outcomes import Fetched, FetchFailed, NotModified, Redirected
from ingest.web.politeness import HostGate, registrable_domain
from ingest.web.robots import Disallowed, Robots
from shared.logs import redact

log = structlog.get_logger()

REDIRECTS_MAX: Final = 5

NoPageFlag = Literal["page_robots", "page_refused", "page_gone", "page_failed", "page_not_html", "page_deferred"]
"""Why an article is without its page, as its record says it (docs/records.md)."""

_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
_SNIFFED_CHARACTERS: Final = 4_096
_GONE: Final = frozenset({404, 410})
_REFUSED: Final = frozenset({401, 402, 403, 406, 407, 451})
_PASSING: Final = frozenset({408, 421, 425, 429})


@dataclass(frozen=True, kw_only=True)
class Page:
    """``url`` is where the body came from in the end; ``charset`` what HTTP said of it."""

    url: str
    body: bytes
    charset: str | None = None


@dataclass(frozen=True, kw_only=True)
class NoPage:
    """``reason`` is a reason code (``http_404``, ``robots_disallowed``). ``passing``: the next poll may get it."""

    flag: NoPageFlag
    reason: str
    sentence: str
    passing: bool = False


DEFERRED: Final = NoPage(
    flag="page_deferred",
    reason="page_deferred",
    sentence="there was no time left for it in this poll",
    passing=True,
)


class Pages:
    """Shared by all polls of a process. ``concurrency`` bounds the pages under way, over all domains."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        robots: Robots,
        gate: HostGate,
        now: Callable[[], datetime],
        concurrency: int = 50,
    ) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._gate = gate
        self._now = now
        self._slots = asyncio.Semaphore(concurrency)

    async def fetch(self, link: str) -> Page | NoPage:
        """The page that ``link`` leads to, each hop of a redirect asked for by the same rules. Raises for nothing."""
        page = await self._travel(link)
        if isinstance(page, NoPage):
            log.info("page.unavailable", url=redact(link), reason=page.reason, sentence=page.sentence)
        return page

    async def _travel(self, link: str) -> Page | NoPage:
        url, came_from = without_user_info(link), None
        for _ in range(REDIRECTS_MAX + 1):
            outcome = await self._hop(url, came_from)
            if isinstance(outcome, NoPage):
                return outcome
            if not isinstance(outcome, Redirected):
                return _read(outcome, url if came_from else link)
            url, came_from = outcome.url, url
        return NoPage(
            flag="page_failed",
            reason="too_many_redirects",
            sentence=f"its server redirects more than {REDIRECTS_MAX} times",
        )

    async def _hop(self, url: str, came_from: str | None) -> Fetched | NotModified | Redirected | NoPage:
        if self._fetcher.refuses(url) is None:  # else the guard says why
            said = await self._robots.may_fetch(url)
            if isinstance(said, Disallowed):
                unreachable = said.reason == "robots_unreachable"
                return NoPage(flag="page_robots", reason=said.reason, sentence=said.sentence, passing=unreachable)
            delay = said.delay_seconds
        else:
            delay = 0.0
        if rest := self._gate.rest(url):
            return _host_rests(rest)
        # A redirect within a domain is the same request going on: it waits for its turn, but for no pause.
        same_domain = came_from is not None and registrable_domain(came_from) == registrable_domain(url)
        turn = self._gate.hop_turn(url) if same_domain else self._gate.page_turn(url, delay_seconds=delay)
        async with turn, self._slots:
            outcome = await self._fetcher.fetch_hop(url, look=binary_sentence)
        if not isinstance(outcome, Redirected):
            mind_manners(self._gate, url, outcome, now=self._now())
        return _no_page(outcome) if isinstance(outcome, FetchFailed) else outcome


def _read(outcome: Fetched | NotModified, url: str) -> Page | NoPage:
    if isinstance(outcome, NotModified):
        return NoPage(
            flag="page_failed", reason="unasked_not_modified", sentence="its server says 304 to a first request"
        )
    content_type = outcome.content_type or ""
    if content_type.split(";")[0].strip().lower() not in _HTML_TYPES:
        beginning = decode(outcome.body[: _SNIFFED_CHARACTERS * 4], content_type).text.lstrip("\ufeff \t\r\n")
        if not is_web_page(beginning):
            named = content_type.split(";")[0].strip()[:60] or "no content type"
            return NoPage(flag="page_not_html", reason="not_html", sentence=f"it is no web page ({named})")
    return Page(url=url, body=outcome.body, charset=http_charset(content_type))


def _no_page(failed: FetchFailed) -> NoPage:
    if failed.reason in ("not_a_feed", "empty_body"):
        reason = "not_html" if failed.reason == "not_a_feed" else failed.code
        return NoPage(flag="page_not_html", reason=reason, sentence=failed.sentence.replace(", not a feed", ""))
    if failed.reason in ("ssrf_blocked", "port_blocked", "bad_scheme", "invalid_url", "url_too_long"):
        return NoPage(flag="page_refused", reason=failed.reason, sentence=failed.sentence)
    if failed.reason == "http_status":
        return _bad_status(failed)
    passing = failed.reason not in ("body_too_large", "bad_redirect", "headers_too_large", "bad_encoding")
    return NoPage(flag="page_failed", reason=failed.code, sentence=failed.sentence, passing=passing)


def _bad_status(failed: FetchFailed) -> NoPage:
    status = failed.status or 0
    passing = status in _PASSING or status >= 500
    flag: NoPageFlag = "page_failed"
    if status in _GONE:
        flag = "page_gone"
    elif status in _REFUSED:
        flag = "page_refused"
    return NoPage(flag=flag, reason=failed.code, sentence=failed.sentence, passing=passing)


def _host_rests(rest: timedelta) -> NoPage:
    minutes = max(1, round(rest.total_seconds() / 60))
    return NoPage(
        flag="page_failed",
        reason="host_paused",
        sentence=f"not asked: its server wants rest or does not answer; again in {minutes} min",
        passing=True,
    )

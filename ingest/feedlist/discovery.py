"""A site's feeds, found from any of its addresses: what the page says, then what it links to, then the usual places.

Each stage is gone to only when the one before found nothing, so that a site that says where its feeds are is asked for
the page and those feeds, and for nothing that we made up. Guessed addresses keep to robots.txt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import urljoin

from yarl import URL

from ingest.documents.entries import binary_sentence
from ingest.documents.entry import NotAFeed, ParsedFeed, SitemapIndex
from ingest.documents.feed_reader import FeedReader
from ingest.web.fetcher import Fetcher
from ingest.web.outcomes import Fetched, FetchFailed
from ingest.web.politeness import HostGate
from ingest.web.robots import Allowed, Robots

Stage = Literal["itself", "page", "anchor", "usual", "sitemap"]
"""Where a feed was found: the given address, the page's ``<link rel=alternate>``, one of its links, a usual place."""

LINKS_MAX: Final = 10
"""Feeds that a page names which are looked at."""

# What the generators of sites use, the most common first; /news and / are where a feed hangs off a section.
USUAL_FEEDS: Final = (
    "/feed",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/rss",
    "/feed.json",
    "/index.rdf",
    "/rss/index.rss",
    "/feeds/posts/default",
    "/feeds/all.atom.xml",
    "/arc/outboundfeeds/rss/",
)
USUAL_SITEMAPS: Final = (
    "/sitemap_news.xml",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/googlenews.xml",
    "/sitemap_index.xml",
    "/sitemap.xml",
)


@dataclass(frozen=True, kw_only=True)
class FoundFeed:
    """A feed that was read. ``newest`` is the time of its newest entry, where one can be told; in UTC."""

    url: str
    kind: str
    stage: Stage
    title: str | None
    entries: int
    newest: datetime | None
    sentence: str


@dataclass(frozen=True, kw_only=True)
class NothingThere:
    """An address that is no feed. ``links`` are those that it names, ``anchors`` those of its links that may be one.

    ``answered``: a document was there. ``hopeless``: the site cannot be asked at all.
    """

    sentence: str
    links: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    answered: bool = False
    hopeless: bool = False


class Discovery:
    """``say`` is told of each stage that is gone to."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        reader: FeedReader,
        robots: Robots,
        gate: HostGate,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._robots = robots
        self._gate = gate
        self._say = say

    async def look_at(self, url: str, *, stage: Stage = "itself") -> FoundFeed | NothingThere:
        """One GET: the feed at this address, or what there is instead."""
        async with self._gate.turn(url):
            outcome = await self._fetcher.fetch(url, look=binary_sentence)
        if isinstance(outcome, FetchFailed):
            return NothingThere(sentence=outcome.sentence, hopeless=outcome.reason != "http_status")
        if not isinstance(outcome, Fetched):
            return NothingThere(sentence="the server says 304 Not Modified to a first request")
        read = await self._reader.read_feed(outcome.body, url=outcome.url, content_type=outcome.content_type)
        if isinstance(read, SitemapIndex):
            return _found_index(read, _address(url, outcome), stage)
        if isinstance(read, NotAFeed):
            return NothingThere(sentence=read.sentence, links=read.feed_links, anchors=read.feed_anchors, answered=True)
        return _found(read, outcome, _address(url, outcome), stage)

    async def discover(self, url: str, *, first_only: bool = False) -> tuple[FoundFeed, ...]:
        """The feeds of the first stage that has any; of guesses one is enough. ``say`` is told why there are none.

        ``first_only`` is for who takes the first unseen: then nothing is guessed for an address that is not there.
        """
        first = await self.look_at(url)
        if isinstance(first, FoundFeed):
            return (first,)
        self._say(f"{url}: {first.sentence}.")
        if first.hopeless or (first_only and not first.answered):
            return ()
        seen = {url}
        for stage, candidates in _stages(first):
            found = await self._those_of(candidates, stage, seen, count_max=1 if first_only else LINKS_MAX)
            if found:
                return found
        self._say("It names no feed that can be read; trying the usual places.")
        # A blog often lies in a folder of its own; a feed of the folder is nearer to what was asked for.
        origin = str(URL(url).origin()) + "/"
        bases = dict.fromkeys((url if url.endswith("/") else urljoin(url, "."), origin))
        guesses = [urljoin(base, place.lstrip("/")) for base in bases for place in USUAL_FEEDS]
        return await self._those_of(guesses, "usual", seen) or await self._sitemaps(url, origin, seen)

    async def _sitemaps(self, url: str, origin: str, seen: set[str]) -> tuple[FoundFeed, ...]:
        if self._fetcher.refuses(url):
            return ()
        named = sorted(await self._robots.sitemaps(url), key=lambda name: "news" not in name.lower())
        places = [*named[:LINKS_MAX], *(urljoin(origin, place) for place in USUAL_SITEMAPS)]
        return await self._those_of(places, "sitemap", seen)

    async def _those_of(
        self, candidates: Iterable[str], stage: Stage, seen: set[str], *, count_max: int = 1
    ) -> tuple[FoundFeed, ...]:
        found: list[FoundFeed] = []
        for candidate in candidates:
            if candidate in seen or len(found) == count_max:
                continue
            seen.add(candidate)
            if stage in ("usual", "sitemap") and not await self._may_guess(candidate):
                continue
            looked = await self.look_at(candidate, stage=stage)
            if isinstance(looked, FoundFeed):
                found.append(looked)
        return tuple(found)

    async def _may_guess(self, url: str) -> bool:
        return self._fetcher.refuses(url) is None and isinstance(await self._robots.may_fetch(url), Allowed)


def _stages(first: NothingThere) -> tuple[tuple[Stage, tuple[str, ...]], ...]:
    return ("page", first.links[:LINKS_MAX]), ("anchor", first.anchors[:LINKS_MAX])


def _found(parsed: ParsedFeed, fetched: Fetched, address: str, stage: Stage) -> FoundFeed:
    times = [
        moment
        for entry in parsed.entries
        if (moment := _moment(entry.published)) or (moment := _moment(entry.modified))
    ]
    return FoundFeed(
        url=address,
        kind=parsed.kind,
        stage=stage,
        title=parsed.title,
        entries=len(parsed.entries),
        newest=max(times, default=None),
        sentence=about(parsed, fetched),
    )


def _found_index(index: SitemapIndex, address: str, stage: Stage) -> FoundFeed:
    return FoundFeed(
        url=address,
        kind="sitemap_index",
        stage=stage,
        title=None,
        entries=0,
        newest=None,
        sentence=f"sitemap index of {index.of} sitemaps, of which the newest {len(index.parts)} are read",
    )


def about(parsed: ParsedFeed, fetched: Fetched) -> str:
    """A feed in a sentence: what it is called, holds, and what is odd about it."""
    parts = [f"{parsed.kind}, {len(parsed.entries)} entries"]
    if parsed.title:
        parts.insert(0, parsed.title)
    if parsed.note:
        parts.append(parsed.note)
    if not fetched.etag and not fetched.last_modified:
        parts.append("its server cannot say whether anything changed")
    if any(hop.status in (301, 308) for hop in fetched.hops):
        parts.append(f"moved for good to {fetched.url}")
    return "; ".join(parts)


def _address(asked: str, fetched: Fetched) -> str:
    """The address to list: where permanent redirects lead, and no further: a temporary one may lead elsewhere soon."""
    address = asked
    for hop in fetched.hops:
        if hop.status not in (301, 308):
            break
        address = hop.url
    return address


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC) if moment is not None else None

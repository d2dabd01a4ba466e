"""What `copydesk poll` and `copydesk run` do with a feed list once a Redis is there."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

import structlog

from ingest.bootstrap import open_poller, open_webhooks, redis_client, settle_heap
from ingest.feedlist.sources import FeedSource, SourcesError, read_feed_list
from ingest.polling.leases import Leases
from ingest.polling.poll_report import PagesToCome, PollReport
from ingest.settings import IngestSettings, load_settings
from ingest.webhooks import journal as webhooks
from shared.logs import printable, redact

log = structlog.get_logger()

Say = Callable[[str], None]


def feeds_file(given: Path | None, *, data: Path | None) -> Path | None:
    """The feed list to use: the one named, else the data folder's, else None.

    Raises SourcesError when one was named that cannot be read, so that a mistyped name is found before anything starts.
    """
    own = load_settings(data=data).feeds_file
    if given is None:
        return own if own.exists() else None
    read_feed_list(given)
    return given


async def poll_once(feeds: Path, *, redis_url: str, data: Path | None, say: Say) -> list[PollReport]:
    """Polls every enabled feed now, whatever its schedule; says one sentence for each."""
    settings = load_settings(data=data, redis_url=redis_url)
    listed = read_feed_list(feeds)
    for note in listed.notes:
        say(note)
    async with aclosing(redis_client(redis_url)) as redis, open_poller(settings, redis, redis_url) as poller:
        return await poller.once(
            listed.feeds,
            on_report=lambda report: say(sentence(report)),
            on_pages=lambda begun: say(_pages_sentence(begun, settings)),
        )


def void_leases(redis_url: str) -> None:
    """Forgets who of an earlier run polls what and calls whom, when the data folder's lock says that none lives.

    When each feed is due is in its state, and stays.
    """
    asyncio.run(_void_leases(redis_url))


async def _void_leases(redis_url: str) -> None:
    async with aclosing(redis_client(redis_url)) as redis:
        await Leases(redis).forget()
        await webhooks.void_leases(redis)


def sentence(report: PollReport) -> str:
    """One line of a poll for people."""
    return printable(f"{redact(report.feed.shown_name)}: {report.sentence}")


def _pages_sentence(begun: PagesToCome, settings: IngestSettings) -> str:
    count = len(begun.waiting)
    seconds = min(count * settings.page_pause_seconds, settings.page_round_seconds)
    at_least = f", at least {seconds:.0f} s" if seconds >= 10 else ""
    return printable(f"{redact(begun.report.feed.shown_name)}: getting {count} articles' pages{at_least}")


def poll_forever(feeds: Path, *, redis_url: str, data: Path | None, name: str | None = None) -> None:
    """Polls each feed when it is due, until SIGTERM or Ctrl-C. ``name``: of its pulse; else its own."""
    settle_heap()
    asyncio.run(_poll_forever(FeedFile(feeds), redis_url=redis_url, data=data, name=name))


async def _poll_forever(feeds: FeedFile, *, redis_url: str, data: Path | None, name: str | None) -> None:
    settings = load_settings(data=data, redis_url=redis_url)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if settings.contact_url is None:
        log.warning("poller.no_contact", advice="set COPYDESK_CONTACT_URL, so that publishers can reach you")
    async with (
        aclosing(redis_client(redis_url)) as redis,
        open_webhooks(settings, redis),
        open_poller(settings, redis, redis_url, name=name) as poller,
    ):
        await redis.ping()
        await poller.run(feeds.read, stop=stop)


class FeedFile:
    """A feed list that is read again when it changes. A change that cannot be read leaves the list as it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._feeds: Sequence[FeedSource] = ()
        self._read_of: tuple[int, int] | None = None

    def read(self) -> Sequence[FeedSource]:
        """The feeds as the file says now. Never raises: a list that is away or broken is logged once a change."""
        try:
            stat = self._path.stat()
        except OSError:
            stamp = (0, 0)
        else:
            stamp = (stat.st_mtime_ns, stat.st_size)
        if stamp != self._read_of:
            self._read_of = stamp
            try:
                self._feeds = read_feed_list(self._path).feeds
            except SourcesError as error:
                log.warning("feeds.not_read", reason=str(error))
            else:
                log.info("feeds.read", count=len(self._feeds))
        return self._feeds

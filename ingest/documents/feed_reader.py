"""Reading feeds in children that can be killed: a hostile document costs itself, never the poller or another feed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Self

import structlog
from pebble import ProcessExpired, ProcessPool

from ingest.documents import entries
from ingest.documents.entry import NotAFeed, ParsedFeed

log = structlog.get_logger()

MEBIBYTE: Final = 1024 * 1024
SHARE_SAID_EVERY: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """Of reading one document: CPU and wall seconds, and the child's address space (it holds about 250 MiB of code)."""

    seconds: float = 10
    memory_mib: int = 1024


class FeedReader:
    """Owns the children; ``close`` it, or use it as an async context. They are started when first needed."""

    def __init__(self, *, processes: int | None = None, limits: ReadLimits | None = None) -> None:
        self._processes = processes or min(4, os.cpu_count() or 1)
        self._limits = limits or ReadLimits()
        self._pool: ProcessPool | None = None
        self._starting = asyncio.Lock()
        self._read = self._odd = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the children at once: nothing that was not handed back yet has been promised to anyone."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(pool.join)

    async def read_feed(
        self, data: bytes, *, url: str, content_type: str | None, entries_max: int | None = None
    ) -> ParsedFeed | NotAFeed:
        """What ``entries.read_feed`` makes of the document, or why it could not be read. Raises for nothing in it."""
        pool = await self._ready()
        try:
            job: Future[Any] = pool.schedule(
                _read, args=(data, url, content_type, entries_max, self._limits.seconds), timeout=self._limits.seconds
            )
            read: ParsedFeed | NotAFeed = await asyncio.wrap_future(job)
            self._count(read)
            return read
        except TimeoutError:
            return self._too_slow()
        except MemoryError:
            return NotAFeed(
                reason="parse_memory", sentence="this document takes more memory to read than any feed needs"
            )
        except ProcessExpired as error:
            return self._died(error)
        except Exception as error:  # noqa: BLE001 - feedparser raises what it likes on hostile documents
            log.warning("feed.reader_raised", url=url, error=repr(error)[:200])
            return NotAFeed(reason="parse_failed", sentence=f"this document cannot be read ({type(error).__name__})")

    def _count(self, read: ParsedFeed | NotAFeed) -> None:
        """How much depends on the fast reader is seen in the log: what feedparser reads costs four times as much."""
        if isinstance(read, NotAFeed):
            return
        self._read += 1
        self._odd += read.odd is not None
        if self._read % SHARE_SAID_EVERY == 0:
            log.info("feed.readers", documents=self._read, by_feedparser=self._odd, latest_oddity=read.odd)

    async def _ready(self) -> ProcessPool:
        async with self._starting:
            if self._pool is not None and not self._pool.active:
                # Its children died while none had a document, or a set clock confused it: pebble's pool stays broken.
                log.warning("feed.readers_started_anew")
                await self.close()
            if self._pool is None:
                # In a thread: the first child takes a second on a busy machine, and every deadline would run meanwhile.
                self._pool = await asyncio.to_thread(self._start)
            return self._pool

    def _start(self) -> ProcessPool:
        # forkserver: a fork of this process would copy its threads' locks; a fresh child costs 0.02 s, not 0.3 s.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        pool = ProcessPool(
            max_workers=self._processes,
            max_tasks=1000,
            initializer=_limit_child,
            initargs=(self._limits.memory_mib,),
            context=context,
        )
        pool.schedule(os.getpid)
        return pool

    def _too_slow(self) -> NotAFeed:
        return NotAFeed(
            reason="parse_timeout",
            sentence=f"this document takes more than {self._limits.seconds:g} s to read, which no feed does",
        )

    def _died(self, error: ProcessExpired) -> NotAFeed:
        if -error.exitcode == signal.SIGXCPU:
            return self._too_slow()
        log.warning("feed.reader_died", exitcode=error.exitcode)
        return NotAFeed(reason="parse_failed", sentence="this document cannot be read (the reader died of it)")


def _limit_child(memory_mib: int) -> None:
    threading.Thread(target=_end_with_poller, daemon=True).start()
    # What a reader of strangers' bytes prints is no log line; how it ended its poller tells.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the poller ends its children itself
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib * MEBIBYTE, memory_mib * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_poller() -> None:
    # To the system its parent is the fork server, which lives as long as its children: PR_SET_PDEATHSIG is no use.
    poller = multiprocessing.parent_process()
    if poller is not None:
        poller.join()
        os._exit(1)


def _read(
    data: bytes, url: str, content_type: str | None, entries_max: int | None, cpu_seconds: float
) -> ParsedFeed | NotAFeed:
    # The wall clock is pebble's; this one counts when pebble's own thread is late, and stops C code as well.
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime + cpu_seconds + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return entries.read_feed(data, url=url, content_type=content_type, entries_max=entries_max)

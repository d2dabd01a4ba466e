"""Parsing many raw articles at once, in children that are killed when one takes too long or too much memory."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Self

from pebble import ProcessExpired, ProcessPool

from shared.schema import SchemaError, unpack
from worker.parsing.article import ParsedArticle
from worker.parsing.parser import parse
from worker.parsing.publishers import NO_PUBLISHERS, Publishers

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Unparsed:
    """Why a raw article cannot be parsed; one sentence."""

    reason: str


class ParsingPool:
    """A context. Unlike an alarm, killing also stops C code that does not return."""

    def __init__(
        self, *, processes: int, seconds: float, memory_mb: int, publishers: Publishers = NO_PUBLISHERS
    ) -> None:
        self._seconds, self._publishers = seconds, publishers
        # forkserver: children are forked from a process that holds the parser already and no connection.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._pool = ProcessPool(
            max_workers=processes, initializer=_set_up_child, initargs=(memory_mb,), context=context
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def parse_all(self, packed: Iterable[tuple[bytes, bytes]]) -> list[ParsedArticle | Unparsed]:
        """For each (meta, body) of the archive the parsed article, or why there is none; in order."""
        jobs = [self._pool.schedule(_parse, args=(*each, self._publishers), timeout=self._seconds) for each in packed]
        return [self._answer(job) for job in jobs]

    def _answer(self, job: Future[Any]) -> ParsedArticle | Unparsed:
        try:
            answer: ParsedArticle | Unparsed = job.result()
            return answer
        except TimeoutError:
            return Unparsed(reason=f"parsing takes longer than {self._seconds:g} s")
        except MemoryError:
            return Unparsed(reason="parsing needs more memory than a worker process may have")
        except ProcessExpired:
            return Unparsed(reason="the process that parses it dies of it")
        except Exception as error:  # noqa: BLE001 - one article's failure is its own
            return Unparsed(reason=f"{type(error).__name__}: {error}")


def _set_up_child(memory_mb: int) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent ends its children itself
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * MEBIBYTE, memory_mb * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    # To the system its parent is the fork server, which lives as long as its children.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _parse(meta: bytes, body: bytes, publishers: Publishers) -> ParsedArticle | Unparsed:
    try:
        raw = unpack(meta, body)
    except SchemaError as error:
        return Unparsed(reason=f"the archive cannot be read: {error}")
    parsed = parse(raw, publishers)
    if not parsed.text and not parsed.title:
        return Unparsed(reason="neither a title nor any text is found in it any more")
    return parsed

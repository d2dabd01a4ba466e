"""The feed list as a file that people edit while the poller runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog

from ingest.sources import FeedSource, SourcesError, read_feed_list

log = structlog.get_logger()


class FeedListFile:
    """Called, it gives the feeds; the file is read again when it changed. One that cannot be read leaves the last list.

    Raises SourcesError only on the first reading, when there is no last list.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._look()
        self._feeds = self._read()

    def __call__(self) -> Sequence[FeedSource]:
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._feeds = self._read()
            except SourcesError as error:
                log.warning("feeds.unreadable", reason=str(error), kept=len(self._feeds))
        return self._feeds

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> tuple[FeedSource, ...]:
        found = read_feed_list(self._path)
        for note in found.notes:
            log.warning("feeds.left_out", note=note)
        log.info("feeds.read", path=str(self._path), feeds=len(found.feeds))
        return found.feeds

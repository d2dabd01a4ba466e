"""Adding to a feeds.toml: text is appended, what stands there (comments, order, a person's layout) stays as it is."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from ingest.feedlist.sources import FeedSource, SourcesError, parse_feeds_toml


def add_feeds(path: Path, feeds: Sequence[FeedSource]) -> tuple[FeedSource, ...]:
    """Appends those that the list does not hold yet, and returns them. Makes the file and its folder where needed.

    The new file is read before it takes the old one's place, which happens at once; two writers wait for each other.
    Raises SourcesError, and then the file is as it was.
    """
    with _held(path) as (old, stream):
        known = {feed.url for feed in parse_feeds_toml(old.encode(), path=path).feeds}
        new = {feed.url: feed for feed in feeds if feed.url not in known}
        if not new:
            return ()
        separator = "\n" if old and not old.endswith("\n") else ""
        text = old + separator + "".join(f"\n{_block(feed)}" for feed in new.values()).removeprefix("" if old else "\n")
        _check(text, path=path, expected=known | set(new))
        _replace(path, text, stream)
    return tuple(new.values())


def _block(feed: FeedSource) -> str:
    lines = ["[[feed]]", f"url = {_string(feed.url)}"]
    plain = FeedSource(url=feed.url)
    for key in ("name", "timezone", "language", "full_text", "identity"):
        value = getattr(feed, key)
        if value and value != getattr(plain, key):
            lines.append(f"{key} = {_string(value)}")
    if not feed.enabled:
        lines.append("enabled = false")
    if feed.interval_minutes is not None:
        lines.append(f"interval_minutes = {feed.interval_minutes}")
    if feed.tags:
        lines.append(f"tags = [{', '.join(_string(tag) for tag in feed.tags)}]")
    return "\n".join(lines) + "\n"


def _string(value: str) -> str:
    # A TOML basic string is a JSON string, save that DEL has to be escaped too (toml.io, 1.0.0, String).
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _check(text: str, *, path: Path, expected: set[str]) -> None:
    # A file that writes its feeds as one array, say, cannot be added to at its end.
    try:
        held = {feed.url for feed in parse_feeds_toml(text.encode(), path=path).feeds}
    except SourcesError:
        held = set()
    if held != expected:
        raise SourcesError(
            f"{path} is not written as [[feed]] tables, so nothing can be added at its end; add it by hand."
        )


@contextlib.contextmanager
def _held(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = _locked(path)
    except OSError as error:
        raise SourcesError(f"{path} cannot be written: {error.strerror}.") from error
    with stream:
        try:
            yield stream.read().decode("utf-8-sig"), stream
        except UnicodeDecodeError as error:
            raise SourcesError(f"{path} is not UTF-8 text.") from error
        except OSError as error:
            raise SourcesError(f"{path} cannot be written: {error.strerror}.") from error


def _locked(path: Path) -> IO[bytes]:
    while True:
        stream = path.open("a+b")
        fcntl.flock(stream, fcntl.LOCK_EX)
        if os.fstat(stream.fileno()).st_ino == path.stat().st_ino:
            stream.seek(0)
            return stream
        stream.close()  # another writer put a new file in its place while we waited


def _replace(path: Path, text: str, old: IO[bytes]) -> None:
    target = path.resolve()  # a link stays a link
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as stream:
        try:
            os.fchmod(stream.fileno(), os.fstat(old.fileno()).st_mode & 0o777)
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).replace(target)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise

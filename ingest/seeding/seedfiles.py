"""Finding and opening what `seed` and `parse` are given: files, folders, standard input, each also gzipped."""

from __future__ import annotations

import gzip
import io
import os
import select
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from ingest.documents.nitf import is_nitf

Form = Literal["text", "html", "jsonl", "feed", "warc", "nitf"]

FORMS: dict[str, Form] = {
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
    ".warc": "warc",
    ".nitf": "nitf",
}
"""Ending of a file's name (before an optional .gz) -> how it is read."""

STDIN = "-"
_FEED_ROOTS = (b"<rss", b"<feed", b"<rdf:rdf")


@dataclass(frozen=True, kw_only=True)
class SeedFile:
    """One thing to read. ``entry_key`` is None for standard input and for pipes, whose names say nothing of an article;
    ``path`` for standard input."""

    name: str
    entry_key: str | None
    path: Path | None
    form: Form | None


@dataclass(frozen=True, kw_only=True)
class NoFile:
    """A name behind which there is nothing to read. ``passed_over``: nobody asked for it, it lies in a folder."""

    name: str
    reason: str
    passed_over: bool = False


Spools = Mapping[str, BinaryIO]
"""By its name on the command line, what can be read only once and was copied to be read again; seekable."""


@contextmanager
def spools(names: Iterable[str], *, stdin: BinaryIO, say: Callable[[str], None]) -> Iterator[Spools]:
    """Copies what standard input and the pipes among ``names`` give. ``say`` is told where somebody has to write first.

    A pipe that cannot be opened is left out; opening it once more says why.
    """
    with ExitStack() as stack:
        copied = dict[str, BinaryIO]()
        for name in dict.fromkeys(names):
            if name == STDIN:
                if stdin.isatty():
                    say("Reading what is typed; Ctrl-D on a line of its own ends it.")
                copied[name] = stack.enter_context(spooled(stdin))
            elif Path(name).is_fifo():
                with suppress(PermissionError), _reading_end(Path(name), say) as pipe:
                    copied[name] = stack.enter_context(spooled(pipe))
        yield copied


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[BinaryIO]:
    """A copy in a nameless temporary file, so that what is lost on the way can be read again."""
    with tempfile.TemporaryFile() as spool:
        shutil.copyfileobj(stream, spool)
        yield spool


@contextmanager
def _reading_end(path: Path, say: Callable[[str], None]) -> Iterator[BinaryIO]:
    """The pipe once there is something to read, or its writer has left. Raises PermissionError."""
    # Opened the plain way, it would wait for a writer without a word.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as pipe:
        written = select.poll()
        written.register(pipe, select.POLLIN)
        if not written.poll(WRITER_MS):
            say(f"Waiting for somebody to write into the pipe {path}.")
            written.poll()
        os.set_blocking(pipe.fileno(), True)
        yield pipe


WRITER_MS: Final = 500
"""So long a pipe may be empty before it is said."""


def find(paths: Iterable[str]) -> Iterator[SeedFile | NoFile]:
    """What the names on a command line stand for, folders in sorted order."""
    for name in paths:
        path = Path(name)
        if name == STDIN:
            yield SeedFile(name=name, entry_key=None, path=None, form=None)
        elif path.is_dir():
            yield from _folder(path)
        elif path.is_fifo():
            yield SeedFile(name=name, entry_key=None, path=path, form=_form_of(path))
        elif path.exists():
            yield SeedFile(name=name, entry_key=path.name, path=path, form=_form_of(path))
        else:
            yield NoFile(name=name, reason="there is no such file or folder")


_UNKNOWN_ENDING: Final = "a file whose ending names no article"


def _folder(folder: Path) -> Iterator[SeedFile | NoFile]:
    found, unreadable, unknown = False, list[OSError](), list[Path]()
    for path in _below(folder, unreadable):
        below = path.relative_to(folder)
        form = _form_of(path)
        if not path.is_file() or any(part.startswith(".") for part in below.parts):
            continue
        if form:
            found = True
            yield SeedFile(name=str(path), entry_key=below.as_posix(), path=path, form=form)
        else:
            unknown.append(path)
    for error in unreadable:
        found = True
        yield NoFile(name=str(error.filename), reason=f"cannot be read: {error.strerror}")
    if found:
        yield from (NoFile(name=str(path), reason=_UNKNOWN_ENDING, passed_over=True) for path in unknown)
    else:
        endings = " ".join(sorted(FORMS))
        yield NoFile(name=str(folder), reason=f"holds no file that can be an article ({endings}, each also .gz)")


def _below(folder: Path, unreadable: list[OSError]) -> list[Path]:
    """Every file below the folder, in sorted order; folders that cannot be read are put into ``unreadable``."""
    walked = os.walk(folder, onerror=unreadable.append)
    return sorted(Path(parent, name) for parent, _, names in walked for name in names)


def _form_of(path: Path) -> Form | None:
    return FORMS.get(Path(path.name.lower().removesuffix(".gz")).suffix)


@contextmanager
def open_seed(given: SeedFile, *, spools: Spools) -> Iterator[io.BufferedReader[Any]]:
    """The bytes of a seed, unzipped. Raises OSError when it cannot be opened; a broken gzip raises when it is read."""
    with open_plain(given, spools=spools) as plain:
        if plain.peek(2)[:2] != b"\x1f\x8b":
            yield plain
            return
        with io.BufferedReader(gzip.GzipFile(fileobj=plain)) as unzipped:
            yield unzipped


def open_plain(given: SeedFile, *, spools: Spools) -> io.BufferedReader:
    """The bytes as they lie there. Raises OSError when it cannot be opened."""
    if spool := spools.get(given.name):
        spool.seek(0)
        return open(spool.fileno(), "rb", closefd=False)  # it stays open for a second reading
    if given.path is None:
        raise ValueError("'-' needs a spooled standard input")
    return given.path.open("rb")


def sniff(stream: io.BufferedReader[Any]) -> Form:
    """By the first bytes: `WARC/` is an archive, `{` or `[` JSON, `<` a feed, NITF or a page; else it is one text."""
    head = stream.peek(4096)[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith((b"{", b"[{")):
        return "jsonl"
    if head.startswith(b"<"):
        if any(root in head[:2048].lower() for root in _FEED_ROOTS):
            return "feed"
        return "nitf" if is_nitf(head) else "html"
    return "text"

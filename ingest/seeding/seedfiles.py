"""Finding and opening what `seed` and `parse` are given: files, folders, standard input, each also gzipped."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
    """One thing to read. ``entry_key`` is None for standard input, which has no name of its own."""

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


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Standard input copied to a nameless temporary file, so that what is lost on the way can be read again."""
    with tempfile.TemporaryFile() as spool:
        shutil.copyfileobj(stream, spool)
        yield spool


def find(paths: Iterable[str]) -> Iterator[SeedFile | NoFile]:
    """What the names on a command line stand for, folders in sorted order."""
    for name in paths:
        path = Path(name)
        if name == STDIN:
            yield SeedFile(name=name, entry_key=None, path=None, form=None)
        elif path.is_dir():
            yield from _folder(path)
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
def open_seed(given: SeedFile, *, stdin: BinaryIO | None) -> Iterator[io.BufferedReader[Any]]:
    """The bytes of a seed, unzipped. Raises OSError when it cannot be opened; a broken gzip raises when it is read."""
    with open_plain(given, stdin=stdin) as plain:
        if plain.peek(2)[:2] != b"\x1f\x8b":
            yield plain
            return
        with io.BufferedReader(gzip.GzipFile(fileobj=plain)) as unzipped:
            yield unzipped


def open_plain(given: SeedFile, *, stdin: BinaryIO | None) -> io.BufferedReader:
    """The bytes as they lie there. Raises OSError when it cannot be opened."""
    if given.path:
        return given.path.open("rb")
    if stdin is None:
        raise ValueError("'-' needs a spooled standard input")
    stdin.seek(0)
    return open(stdin.fileno(), "rb", closefd=False)  # the spool stays open for a second reading


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

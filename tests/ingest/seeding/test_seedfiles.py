"""Standard input and pipes, which can be read only once and are read again all the same."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from ingest.seeding import seedfiles
from ingest.seeding.seedfiles import NoFile, SeedFile, find, open_seed, spools

WAITING = "Waiting for somebody to write into the pipe {}."


def pipe_named(folder: Path, name: str) -> Path:
    path = folder / name
    os.mkfifo(path)
    return path


def read_twice(path: str, copied: seedfiles.Spools) -> list[bytes]:
    (given,) = find([path])
    assert isinstance(given, SeedFile)
    times = []
    for _ in range(2):
        with open_seed(given, spools=copied) as stream:
            times.append(stream.read())
    return times


def test_a_pipe_without_a_writer_is_said_to_be_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seedfiles, "WRITER_MS", 10)
    path = pipe_named(tmp_path, "lines")
    said = list[str]()
    writer = threading.Thread(target=lambda: path.write_bytes(b"The ferry sails."))

    def say(sentence: str) -> None:
        said.append(sentence)
        writer.start()  # only now is there one

    with spools([str(path)], stdin=io.BytesIO(), say=say) as copied:
        writer.join()
        assert read_twice(str(path), copied) == [b"The ferry sails."] * 2
    assert said == [WAITING.format(path)]


def test_a_pipe_that_is_written_to_is_read_without_a_word_and_whole(tmp_path: Path) -> None:
    path = pipe_named(tmp_path, "lines")
    whole, said = b"The ferry sails.\n" * 50_000, list[str]()  # more than a pipe holds
    begun = threading.Event()

    def write() -> None:
        with path.open("wb") as stream:
            stream.write(whole[:100])
            stream.flush()
            begun.set()
            stream.write(whole[100:])

    # Kept open for reading meanwhile, so that the writer is there before it is looked at.
    held = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(30)
    with spools([str(path)], stdin=io.BytesIO(), say=said.append) as copied:
        writer.join(30)
        assert read_twice(str(path), copied) == [whole] * 2
    os.close(held)
    assert said == []


def test_what_a_pipe_gives_is_no_file_of_that_name(tmp_path: Path) -> None:
    (given,) = find([str(pipe_named(tmp_path, "63.txt"))])
    assert isinstance(given, SeedFile)
    assert (given.entry_key, given.form) == (None, "text")


def test_a_pipe_that_may_not_be_opened_is_left_to_be_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pipe_named(tmp_path, "lines")

    def refuse(*_given: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as planted:
        planted.setattr(os, "open", refuse)  # root may open whatever its mode says
        with spools([str(path)], stdin=io.BytesIO(), say=print) as copied:
            assert copied == {}


def test_standard_input_is_named_by_a_dash_and_no_file_is_copied(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A")
    with spools(["-", str(tmp_path / "a.txt"), "-"], stdin=io.BytesIO(b"typed"), say=print) as copied:
        assert list(copied) == ["-"]
        assert read_twice("-", copied) == [b"typed"] * 2
    assert isinstance(next(iter(find([str(tmp_path / "none")]))), NoFile)

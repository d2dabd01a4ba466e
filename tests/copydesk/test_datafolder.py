from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from copydesk.datafolder import SOCKET_PATH_BYTES_MAX, DataFolder, DataFolderError


def test_only_one_holds_a_folder(data: Path) -> None:
    with DataFolder(data).hold("stack") as first, DataFolder(data).hold("stack") as second:
        assert (first, second) == (True, False)
    with DataFolder(data).hold("broker") as third:
        assert third


def test_a_holder_that_is_killed_leaves_the_folder_free(data: Path) -> None:
    program = f"""
import pathlib, time
from copydesk.datafolder import DataFolder
with DataFolder(pathlib.Path({str(data)!r})).hold("stack"):
    print("held", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        with DataFolder(data).hold("stack") as held:
            assert not held
        holder = DataFolder(data).holder()
        assert holder == (child.pid, "stack")
        child.kill()
        child.wait()
    with DataFolder(data).hold("stack") as held:
        assert held


def test_a_holder_waits_for_its_guests_and_lets_nobody_in_afterwards(data: Path) -> None:
    folder = DataFolder(data)
    told = threading.Event()
    with folder.hold("stack"):
        with DataFolder(data).guest():
            closing = threading.Thread(target=folder.close_to_guests, args=[told.set])
            closing.start()
            assert told.wait(5)
            assert closing.is_alive()
        closing.join(5)
        assert not closing.is_alive()
        late = threading.Thread(target=lambda: DataFolder(data).guest().__enter__(), daemon=True)
        late.start()
        late.join(0.2)
        assert late.is_alive()
    late.join(5)
    assert not late.is_alive()


def test_a_socket_path_that_is_too_long_moves_to_a_short_private_folder(tmp_path: Path) -> None:
    deep = DataFolder(tmp_path / ("x" * 90) / "data")
    deep.create()
    assert len(str(deep.socket)) <= SOCKET_PATH_BYTES_MAX
    assert deep.socket.parent.stat().st_mode & 0o077 == 0
    assert deep.socket == DataFolder(deep.path).socket
    assert deep.socket != DataFolder(tmp_path / ("x" * 90) / "other").socket


@pytest.mark.parametrize("name", ["h#y", "p%41", "a&b=c;d"])
def test_a_path_with_signs_that_mean_something_in_a_url_gets_a_plain_socket(tmp_path: Path, name: str) -> None:
    folder = DataFolder(tmp_path / name)
    assert not set("#%&;") & set(folder.redis_url)


def test_a_path_with_a_question_mark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError, match="question mark"):
        DataFolder(tmp_path / "what?").create()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError, match="--data"), DataFolder(tmp_path / "file" / "data").hold("stack"):
        pass

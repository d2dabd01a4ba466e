"""The embedded stack as a user meets it: real processes, one data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.commands import COMMAND, Start, copydesk, lines, stop

pytestmark = pytest.mark.e2e

PROGRAMS = {"child": "-m worker", "parent": "-m worker", "broker": "valkey-server"}

RAW_TEXT = """Published : Mar. 14, 2017 - 09:20
The harbour board of Ostholm said Tuesday it will reopen the northern ferry line after a winter of repairs.
The line had been closed since November, when ice damaged two of its three piers and a storm took the ramp.
The chairwoman of the harbour board, Ilse Maar (Norwire)
“We can sail again on the first of April,” chairwoman Ilse Maar said. “It took longer than we had hoped.”
By Odd Berger (
odd.berger@ostholm.example)"""


def until(holds: Callable[[], object], *, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.1)


@pytest.fixture
def raw_text(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.txt"
    path.write_text(RAW_TEXT)
    return path


def test_a_raw_text_becomes_a_record_then_a_duplicate_then_a_revision(raw_text: Path, data: Path) -> None:
    seed = ("seed", raw_text, "--source", "The Post", "--timezone", "Europe/Oslo", "--json", "--data", data)
    first = copydesk(*seed)
    assert (first.code, first.counts) == (0, {"stored": 1})

    (record,) = copydesk("articles", "--format", "jsonl", "--data", data).jsonl
    assert record["authors"] == [{"name": "Odd Berger", "email": "odd.berger@ostholm.example", "url": None}]
    assert (record["published_at"], record["published_precision"]) == ("2017-03-14T09:20:00+01:00", "minute")
    assert record["captions"] == ["The chairwoman of the harbour board, Ilse Maar (Norwire)"]
    assert record["text"].count("\n\n") == 2
    assert (record["language"], record["title"], record["source"]) == ("en", None, "The Post")

    again = copydesk(*seed)
    assert (again.code, again.counts) == (0, {"duplicates": 1})
    (record,) = copydesk("articles", "--format", "jsonl", "--data", data).jsonl
    assert len(record["sightings"]) == 1

    raw_text.write_text(RAW_TEXT.replace("first of April", "fifth of April"))
    revised = copydesk(*seed)
    assert (revised.code, revised.counts) == (0, {"revised": 1})
    shown = copydesk("show", record["id"], "--data", data).out
    assert "“We can sail again on the [-first-] {+fifth+} of April" in shown

    status = copydesk("status", "--json", "--data", data).json
    assert status["totals"] == {
        "stored": 1, "revised": 1, "copies": 0, "duplicates": 0, "quarantined": 0, "refused": 0,
    }  # fmt: skip
    assert status["inbox"] == {"waiting": 0, "claimed": 0, "bytes": 0, "oldest_seconds": 0.0}
    assert status["worker"]["running"] == 0


def test_a_time_without_a_zone_stays_as_stated(raw_text: Path, data: Path) -> None:
    copydesk("seed", raw_text, "--data", data)
    (record,) = copydesk("articles", "--format", "jsonl", "--data", data).jsonl
    assert record["published_at"] == "2017-03-14T09:20:00"
    assert "zone_unknown" in record["flags"]


def test_bad_input_costs_one_sentence_each_and_nothing_good(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / "none").mkdir(parents=True)
    (folder / "good.txt").write_text(RAW_TEXT)
    (folder / "empty.txt").write_text("")
    (folder / "noise.txt").write_bytes(os.urandom(4000))
    (folder / "five.jsonl").write_text(lines(2) + '{"text": \n' + lines(4).split("\n", 2)[2])
    done = copydesk("seed", folder, tmp_path / "missing.txt", folder / "none", "--json", "--data", data)
    assert (done.code, done.counts) == (1, {"stored": 5, "refused": 5})
    said = [line for line in done.err.splitlines() if line.startswith("refused: ")]
    assert len(said) == 5
    assert f"refused: {folder}/five.jsonl line 3: is not JSON" in "\n".join(said)
    again = copydesk("seed", folder, tmp_path / "missing.txt", folder / "none", "--json", "--data", data)
    assert (again.code, again.counts) == (1, {"duplicates": 5, "refused": 5})
    assert copydesk("status", "--json", "--data", data).json["totals"]["refused"] == 5


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "said"),
    [
        (["seed"], {}, 2, "Missing argument"),
        (["seed", "x", "--timezone", "Mars"], {}, 2, "Asia/Seoul"),
        (["seed", "x", "--as", "video"], {}, 2, "text, html, jsonl, feed"),
        (["articles", "--format", "xml"], {}, 2, "table, jsonl, csv"),
        (["articles", "--since", "soon"], {}, 2, "neither an age"),
        (["status"], {"COPYDESK_INBOX_MAX_MB": "none"}, 0, ""),
        (["seed", "-"], {"COPYDESK_INBOX_MAX_MB": "none"}, 2, "COPYDESK_INBOX_MAX_MB=none cannot be used"),
        (
            ["status"],
            {"COPYDESK_REDIS_URL": "redis://127.0.0.1:9"},
            3,
            "Redis cannot be reached at redis://127.0.0.1:9",
        ),
        (["seed", "-"], {"COPYDESK_REDIS_URL": "redis://:pw@127.0.0.1:9"}, 3, "redis://:***@127.0.0.1:9"),
        (
            ["run", "--once"],
            {"COPYDESK_DATABASE_URL": "postgresql://u:pw@127.0.0.1:9/d"},
            3,
            "cannot be used (connection failed",
        ),
        (["work"], {}, 2, "COPYDESK_REDIS_URL"),
        (["poll"], {}, 2, "COPYDESK_REDIS_URL"),
        (["nonsense"], {}, 2, "No such command"),
    ],
)
def test_wrong_use_and_missing_services_are_one_sentence_within_fifteen_seconds(
    arguments: list[str], variables: dict[str, str], code: int, said: str, data: Path
) -> None:
    began = time.monotonic()
    done = copydesk(*arguments, variables={"COPYDESK_DATA": str(data), **variables})
    assert (done.code, said in done.err) == (code, True), done.err
    assert "Traceback" not in done.err
    assert "pw@" not in done.err
    assert time.monotonic() - began < 15


def test_two_stacks_on_one_data_folder_are_refused_and_a_seed_joins_the_first(
    data: Path, tmp_path: Path, start: Start
) -> None:
    log = tmp_path / "run.log"
    running = start("run", "--data", data, log=log)
    until(lambda: "Ctrl-C stops it" in log.read_text())
    second = copydesk("run", "--data", data)
    assert (second.code, f"process {running.pid}" in second.err) == (2, True), second.err
    joined = copydesk("seed", "-", "--json", "--data", data, stdin=lines(3))
    assert (joined.code, joined.counts) == (0, {"stored": 3})
    assert copydesk("status", "--json", "--data", data).json["worker"]["running"] == 1
    assert stop(running, signal.SIGINT) == 0
    assert not processes_on(data)


def test_two_seeds_at_once_share_one_stack_and_the_first_waits_for_the_second(
    data: Path, tmp_path: Path, start: Start
) -> None:
    given = tmp_path / "many.jsonl"
    given.write_text(lines(400))
    first = start("seed", given, "--data", data, log=tmp_path / "first.log")
    until((data / "broker" / "valkey.sock").exists)
    second = copydesk("seed", "-", "--json", "--data", data, stdin=lines(300, source="other"))
    assert first.wait(60) == 0
    assert (second.code, sum(second.counts.values())) == (0, 300)
    assert not processes_on(data)


def test_whatever_is_killed_in_the_middle_of_a_seed_every_article_is_there_once(
    data: Path, tmp_path: Path, start: Start
) -> None:
    given = tmp_path / "many.jsonl"
    given.write_text(lines(1500))
    seeding = start("seed", given, "--data", data, log=tmp_path / "seed.log")
    until(lambda: settled(data) > 0)
    victims = [seeding.pid, *processes_on(data)]
    for pid in victims:
        kill(pid)
    seeding.wait()
    until(lambda: not processes_on(data), seconds=10)
    assert 0 < settled(data) < 1500, "the kill came too early or too late to prove anything"

    assert copydesk("run", "--once", "--data", data).code == 0
    again = copydesk("seed", given, "--json", "--data", data)
    assert (again.code, sum(again.counts.values())) == (0, 1500)
    keys = [
        record["sightings"][0]["entry_key"]
        for record in copydesk("articles", "--format", "jsonl", "--data", data).jsonl
    ]
    assert (len(keys), len(set(keys))) == (1500, 1500)
    status = copydesk("status", "--json", "--data", data).json
    assert (status["totals"]["stored"], status["inbox"]["waiting"], status["inbox"]["bytes"]) == (1500, 0, 0)


def test_a_killed_child_a_killed_parent_and_a_killed_broker_are_recovered_from(
    data: Path, tmp_path: Path, start: Start
) -> None:
    given = tmp_path / "many.jsonl"
    given.write_text(lines(1500))
    log = tmp_path / "seed.log"
    seeding = start("seed", given, "--json", "--data", data, log=log)
    for least, name in ((1, "child"), (300, "parent"), (600, "broker"), (900, "child")):
        until(lambda least=least: settled(data) >= least)  # type: ignore[misc]
        running = sorted(pid for pid in processes_on(data) if PROGRAMS[name] in command_line(pid))
        kill(running[-1] if name == "child" else running[0])
    assert seeding.wait(120) == 0, log.read_text()
    status = copydesk("status", "--json", "--data", data).json
    assert (status["totals"]["stored"], status["totals"]["duplicates"]) == (1500, 0)


def test_a_quarantined_article_is_listed_shown_replayed_and_dropped(data: Path) -> None:
    done = copydesk(
        "seed", "-", "--as", "html", "--json", "--data", data, stdin="<html><body><img src=x></body></html>"
    )
    assert (done.code, done.counts) == (1, {"quarantined": 1})
    (kept,) = copydesk("quarantine", "list", "--json", "--data", data).jsonl
    assert kept["reason"] == "no_content"
    shown = copydesk("quarantine", "show", kept["raw_id"][:8], "--data", data)
    assert shown.out == "<html><body><img src=x></body></html>"
    replayed = copydesk("quarantine", "replay", "--all", "--json", "--data", data)
    assert (replayed.code, replayed.counts) == (1, {"quarantined": 1})
    assert copydesk("quarantine", "drop", kept["raw_id"], "--data", data).code == 0
    assert copydesk("quarantine", "list", "--data", data).err == "Nothing is in quarantine.\n"


def test_a_reader_that_goes_away_early_is_no_error(data: Path) -> None:
    copydesk("seed", "-", "--data", data, stdin=lines(300))
    shell = f"{' '.join(COMMAND)} articles --format jsonl --data {data} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


def processes_on(data: Path) -> list[int]:
    """Everything that runs for this data folder, ourselves and zombies aside."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and str(data) in command_line(pid, with_environment=True)]


def command_line(pid: int, *, with_environment: bool = False) -> str:
    parts = ["cmdline", "environ"] if with_environment else ["cmdline"]
    try:
        return "".join(
            Path(f"/proc/{pid}/{part}").read_bytes().replace(b"\0", b" ").decode(errors="replace") for part in parts
        )
    except OSError:
        return ""


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def settled(data: Path) -> int:
    """Rows of the ledger, read beside whoever writes it."""
    import sqlite3  # noqa: PLC0415

    if not (data / "copydesk.db").exists():
        return 0
    connection = sqlite3.connect(f"file:{data}/copydesk.db?mode=ro", uri=True, timeout=5)
    try:
        return int(connection.execute("SELECT count(*) FROM sightings").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # its tables are being made
    finally:
        connection.close()

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version

from shared.logs import LINE_BYTES_MAX, password_of, printable, redact

PROGRAM = """
import logging, structlog, threading
from shared.logs import configure_logging
configure_logging("worker")
structlog.get_logger().info("feed.polled", url="redis://u:secret@h/0", title="a\\r\\n\\x1b[31mb\\u2028c", count=3)
logging.getLogger("celery").warning("amqp://u:secret@h\\nnext")
thread = threading.Thread(target=lambda: structlog.get_logger().info("process.exited"))
thread.start()
thread.join()
"""


def test_passwords_in_urls_are_blotted_out() -> None:
    assert redact("at postgresql://desk:hunter2@db/x now") == "at postgresql://desk:***@db/x now"
    assert redact("redis://:p@ss@db and postgresql:/desk:hunter2@db") == "redis://:***@db and postgresql:/desk:***@db"
    assert redact("postgresql://db/x?user=a&password=hunter2&b=c") == "postgresql://db/x?user=a&password=***&b=c"
    for harmless in ("https://courier.example/a:b@c", "https://h.example:80/@ferry", "at 12:30, mail a@b.example"):
        assert redact(harmless) == harmless


def test_a_urls_password_is_what_its_owner_wrote() -> None:
    assert password_of("redis://worker:a%2Fb@c@host:1/0") == "a%2Fb@c"
    assert [password_of(url) for url in (None, "", "unix:///run/v.sock", "redis://host:6379/0")] == [None] * 4


def test_nothing_a_stranger_wrote_steers_a_terminal() -> None:
    assert printable("a\x1b[2J\r\nb\x00\x85c") == "a [2J  b  c"
    assert printable("a\u202eb\u2066c") == "a b c"
    assert printable("naïve 한국\tok") == "naïve 한국\tok"


def test_each_event_is_one_json_line_on_stderr_with_fields_and_without_secrets() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    first, second, third = map(json.loads, done.stderr.splitlines())
    assert done.stdout == ""
    assert (first["event"], first["service"], first["count"], first["level"]) == ("feed.polled", "worker", 3, "info")
    assert first["url"] == "redis://u:***@h/0"
    assert first["title"] == "a   [31mb c"
    assert "secret" not in second["event"]
    assert {(line["service"], line["version"]) for line in (first, second, third)} == {("worker", version("copydesk"))}


HOSTILE = """
import logging, structlog
from shared.logs import configure_logging
configure_logging("worker", secrets=["hunter2/hunter2", "a%2Fbc%22defgh", None, "short"])
log = structlog.get_logger()
log.info("x", nested={"u\\x1b": ["redis://u:nested@h", ("\\u202e",)]}, said="hunter2/hunter2 and a/bc\\"defgh in short")
logging.getLogger("celery").warning("pw hunter2/hunter2")
try:
    raise ValueError("redis://u:raised@h hunter2/hunter2 \\x1b[31m")
except ValueError:
    log.exception("failed")
log.info("long", text="한" * 5000, entry_key="b" * 9000)
"""


def test_no_secret_and_no_control_character_gets_through_wherever_it_hides() -> None:
    done = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    first, _, failed, long = map(json.loads, lines)
    assert [secret for secret in ("nested", "hunter2", "bc", "raised") if f":{secret}" in done.stderr] == []
    assert "hunter2" not in done.stderr
    assert first["nested"] == {"u ": ["redis://u:***@h", [" "]]}
    assert first["said"] == "*** and *** in short"
    assert failed["exception"].endswith("ValueError: redis://u:***@h ***  [31m")
    assert "\n" in failed["exception"]
    assert (long["text"][-1], long["entry_key"][-1], long["text"][0]) == ("…", "…", "한")
    assert all(len(line.encode()) < LINE_BYTES_MAX + 96 for line in lines)

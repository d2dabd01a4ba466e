from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version

from shared.logs import printable, redact

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
    assert redact("https://courier.example/a:b@c") == "https://courier.example/a:b@c"


def test_nothing_a_stranger_wrote_steers_a_terminal() -> None:
    assert printable("a\x1b[2J\r\nb\x00\x85c") == "a [2J  b  c"
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

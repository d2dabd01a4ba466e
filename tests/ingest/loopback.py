"""Loopback servers for the tests of fetching: each speaks exactly the bytes that a test gives it."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from ingest.web.guard import Guard

Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""Given the request's head, writes whatever it likes; the connection is closed after it."""


@dataclass(kw_only=True)
class Loopback:
    """A server on 127.0.0.1. ``requests`` holds the head of every request, ``connections`` counts them all."""

    port: int = 0
    connections: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed"

    def guard(self) -> Guard:
        return Guard(allow_networks=["127.0.0.0/8"], allow_ports=[self.port])


def answer(
    body: bytes = b"", *, status: str = "200 OK", headers: dict[str, str] | None = None, length: int | None = None
) -> bytes:
    """One HTTP/1.1 answer, closed after it."""
    fields = {"Content-Length": str(len(body) if length is None else length), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("utf-8", "surrogateescape") + body


def says(reply: bytes) -> Talk:
    """Writes ``reply`` to every request."""

    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await writer.drain()

    return talk


def repeats(start: bytes, piece: bytes, *, every_seconds: float = 0, times: int = 1_000_000) -> Talk:
    """Writes ``start``, then ``piece`` again and again."""

    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for _ in range(times):
            writer.write(piece)
            await writer.drain()
            if every_seconds:
                await asyncio.sleep(every_seconds)

    return talk


async def hangs(_head: bytes, _writer: asyncio.StreamWriter) -> None:
    """Takes the request and never answers."""
    await asyncio.sleep(3600)


@contextlib.asynccontextmanager
async def loopback(talk: Talk, *, host: str = "127.0.0.1") -> AsyncIterator[Loopback]:
    """A running server; ``talk`` answers every request on it."""
    server = Loopback()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            server.requests.append(head.decode("latin-1"))
            await talk(head, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the test is over: what the tests provoke
        finally:
            running.discard(task)
            writer.close()

    listener = await asyncio.start_server(serve, host, 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def gzip_bytes(data: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    return compressor.compress(data) + compressor.flush()

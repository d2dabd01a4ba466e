"""A TCP proxy between a service and its Redis or PostgreSQL that can be told to fail, as networks do."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Self, TypeVar

_PIECE_BYTES = 64 * 1024
_CALL_SECONDS = 10.0
_LINGER_NONE = struct.pack("ii", 1, 0)
"""Closing then sends RST in place of FIN."""

_Answer = TypeVar("_Answer")


@dataclass(eq=False)
class _Link:
    """One client's connection and the one to the server that was made for it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    lost: bool = False
    """Its server side is gone and its client will not hear of it."""


class TcpProxy:
    """Listens on a port of its own and carries bytes to ``port`` on 127.0.0.1, from a thread of its own; a context.

    Every method may be called from any thread, and returns when it has taken effect.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy-to-{port}", daemon=True)
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._delay = 0.0
        self._refusing = False
        self._server: asyncio.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *_error: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def connections(self) -> int:
        """Clients that are connected, those included whose server side is gone."""
        return len(self._links)

    def heal(self) -> None:
        """Everything passes again at once. What a black hole held back arrives; half-open connections stay lost."""
        self._call(self._heal())

    def delay(self, seconds: float) -> None:
        """Every piece of up to 64 KiB is held back for so long, in both directions."""
        self._call(self._set_delay(seconds))

    def cut(self) -> None:
        """All connections are reset, on both sides; new ones pass."""
        self._call(self._cut())

    def refuse(self) -> None:
        """All connections are reset, and new ones as soon as they are made, until `heal`."""
        self._call(self._refuse())

    def black_hole(self) -> None:
        """Until `heal` nothing passes and nobody is told: connections are made and stay silent."""
        self._call(self._black_hole())

    def half_open(self) -> None:
        """The server's sides are closed and the clients never hear of it; new connections pass."""
        self._call(self._half_open())

    def _call(self, step: Coroutine[Any, Any, _Answer]) -> _Answer:
        return asyncio.run_coroutine_threadsafe(step, self._loop).result(_CALL_SECONDS)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _heal(self) -> None:
        self._refusing = False
        self._delay = 0.0
        self._open.set()

    async def _set_delay(self, seconds: float) -> None:
        self._delay = seconds

    async def _cut(self) -> None:
        for link in list(self._links):
            _reset(link.client)
            _reset(link.server)

    async def _refuse(self) -> None:
        self._refusing = True
        await self._cut()

    async def _black_hole(self) -> None:
        self._open.clear()

    async def _half_open(self) -> None:
        for link in list(self._links):
            link.lost = True
            link.server.close()

    def _take(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, client))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        await self._open.wait()
        try:
            if self._refusing:
                return
            from_server, server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            return
        else:
            await self._join(_Link(client=client, server=server), reader, from_server)
        finally:
            _reset(client)

    async def _join(self, link: _Link, from_client: asyncio.StreamReader, from_server: asyncio.StreamReader) -> None:
        self._links.add(link)
        there = asyncio.create_task(self._carry(link, from_client, link.server))
        back = asyncio.create_task(self._carry(link, from_server, link.client))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            if link.lost:
                await there  # only the client's own end is one
        finally:
            self._links.discard(link)
            there.cancel()
            back.cancel()
            _reset(link.server)

    async def _carry(self, link: _Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Until either side ends. What a lost link's client says goes nowhere."""
        with contextlib.suppress(OSError):
            while piece := await source.read(_PIECE_BYTES):
                await self._open.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                if not link.lost:
                    sink.write(piece)
                    await sink.drain()
        await self._open.wait()  # the news of an end does not pass a black hole either


def _reset(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
    writer.transport.abort()

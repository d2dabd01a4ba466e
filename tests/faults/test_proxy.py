"""Each fault of the proxy as both sides of a connection see it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.faults.processes import until
from tests.faults.proxy import TcpProxy


@dataclass
class Server:
    """Accepts what the proxy connects, one after the other."""

    listener: socket.socket
    accepted: list[socket.socket] = field(default_factory=list)

    def accept(self) -> socket.socket:
        connection, _ = self.listener.accept()
        connection.settimeout(5)
        self.accepted.append(connection)
        return connection


@pytest.fixture
def server() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        made = Server(listener)
        yield made
        for each in made.accepted:
            each.close()


@pytest.fixture
def proxy(server: Server) -> Iterator[TcpProxy]:
    with TcpProxy(server.listener.getsockname()[1]) as made:
        yield made


@pytest.fixture
def client(proxy: TcpProxy) -> Iterator[socket.socket]:
    with connected(proxy) as made:
        yield made


def connected(proxy: TcpProxy) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    made.settimeout(5)
    return made


def silent(side: socket.socket) -> bool:
    """Neither bytes nor an end have arrived by now."""
    side.setblocking(False)
    try:
        side.recv(1)
    except BlockingIOError:
        return True
    finally:
        side.settimeout(5)
    return False


def test_it_carries_bytes_both_ways_and_passes_an_end_on(server: Server, client: socket.socket) -> None:
    there = server.accept()
    client.sendall(b"ping")
    assert there.recv(4) == b"ping"
    there.sendall(b"pong")
    assert client.recv(4) == b"pong"
    there.close()
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_a_cut_resets_what_is_connected_and_lets_new_connections_pass(
    server: Server, proxy: TcpProxy, client: socket.socket
) -> None:
    there = server.accept()
    until(lambda: proxy.connections == 1, "the proxy knows of the connection")
    proxy.cut()
    for side in (client, there):
        with pytest.raises(ConnectionResetError):
            side.recv(1)
    with connected(proxy) as again:
        again.sendall(b"x")
        assert server.accept().recv(1) == b"x"


def test_a_black_hole_passes_nothing_and_says_nothing_until_it_is_healed(
    server: Server, proxy: TcpProxy, client: socket.socket
) -> None:
    there = server.accept()
    until(lambda: proxy.connections == 1, "the proxy knows of the connection")
    proxy.black_hole()
    client.sendall(b"held")
    with connected(proxy) as second:
        second.sendall(b"late")
        server.listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.listener.accept()
        assert silent(there)
        assert silent(client)
        assert silent(second)
        server.listener.settimeout(5)
        proxy.heal()
        assert there.recv(4) == b"held"
        assert server.accept().recv(4) == b"late"


def test_half_open_ends_the_servers_side_and_leaves_the_client_waiting(
    server: Server, proxy: TcpProxy, client: socket.socket
) -> None:
    there = server.accept()
    until(lambda: proxy.connections == 1, "the proxy knows of the connection")
    proxy.half_open()
    assert there.recv(1) == b""
    client.sendall(b"anybody?")
    with connected(proxy) as again:
        again.sendall(b"x")
        assert server.accept().recv(1) == b"x"
        assert silent(client)
    proxy.heal()
    assert silent(client)


def test_refused_connections_are_reset_until_it_is_healed(server: Server, proxy: TcpProxy) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionResetError), connected(proxy) as refused:
        refused.recv(1)
    proxy.heal()
    with connected(proxy) as taken:
        taken.sendall(b"x")
        assert server.accept().recv(1) == b"x"


def test_a_server_that_is_away_resets_its_client() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with TcpProxy(port) as proxy, pytest.raises(ConnectionResetError), connected(proxy) as client:
        client.recv(1)


def test_delay_holds_bytes_back_in_both_directions(server: Server, proxy: TcpProxy, client: socket.socket) -> None:
    there = server.accept()
    proxy.delay(0.3)
    there.settimeout(0.05)
    client.sendall(b"x")
    with pytest.raises(TimeoutError):
        there.recv(1)
    there.settimeout(5)
    assert there.recv(1) == b"x"

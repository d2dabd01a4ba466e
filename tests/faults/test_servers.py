"""The servers come back after what the harness does to them, with what they promise to keep."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.faults.processes import until
from tests.faults.servers import Broker, PostgreSQL


def test_a_killed_broker_comes_back_with_its_data_and_an_emptied_one_without(tmp_path: Path) -> None:
    with Broker(tmp_path / "broker") as broker:
        with broker.client() as client:
            client.set("kept", "1")
        broker.process.kill()
        broker.wait()
        with broker.client() as client:
            assert client.get("kept") == b"1"
        broker.lose_everything()
        with broker.client() as client:
            assert client.get("kept") is None


def test_a_killed_postgresql_comes_back_with_what_was_committed(tmp_path: Path) -> None:
    with PostgreSQL(tmp_path / "postgresql.log") as server:
        with server.connect() as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.process.kill()
        server.wait()
        with server.connect() as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
            assert server.terminate_backends() == 1
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        server.stop()
        assert not server.answers()
        server.start()
        until(server.answers, "it is back")

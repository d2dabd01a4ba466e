from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis
from structlog.testing import capture_logs

from copydesk.services import tell_a_large_inbox
from copydesk.stack import Reached


@pytest.mark.parametrize(("maxmemory", "told"), [(0, 0), (512_000_000, 0), (511_000_000, 1)])
def test_a_redis_that_can_be_full_before_the_inbox_is_told_at_start(valkey_url: str, maxmemory: int, told: int) -> None:
    reached = Reached(redis_url=valkey_url, database_url="sqlite://", folder=None, owned=False)
    with Redis.from_url(valkey_url) as redis, capture_logs() as logs:
        redis.config_set("maxmemory", maxmemory)
        try:
            tell_a_large_inbox(reached, inbox_bytes=256_000_000)
        finally:
            redis.config_set("maxmemory", 0)
    assert [line["event"] for line in logs] == ["inbox.more_than_half_of_redis"] * told


def test_where_redis_does_not_tell_nothing_is_said(tmp_path: Path) -> None:
    away = Reached(redis_url=f"unix://{tmp_path}/none.sock", database_url="sqlite://", folder=None, owned=False)
    with capture_logs() as logs:
        tell_a_large_inbox(away, inbox_bytes=256_000_000)
    assert logs == []

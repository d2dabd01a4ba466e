"""Each malformed message of RELIABILITY.md 1.3 in the workers' queue: the next good article is served all the same."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from copydesk.datafolder import DataFolder
from ingest.inbox import Inbox
from shared import routing
from tests.e2e.commands import copydesk, running
from tests.e2e.servers import tcp_valkey
from tests.e2e.test_one_machine import settled, until
from tests.factories import make_raw_article, make_text

pytestmark = pytest.mark.e2e

ARGUMENTS: Final = [[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
DEEP: Final = "[" * 100_000 + "]" * 100_000


def hint(
    *, arguments: Any = ARGUMENTS, body: str | None = None, without: tuple[str, ...] = (), **overrides: Any
) -> bytes:
    """A hint as Celery writes it; ``overrides`` go to its headers, or with a dotted name wherever they belong."""
    made: dict[str, Any] = {
        "body": base64.b64encode(json.dumps(arguments).encode()).decode() if body is None else body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": routing.DRAIN_TASK, "id": str(uuid.uuid4()), "retries": 0, "eta": None},
        "properties": {
            "correlation_id": "c",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "work"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid.uuid4()),
        },
    }
    made["headers"] |= overrides.pop("headers", {})
    made["properties"] |= overrides.pop("properties", {})
    made |= {name.replace("_", "-"): value for name, value in overrides.items()}
    for name in without:
        made["properties"].pop(name, None)
        made.pop(name, None)
    return json.dumps(made).encode()


def encoded(body: bytes) -> str:
    return base64.b64encode(body).decode()


def bomb() -> str:
    return encoded(gzip.compress(b" " * 300_000_000, compresslevel=1))


MESSAGES: Final[dict[str, Callable[[], bytes]]] = {
    "not JSON": lambda: b"neither JSON nor a hint",
    "bad UTF-8": lambda: b'{"body": "\xff\xfe"}',
    "a JSON list": lambda: b"[1, 2]",
    "JSON null": lambda: b"null",
    "deep JSON": DEEP.encode,
    "body not base64": lambda: hint(body="!!! not base64 !!!"),
    "body of the wrong shape": lambda: hint(arguments=17),
    "a compressed bomb": lambda: hint(body=bomb(), headers={"compression": "application/x-gzip"}),
    "time limits that are strings": lambda: hint(headers={"timelimit": ["soon", "later"]}),
    "an empty object": lambda: b"{}",
    "no properties": lambda: hint(without=("properties",)),
    "no delivery tag": lambda: hint(without=("delivery_tag",)),
    "an unknown task": lambda: hint(headers={"task": "somebody.elses"}),
    "pickle": lambda: hint(body=encoded(b"\x80\x04K\x01."), content_type="application/x-python-serialize"),
    "body not JSON": lambda: hint(body=encoded(b"{not json")),
    "a deep body": lambda: hint(body=encoded(DEEP.encode())),
    "an eta that is none": lambda: hint(headers={"eta": "when it suits"}),
    "an expiry that is none": lambda: hint(headers={"expires": "never"}),
    "an unknown compression": lambda: hint(headers={"compression": "application/x-none"}),
    "a priority that is none": lambda: hint(properties={"priority": "zz"}),
    "too many arguments": lambda: hint(arguments=[[1, 2, 3], {}, {}]),
    "an eta in the year 9999": lambda: hint(headers={"eta": "9999-12-31T23:59:59+00:00"}),
}


class Stack:
    """A running worker and the way into its inbox and its queue. ``data``: the folder of its database."""

    def __init__(self, data: Path, redis_url: str) -> None:
        self._data = data
        self._url = redis_url
        self.redis = Redis.from_url(self._url)
        self._given = 0

    def push(self, message: bytes) -> None:
        """Where the next worker that is free takes it first."""
        self.redis.rpush(routing.WORK_QUEUE_KEY, message)

    async def serves(self, count: int = 1) -> None:
        """Returns when articles that are handed in now are stored."""
        before = settled(self._data)
        raws = []
        for _ in range(count):
            self._given += 1
            raws.append(make_raw_article(entry_key=f"good-{self._given}", body=make_text(self._given).encode()))
        async with AsyncRedis.from_url(self._url) as redis:
            await Inbox(redis, max_bytes=10**8, send_hint=lambda: self.push(hint())).accept(raws)
        until(lambda: settled(self._data) == before + count)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`copydesk run`."""
    folder = tmp_path_factory.mktemp("stack")
    log = folder / "run.log"
    with running("run", "--data", folder / "d", log=log, variables={"COPYDESK_WORKER_PROCESSES": "1"}):
        until(lambda: "Ctrl-C stops it" in log.read_text())
        yield Stack(folder / "d", DataFolder(folder / "d").redis_url)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Stack]:
    """`copydesk work`."""
    with tcp_valkey(tmp_path / "redis") as redis:
        variables = {
            "COPYDESK_REDIS_URL": redis.url("worker"),
            "COPYDESK_DATABASE_URL": f"sqlite:///{tmp_path / 'copydesk.db'}",
            "COPYDESK_WORKER_PROCESSES": "1",
        }
        assert copydesk("migrate", variables=variables).code == 0
        with running("work", log=tmp_path / "work.log", variables=variables):
            yield Stack(tmp_path, redis.url("admin"))


def test_the_list_is_that_of_the_measurements() -> None:
    assert len(MESSAGES) == 22


@pytest.mark.parametrize("name", MESSAGES)
async def test_after_a_malformed_message_the_next_good_article_is_served(name: str, stack: Stack) -> None:
    stack.push(MESSAGES[name]())
    until(lambda: not stack.redis.llen(routing.WORK_QUEUE_KEY))
    await stack.serves()


async def test_a_worker_of_a_deployment_serves_the_next_good_article_after_each_of_them(service: Stack) -> None:
    await service.serves()
    for message in MESSAGES.values():
        service.push(message())
        until(lambda: not service.redis.llen(routing.WORK_QUEUE_KEY))
        await service.serves()

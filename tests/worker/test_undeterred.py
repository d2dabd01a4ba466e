from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from worker.undeterred import MalformedMessageError, undeterred


def consumer(error: BaseException) -> Any:
    def loop(*_: object) -> None:
        raise error

    return SimpleNamespace(loop=loop)


@pytest.mark.parametrize("error", [json.JSONDecodeError("x", "", 0), KeyError("properties"), RecursionError()])
def test_what_cannot_be_read_is_a_lost_connection_and_the_queue_goes(error: Exception) -> None:
    celery, dropped = consumer(error), list[bool]()
    for _ in range(2):  # it is told at every start
        undeterred(celery, drop_queue_at_start=lambda: dropped.append(True))
    with pytest.raises(MalformedMessageError):
        celery.loop("argument")
    assert dropped == [True]


@pytest.mark.parametrize("error", [SystemExit(0), MemoryError(), OSError("gone"), RuntimeError("a defect")])
def test_everything_else_goes_its_way(error: BaseException) -> None:
    celery = consumer(error)
    undeterred(celery, drop_queue_at_start=lambda: pytest.fail("the queue is not at fault"))
    with pytest.raises(type(error)) as caught:
        celery.loop()
    assert caught.value is error

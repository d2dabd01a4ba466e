"""Every crash point is a function of the product as it is, every step has one, and an armed one kills, once."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.hooks import Hooks, PoisonError, arm, fired, prepare, wrapped
from tests.faults.points import BY_NAME, POINTS, Point, Step

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_point_names_a_function_of_the_product(point: Point) -> None:
    module, _, path = point.target.partition(":")
    owner = importlib.import_module(module)
    for part in path.split("."):
        owner = getattr(owner, part)
    assert callable(owner)


def test_names_are_unique_and_every_step_of_the_protocol_has_a_point() -> None:
    assert len(BY_NAME) == len(POINTS)
    assert {point.step for point in POINTS} == set(Step)


def test_an_armed_point_kills_the_process_that_reaches_it_and_only_once(tmp_path: Path) -> None:
    prepare(tmp_path / "hooks")
    arm(tmp_path / "hooks", BY_NAME["feed_state.before"])
    assert _reach(tmp_path / "hooks") == -signal.SIGKILL
    assert fired(tmp_path / "hooks") == {"feed_state.before"}
    assert _reach(tmp_path / "hooks") == 0


def test_a_point_that_is_armed_again_counts_as_reached_only_when_somebody_dies_there_again(tmp_path: Path) -> None:
    folder, point = tmp_path / "hooks", BY_NAME["feed_state.before"]
    prepare(folder)
    for _ in range(2):
        arm(folder, point)
        assert fired(folder) == set()
        assert _reach(folder) == -signal.SIGKILL
        assert fired(folder) == {point.name}


def test_a_point_named_by_hand_kills_at_the_passing_that_was_asked_for(tmp_path: Path) -> None:
    prepare(tmp_path / "hooks")
    assert _reach(tmp_path / "hooks", COPYDESK_CRASH_AT="feed_state.before:2") == 0
    assert _reach(tmp_path / "hooks", COPYDESK_CRASH_AT="feed_state.before:1") == -signal.SIGKILL


def test_without_the_test_setting_nothing_is_wrapped_and_nobody_dies() -> None:
    assert _reach(None, COPYDESK_CRASH_AT="feed_state.before") == 0


def test_a_point_of_another_role_is_passed(tmp_path: Path) -> None:
    prepare(tmp_path)
    arm(tmp_path, BY_NAME["accept.before"])
    Hooks(tmp_path, role="seed").reached(BY_NAME["accept.before"])
    assert fired(tmp_path) == set()


def test_poison_works_only_while_there_is_a_cause(tmp_path: Path) -> None:
    prepare(tmp_path)
    hooks = Hooks(tmp_path, role="worker")
    with pytest.raises(PoisonError):
        hooks.taste(b"some wolfsbane")
    (tmp_path / "cause").unlink()
    hooks.taste(b"some wolfsbane and strychnine")


def test_what_is_wrapped_answers_as_before(tmp_path: Path) -> None:
    prepare(tmp_path)
    hooks = Hooks(tmp_path, role="poller")

    async def later(number: int) -> int:
        return number

    point = BY_NAME["accept.before"]
    assert asyncio.run(wrapped(later, point, hooks)(3)) == 3
    assert list(wrapped(lambda: range(3), point, hooks)()) == [0, 1, 2]


def _reach(folder: Path | None, **more: str) -> int:
    """The exit code of a poller's process that writes a feed's state, to a Redis that is not there."""
    code = (
        "import asyncio; from redis.asyncio import Redis; from redis.exceptions import RedisError\n"
        "from ingest.polling.state import FeedStates\n"
        "states = FeedStates(Redis(port=1))\n"
        "try: asyncio.run(states.write('f', {'etag': 'x'}))\n"
        "except RedisError: pass\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    environment |= {"PYTHONPATH": f"{ROOT / 'tests/faults/injected'}{os.pathsep}{ROOT}", "COPYDESK_TEST_ROLE": "poller"}
    environment |= {"COPYDESK_TEST_HOOKS": str(folder)} if folder else {}
    return subprocess.run([sys.executable, "-P", "-c", code], env={**environment, **more}, check=False).returncode

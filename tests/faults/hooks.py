"""What a process under test has that the product has not: crash points, poison, and a schedule in seconds.

A process has hooks when `COPYDESK_TEST_HOOKS` names a folder and the folder `injected` beside this file is on its
PYTHONPATH; then Python imports `sitecustomize` from there, which calls `install`. The product itself has no switch.

    FOLDER/armed/ROLE.POINT    that point kills the next process of that role that reaches it; it moves to fired/
    FOLDER/cause               while it is there, articles with a poison's words in them are deadly, or raise
    FOLDER/deaths              a byte for each process that died of an article
    COPYDESK_CRASH_AT          NAME[:n]: the same by hand, at the n-th passing, once for a folder
    COPYDESK_TEST_ROLE         what this process is (points.Role)
    COPYDESK_TEST_POLL_SECONDS every feed is asked again after so long
    COPYDESK_TEST_LEASE_SECONDS what a killed poller had claimed is free after so long, and no supervisor pauses longer
                               than a second before it starts a child again
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from tests.faults.points import POINTS, Point

FOLDER_VARIABLE: Final = "COPYDESK_TEST_HOOKS"
ROLE_VARIABLE: Final = "COPYDESK_TEST_ROLE"
POLL_VARIABLE: Final = "COPYDESK_TEST_POLL_SECONDS"
LEASE_VARIABLE: Final = "COPYDESK_TEST_LEASE_SECONDS"
CRASH_VARIABLE: Final = "COPYDESK_CRASH_AT"

KILLS: Final = "strychnine"
"""Whoever parses an article with this word in it dies, while there is a cause."""

RAISES: Final = "wolfsbane"
"""Parsing an article with this word in it fails, while there is a cause."""


class PoisonError(Exception):
    """What parsing a poisoned article raises."""


class Hooks:
    """Of one process and those it forks."""

    def __init__(self, folder: Path, *, role: str, crash_at: str = "") -> None:
        self._armed, self._fired, self._cause = folder / "armed", folder / "fired", folder / "cause"
        self._deaths = folder / "deaths"
        self._role = role
        name, _, number = crash_at.partition(":")
        self._by_hand = (name, int(number or 1))
        self._passes: Counter[str] = Counter()

    def reached(self, point: Point) -> None:
        """Kills this process when the point is armed for it."""
        if point.role != self._role:
            return
        name = f"{point.role}.{point.name}"
        self._passes[name] += 1
        if self._by_hand == (point.name, self._passes[name]) and not (self._fired / name).exists():
            (self._fired / name).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            (self._armed / name).rename(self._fired / name)  # of several that reach it, one has it
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    def taste(self, body: bytes) -> None:
        """Raises PoisonError, or kills this process, for what is poisoned."""
        if KILLS.encode() in body and self._cause.exists():
            with self._deaths.open("ab", buffering=0) as deaths:
                deaths.write(b".")
            os.kill(os.getpid(), signal.SIGKILL)
        if RAISES.encode() in body and self._cause.exists():
            raise PoisonError("there is wolfsbane in it")


def install(folder: Path) -> None:
    """Has every module that is imported from now on wrapped where it has a point."""
    environment = os.environ
    hooks = Hooks(folder, role=environment.get(ROLE_VARIABLE, ""), crash_at=environment.get(CRASH_VARIABLE, ""))
    wrappers: dict[str, list[Callable[[ModuleType], None]]] = {}
    for point in POINTS:
        module = point.target.partition(":")[0]
        wrappers.setdefault(module, []).append(functools.partial(_wrap, point=point, hooks=hooks))
    wrappers.setdefault("worker.parsing.parser", []).append(functools.partial(_poison, hooks=hooks))
    if seconds := environment.get(POLL_VARIABLE):
        wrappers["ingest.polling.schedule"] = [functools.partial(_hurry, seconds=float(seconds))]
    if seconds := environment.get(LEASE_VARIABLE):
        wrappers.setdefault("ingest.polling.leases", []).append(functools.partial(_shorten, seconds=float(seconds)))
        wrappers["ingest.webhooks.sender"] = [functools.partial(_shorten_webhooks, seconds=float(seconds))]
        wrappers["copydesk.supervisor"] = [_start_again_at_once]
    sys.meta_path.insert(0, _Finder(wrappers))


class _Finder(MetaPathFinder):
    """Finds what Python's own finder finds, and has it changed as soon as it is loaded."""

    def __init__(self, wrappers: dict[str, list[Callable[[ModuleType], None]]]) -> None:
        self._wrappers = wrappers

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        wrappers = self._wrappers.get(fullname)
        spec = PathFinder.find_spec(fullname, path, target) if wrappers else None
        if not wrappers or spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_wrap(module: ModuleType) -> None:
            load(module)
            for wrapper in wrappers:
                wrapper(module)

        spec.loader.exec_module = load_and_wrap  # type: ignore[method-assign]
        return spec


def _wrap(module: ModuleType, *, point: Point, hooks: Hooks) -> None:
    owner: Any = module
    *path, name = point.target.partition(":")[2].split(".")
    for part in path:
        owner = getattr(owner, part)
    setattr(owner, name, wrapped(getattr(owner, name), point, hooks))


def wrapped(function: Callable[..., Any], point: Point, hooks: Hooks) -> Callable[..., Any]:
    """The function with the point in front of it, behind it, or before its second item."""
    countdown = point.passes

    def reach(when: str) -> None:
        nonlocal countdown
        if when == point.when:
            countdown -= 1
            if countdown <= 0:
                hooks.reached(point)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def in_time(*args: Any, **named: Any) -> Any:
            reach("before")
            answer = await function(*args, **named)
            reach("after")
            return answer

        return in_time
    if inspect.isgeneratorfunction(function):
        return _one_by_one(function, reach)

    @functools.wraps(function)
    def plainly(*args: Any, **named: Any) -> Any:
        reach("before")
        answer = function(*args, **named)
        reach("after")
        return answer

    return plainly


def _one_by_one(function: Callable[..., Any], reach: Callable[[str], None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def one_by_one(*args: Any, **named: Any) -> Iterator[Any]:
        for number, item in enumerate(function(*args, **named)):
            if number == 1:
                reach("second")
            yield item

    return one_by_one


def _poison(module: ModuleType, *, hooks: Hooks) -> None:
    parse = module.parse

    @functools.wraps(parse)
    def taste_and_parse(raw: Any, *args: Any, **named: Any) -> Any:
        hooks.taste(raw.body)
        return parse(raw, *args, **named)

    module.parse = taste_and_parse  # type: ignore[attr-defined]


def _hurry(module: ModuleType, *, seconds: float) -> None:
    """Floors and rhythms of minutes to hours have tests of their own; here every feed shall be asked many times."""

    def interval(*_args: Any, **_named: Any) -> timedelta:
        return timedelta(seconds=seconds)

    module.interval = interval  # type: ignore[attr-defined]


def _shorten(module: ModuleType, *, seconds: float) -> None:
    """A poller dies every few seconds here; were each claim kept for the product's 30, the run would be waiting."""
    module.Leases.__init__.__kwdefaults__["lease_seconds"] = seconds


def _shorten_webhooks(module: ModuleType, *, seconds: float) -> None:
    module.LEASE_SECONDS = round(seconds)  # type: ignore[attr-defined]


def _start_again_at_once(module: ModuleType) -> None:
    """Whoever dies every few seconds would else be left dead for ten."""
    module.PAUSE_SECONDS_MAX = 1.0  # type: ignore[attr-defined]


def arm(folder: Path, point: Point) -> None:
    (folder / "armed" / f"{point.role}.{point.name}").touch()


def fired(folder: Path) -> set[str]:
    """Names of the points at which a process has died, since they were last armed."""
    armed = {path.name for path in (folder / "armed").iterdir()}
    return {path.name.partition(".")[2] for path in (folder / "fired").iterdir() if path.name not in armed}


def deaths(folder: Path) -> int:
    """How many processes have died of an article."""
    return (folder / "deaths").stat().st_size


def prepare(folder: Path) -> None:
    """Makes a folder of hooks, with the cause of poisonings in it."""
    for name in ("armed", "fired"):
        (folder / name).mkdir(parents=True)
    for name in ("cause", "deaths"):
        (folder / name).touch()

"""Every Lua script of the product has crash points around the function that runs it, found in the source."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.faults.points import POINTS

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("shared", "ingest", "worker", "copydesk")
SCRIPTS: Final = sorted(file.relative_to(ROOT) for package in PACKAGES for file in (ROOT / package).rglob("*.lua"))
READS_ONLY: Final = {Path("ingest/polling/load_feeds.lua")}
"""Between two readings nothing is half done."""


def test_scripts_are_files_and_nothing_runs_lua_otherwise() -> None:
    assert len(SCRIPTS) >= 16
    registered = set[Path]()
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            registered |= {script for owner in _classes(tree) for script in _scripts(owner, file.parent).values()}
            called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            assert not called & {"eval", "evalsha", "script_load"}, file
    assert sorted(script.relative_to(ROOT) for script in registered) == SCRIPTS


@pytest.mark.parametrize("script", [each for each in SCRIPTS if each not in READS_ONLY], ids=str)
def test_somebody_dies_before_and_after_each_script(script: Path) -> None:
    whens = {when for runner, when in _around() if script in runner}
    assert "before" in whens
    assert "after" in whens


def test_a_script_that_no_function_with_points_runs_is_found() -> None:
    tree = ast.parse(
        "class A:\n"
        "    def __init__(self, redis):\n"
        "        self._claim = redis.register_script(_script('claim.lua'))\n"
        "        self._later = Coalesced(self._run)\n"
        "    def _run(self): return self._claim(keys=[])\n"
        "    def claim(self): return self._later(1)\n"
        "    def other(self): return 1\n"
    )
    (owner,) = _classes(tree)
    folder = ROOT / "worker"
    assert _run_by(owner, "claim", folder) == {folder / "claim.lua"}
    assert _run_by(owner, "other", folder) == set()


@functools.cache
def _around() -> tuple[tuple[set[Path], str], ...]:
    return tuple(_found_around())


def _found_around() -> Iterator[tuple[set[Path], str]]:
    """The scripts that a point's function runs, and when it dies. Before what is called next is after a script too."""
    for point in POINTS:
        module, _, path = point.target.partition(":")
        owner, _, method = path.partition(".")
        if module.partition(".")[0] not in PACKAGES or not method:
            continue
        file = Path(inspect.getfile(importlib.import_module(module)))
        (found,) = (each for each in _classes(ast.parse(file.read_text(encoding="utf-8"))) if each.name == owner)
        yield {each.relative_to(ROOT) for each in _run_by(found, method, file.parent)}, point.when
        for caller in _methods(found) if point.when == "before" else ():
            uses = _attributes(caller)
            earlier = uses[: uses.index(method)] if method in uses else []
            for script in (_scripts(found, file.parent).get(name) for name in earlier):
                yield ({script.relative_to(ROOT)} if script else set()), "after"


def _classes(tree: ast.AST) -> list[ast.ClassDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def _methods(owner: ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in owner.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _scripts(owner: ast.ClassDef, folder: Path) -> dict[str, Path]:
    """Attribute -> the file that it registers."""
    found: dict[str, Path] = {}
    for node in ast.walk(owner):
        if isinstance(node, ast.Assign) and "register_script" in ast.dump(node.value):
            (target,) = node.targets
            attributes = _attributes(target)
            names = [each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)]
            files = [folder / f"{name.removesuffix('.lua')}.lua" for name in names if isinstance(name, str)]
            found |= dict(zip(attributes, (file for file in files if file.exists()), strict=True))
    return found


def _run_by(owner: ast.ClassDef, method: str, folder: Path) -> set[Path]:
    """The scripts that a method runs, by whatever it uses of its own object."""
    uses = {each.name: _attributes(each) for each in _methods(owner) if each.name != "__init__"}
    for node in ast.walk(owner):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Attribute) and node.value:
            uses.setdefault(target.attr, _attributes(node.value))
    scripts, run = _scripts(owner, folder), set[Path]()
    ahead, met = [method], {method}
    while ahead:
        name = ahead.pop()
        run |= {scripts[name]} if name in scripts else set()
        fresh = set(uses.get(name, ())) - met
        met |= fresh
        ahead += fresh
    return run


def _attributes(node: ast.AST) -> list[str]:
    """Names of self's attributes in it, in their order."""
    found = [
        each
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self"
    ]
    return [each.attr for each in sorted(found, key=lambda each: (each.lineno, each.col_offset))]

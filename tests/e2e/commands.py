"""Runs the command as a user does: a process of its own, with an environment of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

COMMAND = [sys.executable, "-P", "-m", "copydesk"]
COUNTS = ("stored", "revised", "copies", "duplicates", "quarantined", "refused")


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def jsonl(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def counts(self) -> dict[str, int]:
        """Of a report in JSON: what is not zero."""
        return {name: self.json[name] for name in COUNTS if self.json[name]}


def environment(variables: Mapping[str, str] | None) -> dict[str, str]:
    """Ours without any setting of Copydesk's, and the given ones."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    return {**plain, **(variables or {})}


def copydesk(
    *arguments: object, stdin: str | bytes = b"", seconds: float = 120, variables: Mapping[str, str] | None = None
) -> Done:
    """One command, run to its end."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=given,
        capture_output=True,
        env=environment(variables),
        timeout=seconds,
        check=False,
    )
    return Done(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@contextmanager
def running(
    *arguments: object, log: Path, variables: Mapping[str, str] | None = None, program: Sequence[str] = COMMAND
) -> Iterator[subprocess.Popen[bytes]]:
    """A command that goes on by itself, at the longest until the end of the block, however that is reached.

    What it says goes to a file.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*program, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(variables),
        )
    try:
        yield process
    finally:
        stop(process)


class Start(Protocol):
    """`running` without a block: it ends with the test."""

    def __call__(
        self,
        *arguments: object,
        log: Path,
        variables: Mapping[str, str] | None = None,
        program: Sequence[str] = COMMAND,
    ) -> subprocess.Popen[bytes]: ...


def stop(process: subprocess.Popen[bytes], number: int = signal.SIGTERM, *, seconds: float = 60) -> int:
    """Tells it to end and answers its exit code; -9 of one that did not end in time and was killed."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def lines(count: int, **fields: object) -> str:
    """JSON lines of ``count`` distinct articles."""
    made = [
        {
            "id": f"a{n}",
            "title": f"Ferry number {n} sails",
            "text": f"The ferry number {n} sails at dawn. " * 9,
            **fields,
        }
        for n in range(count)
    ]
    return "\n".join(json.dumps(each) for each in made) + "\n"

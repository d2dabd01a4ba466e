"""A disk of its own that can be filled, where the machine lets us have one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Self

PIECE = bytes(1 << 16)


class NoDiskError(Exception):
    """We may not mount one here; the message is the system's."""


class SmallDisk:
    """A file system in memory at ``path``; a context. Raises NoDiskError where only an administrator may mount."""

    def __init__(self, path: Path, *, megabytes: int) -> None:
        self.path = path
        self._size = f"size={megabytes}m,mode=1777"
        self._filler = path / "filler"

    def __enter__(self) -> Self:
        if os.geteuid() != 0:
            raise NoDiskError("only root mounts a file system")
        self.path.mkdir(parents=True)
        mounted = _run("mount", "-t", "tmpfs", "-o", self._size, "tmpfs", str(self.path))
        if mounted.returncode:
            self.path.rmdir()
            raise NoDiskError(mounted.stderr.strip())
        return self

    def __exit__(self, *_error: object) -> None:
        _run("umount", "--lazy", str(self.path))  # whoever still has a file open there does not keep it
        self.path.rmdir()

    def fill(self) -> None:
        """Returns when not one more byte can be written."""
        with self._filler.open("ab", buffering=0) as file:
            size = len(PIECE)
            while size:
                try:
                    file.write(PIECE[:size])
                except OSError:
                    size //= 2

    def free(self) -> None:
        """Everything but what was there before it was filled."""
        self._filler.unlink()


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)

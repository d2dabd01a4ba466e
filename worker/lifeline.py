"""A process that must not outlive the one that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1

PARENT_VARIABLE = "COPYDESK_PARENT_PID"
"""Set by a supervisor for its child: the pid it must not outlive."""

LINEAGE_VARIABLE = "COPYDESK_LINEAGE"
"""Set by a supervisor for its child: the same for all that it starts, one after the other. The life before is over."""


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Asks Linux to send this process a signal when its parent dies (prctl(2), PR_SET_PDEATHSIG).

    Elsewhere it does nothing: orphans are then ended by whoever takes their place.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)


def main() -> None:
    """python -m worker.lifeline PROGRAM ARGUMENT...: becomes a program that does not outlive its supervisor."""
    die_with_supervisor()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - the server from its wheel; a death signal outlives exec


def die_with_supervisor() -> None:
    """The same for a supervised process; it ends at once when its supervisor died before this call."""
    supervisor = os.environ.get(PARENT_VARIABLE)
    if supervisor:
        die_with_parent()
        if sys.platform == "linux" and os.getppid() != int(supervisor):
            sys.exit(os.EX_TEMPFAIL)  # without a word: whoever read its words is gone too


if __name__ == "__main__":
    main()

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import sys, threading, warnings
from shared.logs import configure_logging
from worker.said import log_what_is_said
configure_logging("worker", stream=sys.__stderr__)
log_what_is_said()
print("one\\ntwo\\x1b[31m")
print("beg", end="", file=sys.stderr)
print("un redis://u:secret@h", file=sys.stderr)
warnings.warn("careful")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise ValueError("a defect")
"""


def test_whatever_python_code_writes_is_a_log_line() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    said = [event["line"] for event in events if event["event"] == "process.said"]
    assert said == ["one", "two [31m", "begun redis://u:***@h"]
    assert any("UserWarning: careful" in event["event"] for event in events)
    defects = [event["exception"].splitlines()[-1] for event in events if event["event"] == "process.defect"]
    assert defects == ["ZeroDivisionError: division by zero", "ValueError: a defect"]
    assert {event["service"] for event in events} == {"worker"}


def test_a_log_whose_pipe_is_gone_ends_nothing() -> None:
    program = PROGRAM.replace('raise ValueError("a defect")', "sys.exit(7)")
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE)
    assert process.stderr is not None
    process.stderr.close()
    assert process.wait(60) == 7

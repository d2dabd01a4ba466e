"""`make audit` tells clean from vulnerable, and both from not having been told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parents[2] / ".ci" / "audit.py"
CLEAN = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
SKIPPED = {"name": "lxml", "skip_reason": "Dependency not found on PyPI"}
VULNERABLE = {"name": "redis", "version": "4.5.0", "vulns": [{"id": "CVE-2023-28858", "fix_versions": ["4.5.3"]}]}


def audit(folder: Path, answers: dict[str, list[dict[str, Any]] | None]) -> subprocess.CompletedProcess[str]:
    """Runs it on a pip-audit that answers for each service as it is told; None: the service is not reached."""
    program = folder / "pip-audit"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"answers = json.loads({json.dumps(json.dumps(answers))})\n"
        "assert '--strict' in sys.argv\n"
        "answer = answers[next(a for a in sys.argv if 'vulnerability-service' in a).split('=')[1]]\n"
        "sys.exit('cannot be reached') if answer is None else print(json.dumps({'dependencies': answer}))\n"
    )
    program.chmod(0o755)
    environment = {"PATH": str(folder)}
    return subprocess.run([sys.executable, AUDIT], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("answers", "code", "sentence"),
    [
        ({"pypi": [CLEAN]}, 0, "1 packages audited by pypi, 0 vulnerable."),
        ({"pypi": None, "osv": [CLEAN]}, 0, "1 packages audited by osv, 0 vulnerable."),
        ({"pypi": [CLEAN, VULNERABLE]}, 1, "redis 4.5.0: CVE-2023-28858, fixed in 4.5.3"),
        ({"pypi": [CLEAN, SKIPPED]}, 2, "Not all was audited: pypi knows nothing of ['lxml']."),
        ({"pypi": []}, 2, "Not all was audited"),
        ({"pypi": None, "osv": None}, 2, "Nothing was audited, because no advisory service answers here"),
    ],
)
def test_only_an_answer_for_every_package_is_clean(
    tmp_path: Path, answers: dict[str, list[dict[str, Any]] | None], code: int, sentence: str
) -> None:
    done = audit(tmp_path, answers)
    assert (done.returncode, sentence in done.stderr) == (code, True), done.stderr

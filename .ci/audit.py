"""`make audit`: known vulnerabilities in what Copydesk runs on, asked of PyPI's advisories, else of OSV.

pip-audit behind a mirror skips every package and still says that it found nothing; so --strict, and a package that was
skipped all the same fails too. Exit codes: 0 clean, 1 vulnerable, 2 nothing or not all could be audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SERVICES = ("pypi", "osv")
EXCEPTIONS = ROOT / ".ci" / "audit-exceptions"
"""Lines of an advisory's id and the reason why it does not concern us."""


def main() -> int:
    """Tries one service after the other until one answers for every package of the lock."""
    reasons = []
    for service in SERVICES:
        done = subprocess.run(_command(service), capture_output=True, text=True, check=False)
        try:
            audited = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            reasons.append(f"{service}: {_last_line(done.stderr)}")
            continue
        return _judge(service, audited)
    say("Nothing was audited, because no advisory service answers here; run this where one does.")
    say("\n".join(reasons))
    return 2


def _command(service: str) -> list[str]:
    options = ["--strict", "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    ignored = [
        f"--ignore-vuln={line.split()[0]}"
        for line in EXCEPTIONS.read_text().splitlines()
        if line and not line.startswith("#")
    ]
    return ["pip-audit", *options, f"--vulnerability-service={service}", *ignored, f"-r{ROOT / 'requirements.lock'}"]


def _judge(service: str, audited: list[dict[str, Any]]) -> int:
    skipped = [package["name"] for package in audited if "skip_reason" in package]
    if skipped or not audited:
        say(f"Not all was audited: {service} knows nothing of {skipped or 'any package'}.")
        return 2
    vulnerable = [package for package in audited if package["vulns"]]
    for package in vulnerable:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no release yet"
            say(f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}")
    say(f"{len(audited)} packages audited by {service}, {len(vulnerable)} vulnerable.")
    return 1 if vulnerable else 0


def say(text: str) -> None:
    """To people: nothing reads it."""
    sys.stderr.write(f"{text}\n")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1][:300]


if __name__ == "__main__":
    sys.exit(main())

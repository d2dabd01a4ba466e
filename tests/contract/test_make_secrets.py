"""`make secrets`: what the stack needs is written once, each with a password of its own, and never written over."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"


def make_secrets(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [ROOT / "deploy" / "make-secrets"]
    environment = {"SECRETS": str(folder), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_writes_what_the_compose_file_mounts(tmp_path: Path) -> None:
    assert make_secrets(tmp_path / "secrets").returncode == 0
    mounted = re.findall(r"COPYDESK_SECRETS_DIR:-\./secrets\}/(\w+)", COMPOSE_FILE.read_text(encoding="utf-8"))
    assert sorted(path.name for path in (tmp_path / "secrets").iterdir()) == sorted(mounted)
    assert len({path.read_text() for path in (tmp_path / "secrets").iterdir()}) == len(mounted)


def test_the_folder_is_closed_to_others_and_the_files_in_it_are_open_to_the_containers(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o444}


def test_what_is_there_stays_and_what_is_missing_is_added(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "webhook_secret").unlink()
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    done = make_secrets(tmp_path)
    after = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert done.returncode == 0
    assert after.pop("webhook_secret").startswith("whsec_")
    assert after == before


def test_an_empty_one_is_said_and_a_folder_that_docker_made_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "ingest_redis_url").mkdir()
    (tmp_path / "redis_admin_password").write_text("")
    done = make_secrets(tmp_path)
    assert (done.returncode, "redis_admin_password is empty" in done.stderr) == (1, True)
    (tmp_path / "redis_admin_password").unlink()
    assert make_secrets(tmp_path).returncode == 0
    assert (tmp_path / "ingest_redis_url").is_file()

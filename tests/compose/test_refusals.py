"""The stack does not start with a password that is empty, missing or a default, and says so in one sentence."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.compose.engine import Stack

pytestmark = pytest.mark.compose

COMPOSES_OWN = re.compile(r"Creating | (Container|Network|Volume) |\d+$")
"""What Compose itself says of a run: 1.29 ends with the exit code."""


@pytest.mark.parametrize(
    ("refusing", "content", "sentence"),
    [
        (("redis", "worker_redis_url"), "", "The password in the secret worker_redis_url is empty"),
        (("redis", "ingest_redis_url"), "redis://ingest:copydesk@redis:6379/0", "shorter than 24 characters"),
        (("db", "worker_database_url"), "postgresql://copydesk_worker:@db/copydesk", "worker_database_url is empty"),
        (
            ("db", "owner_database_url"),
            "postgresql://copydesk_owner:postgres@db/copydesk",
            "shorter than 24 characters",
        ),
        (
            ("ingest", "ingest_redis_url"),
            "",
            "COPYDESK_REDIS_URL_FILE=/run/secrets/ingest_redis_url: the file is empty.",
        ),
    ],
)
def test_a_password_that_is_none_is_refused(
    stack: Stack, tmp_path: Path, refusing: tuple[str, str], content: str, sentence: str
) -> None:
    service, secret = refusing
    secrets = shutil.copytree(stack.secrets, tmp_path / "secrets")
    (secrets / secret).unlink()
    (secrets / secret).write_text(content)
    done = stack.attempt("run", "--rm", "-T", "--no-deps", service, COPYDESK_SECRETS_DIR=str(secrets))
    said = [line for line in (done.stdout + done.stderr).splitlines() if not COMPOSES_OWN.match(line)]
    assert done.returncode != 0
    assert [sentence in line for line in said] == [True], said

from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

import ingest.settings
from copydesk.datafolder import DataFolderError
from copydesk.failures import sentence_and_code
from copydesk.stack import UnreachableError
from worker.storage.errors import SchemaMismatchError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataFolderError("another runs"), 2),
        (ingest.settings.SettingsError("wrong"), 2),
        (UnreachableError("gone"), 3),
        (RedisConnectionError("gone"), 3),
        (SchemaMismatchError("old"), 3),
    ],
)
def test_what_is_expected_has_its_exit_code_and_is_a_sentence(error: Exception, code: int) -> None:
    said = sentence_and_code(error)
    assert said is not None
    assert said[1] == code
    assert said[0][0].isupper()
    assert said[0].endswith(".")


def test_no_password_and_no_control_character_is_said() -> None:
    said = sentence_and_code(UnreachableError("at redis://u:secret@h\x1b[2J"))
    assert said == ("At redis://u:***@h [2J.", 3)


def test_what_nobody_expected_is_not_dressed_up() -> None:
    assert sentence_and_code(KeyError("x")) is None

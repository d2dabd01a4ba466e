from __future__ import annotations

from pathlib import Path

import pytest

from worker.publishers_file import load_publishers
from worker.settings import SettingsError, WorkerSettings


def test_the_file_that_the_setting_names_is_read(tmp_path: Path) -> None:
    file = tmp_path / "publishers.toml"
    file.write_text('["Islander.example"]\ntimezone = "Europe/Oslo"\n')
    assert load_publishers(WorkerSettings(publishers_file=file))["islander.example"].timezone == "Europe/Oslo"
    assert load_publishers(WorkerSettings()) == {}


def test_a_file_that_is_not_there_or_no_table_is_said_with_its_name(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    with pytest.raises(SettingsError, match=r"COPYDESK_PUBLISHERS_FILE=.*none\.toml cannot be read: No such file"):
        load_publishers(WorkerSettings(publishers_file=missing))
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"broken\.toml cannot be used"):
        load_publishers(WorkerSettings(publishers_file=broken))

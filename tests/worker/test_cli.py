from __future__ import annotations

from pathlib import Path

import pytest
import typer

from worker.cli import _engine
from worker.settings import SettingsError, load_settings


def open_database(data: Path | None) -> None:
    with _engine(lambda given: load_settings(data=given).effective_database_url, data):
        raise AssertionError("there is no such folder")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"COPYDESK_DATA": "/nowhere/a"}, "COPYDESK_DATA=/nowhere/a cannot be used: there is no folder /nowhere/a."),
        (
            {"COPYDESK_DATABASE_URL": "sqlite:////nowhere/b/x.db", "COPYDESK_DATA": "/nowhere/a"},
            "COPYDESK_DATABASE_URL=sqlite:////nowhere/b/x.db cannot be used: there is no folder /nowhere/b.",
        ),
        ({}, "There is no data folder {cwd}/copydesk-data; name another one with --data."),
    ],
)
def test_a_folder_that_is_missing_is_blamed_on_what_named_it(
    variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as error:
        open_database(None)

    assert str(error.value) == said.format(cwd=tmp_path)


def test_a_folder_from_the_command_line_is_blamed_on_its_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_DATA", "/nowhere/a")

    with pytest.raises(typer.BadParameter, match="there is no folder /nowhere/z") as error:
        open_database(Path("/nowhere/z"))

    assert error.value.param_hint == "--data"

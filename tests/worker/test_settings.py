from __future__ import annotations

from pathlib import Path

import pytest

import ingest.settings
import worker.settings


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("COPYDESK_REDIS_URL", "http://h", "COPYDESK_REDIS_URL=http://h cannot be used"),
        ("COPYDESK_DATABASE_URL", "mysql://h/d", "COPYDESK_DATABASE_URL=mysql://h/d cannot be used"),
        ("COPYDESK_WORKER_PROCESSES", "0", "a whole number from 1 to 256"),
        ("COPYDESK_WORKER_PROCESSES", "many", "COPYDESK_WORKER_PROCESSES=many cannot be used"),
        ("COPYDESK_WORKER_NAME", "a b", "COPYDESK_WORKER_NAME=a b"),
        ("COPYDESK_PARSE_SECONDS", "16", "seconds above 0, at most 15"),
        ("COPYDESK_DATABASE_URL_FILE", "/nowhere", "COPYDESK_DATABASE_URL_FILE=/nowhere"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_variable_value_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(worker.settings.SettingsError) as error:
        worker.settings.load_settings()
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://desk:pass@db/copydesk\n")
    monkeypatch.setenv("COPYDESK_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert worker.settings.load_settings().effective_database_url == "postgresql://desk:pass@db/copydesk"


def test_a_secret_that_is_empty_or_wrong_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COPYDESK_REDIS_URL_FILE", str(tmp_path / "url"))
    for services in (worker.settings, ingest.settings):
        (tmp_path / "url").write_text("\n")
        with pytest.raises(services.SettingsError, match=r"COPYDESK_REDIS_URL_FILE=.*: the file is empty\."):
            services.load_settings()
        (tmp_path / "url").write_text("http://desk:hunter2@h")
        with pytest.raises(services.SettingsError, match="COPYDESK_REDIS_URL=") as error:
            services.load_settings()
        assert "hunter2" not in str(error.value)


def test_without_a_database_url_it_lies_in_the_data_folder(tmp_path: Path) -> None:
    settings = worker.settings.load_settings(data=tmp_path)
    assert settings.effective_database_url == f"sqlite:///{tmp_path}/copydesk.db"


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_REDIS_URL", "")
    assert worker.settings.load_settings().redis_url is None
    assert ingest.settings.load_settings().redis_url is None


def test_both_services_read_a_setting_that_they_share_alike() -> None:
    ours, theirs = ingest.settings.IngestSettings.model_fields, worker.settings.WorkerSettings.model_fields
    for name in set(ours) & set(theirs):
        assert repr(ours[name]) == repr(theirs[name])


def test_a_tilde_in_the_data_folder_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = worker.settings.load_settings(data=Path("~/news"))
    assert settings.effective_database_url == f"sqlite:///{tmp_path}/news/copydesk.db"

from __future__ import annotations

from ipaddress import ip_network

import pytest

from ingest.settings import SettingsError, load_settings


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_FETCH_ALLOW_NETWORKS", "127.0.0.0/8, ::1/128")
    monkeypatch.setenv("COPYDESK_FETCH_ALLOW_PORTS", "8080,8443")
    settings = load_settings()
    assert settings.fetch_allow_networks == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert settings.fetch_allow_ports == (8080, 8443)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COPYDESK_FETCH_ALLOW_NETWORKS", "127.0.0.1/8"),
        ("COPYDESK_FETCH_ALLOW_NETWORKS", "home"),
        ("COPYDESK_FETCH_ALLOW_PORTS", "80,99999"),
        ("COPYDESK_HOST_PAUSE_SECONDS", "-1"),
        ("COPYDESK_INBOX_MAX_MB", "0"),
        ("COPYDESK_CONTACT_URL", "me"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_variable_and_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert str(error.value).startswith(f"{variable}={value} cannot be used: ")
    assert "\n" not in str(error.value)

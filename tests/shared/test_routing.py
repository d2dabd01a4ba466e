from __future__ import annotations

import pytest

from shared import routing


@pytest.mark.parametrize(
    ("given", "kombu"),
    [
        ("redis://h:6379/2", "redis://h:6379/2"),
        ("rediss://u:p@h/0", "rediss://u:p@h/0"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0"),
        ("unix:///run/v.sock?db=3", "redis+socket:///run/v.sock?virtual_host=3"),
    ],
)
def test_the_broker_is_named_once_and_kombu_gets_its_own_spelling(given: str, kombu: str) -> None:
    assert routing.kombu_url(given) == kombu


def test_every_key_begins_with_our_prefix() -> None:
    keys = [value for name, value in vars(routing).items() if name.isupper() and isinstance(value, str)]
    keys += routing.INBOX_WAITING.values()
    names = {routing.DRAIN_TASK, routing.WORK_QUEUE}
    assert [key for key in keys if key not in names and not key.startswith("copydesk:")] == []

from __future__ import annotations

import pytest

from ingest.web.outcomes import FetchFailed, status_failure


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (404, "http_404", "there is nothing at this address (404 Not Found)"),
        (418, "http_418", "the server does not give the feed (418 I'm a Teapot)"),
        (503, "http_503", "the server has trouble of its own (503 Service Unavailable)"),
        (999, "http_999", "the server has trouble of its own (999)"),
        (204, "empty_body", "the server has nothing to say (204 No Content)"),
    ],
)
def test_every_status_is_a_code_and_a_sentence(status: int, code: str, sentence: str) -> None:
    failure = status_failure(status, retry_after=None, hops=())
    assert (failure.code, failure.sentence) == (code, sentence)


def test_any_other_reason_is_its_own_code() -> None:
    assert FetchFailed(reason="deadline", sentence="s").code == "deadline"

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from ingest.polling.page_reasons import in_words, told
from ingest.web.guard import GuardReason
from ingest.web.outcomes import Reason

OF_FEEDS_ALONE = {
    *("http_status", "not_a_feed", "parse_failed", "parse_timeout", "parse_memory"),
    *("too_many_attributes", "xml_entities", "internal_error"),
}
"""Reasons that no page has; ``http_status`` comes with its number."""


def every_reason() -> set[str]:
    guards, fetchers = get_args(Reason)
    assert guards == GuardReason
    return {*get_args(guards), *get_args(fetchers)}


@pytest.mark.parametrize("reason", sorted(every_reason() - OF_FEEDS_ALONE))
def test_every_reason_that_a_page_can_have_has_words(reason: str) -> None:
    assert in_words(reason) != reason
    assert "_" not in in_words(reason)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("http_403", "the server refuses us (403)"),
        ("http_418", "the server does not give it (418)"),
        ("http_503", "the server has trouble of its own (503)"),
    ],
)
def test_a_status_is_told_with_its_number(reason: str, words: str) -> None:
    assert in_words(reason) == words


def test_the_most_frequent_reasons_come_first_and_the_rest_is_in_the_sum() -> None:
    reasons = Counter(not_html=1, http_404=5, robots_disallowed=2, empty_body=1)
    assert told(reasons) == "9 without (5 nothing is there (404), 2 not allowed by robots.txt, 1 no web page)"

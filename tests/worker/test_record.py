from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.factories import make_parsed_article
from worker.parsing.article import ParsedArticle, StatedTime
from worker.record import parsed_fields, print_time


@pytest.mark.parametrize(
    ("offset", "precision", "printed"),
    [
        (60, "second", "2026-03-01T09:30:00+01:00"),
        (0, "minute", "2026-03-01T09:30:00+00:00"),
        (-210, "minute", "2026-03-01T09:30:00-03:30"),
        (None, "minute", "2026-03-01T09:30:00"),
        (None, "day", "2026-03-01"),
        (60, "day", "2026-03-01"),
    ],
)
def test_a_time_is_printed_as_it_was_stated(offset: int | None, precision: str, printed: str) -> None:
    local = datetime.fromisoformat("2026-03-01T09:30:00")
    assert print_time(StatedTime(local=local, offset_minutes=offset, precision=precision)) == printed  # type: ignore[arg-type]


def test_the_fields_are_json_and_say_what_was_parsed() -> None:
    fields = json.loads(json.dumps(parsed_fields(make_parsed_article())))
    assert fields["authors"] == [{"name": "Ragna Lind", "email": "lind@example.org", "url": None}]
    assert (fields["published_at"], fields["published_precision"]) == ("2026-03-01T09:30:00+01:00", "minute")
    assert fields["tags"] == ["ferries"]


def test_what_is_not_known_is_null_or_empty() -> None:
    fields = parsed_fields(ParsedArticle())
    assert {name for name, value in fields.items() if value is None} == {
        "url", "canonical_url", "publisher", "title", "subtitle", "agency", "dateline", "published_at",
        "published_precision", "modified_at", "language", "summary", "section",
    }  # fmt: skip

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.documents.entry import Entry, EntryAuthor, NotAFeed, ParsedFeed
from ingest.documents.json_feeds import read

URL = "https://harbour.example/feed.json"


def items(*given: Any, **feed: Any) -> tuple[Entry, ...]:
    document = {"version": "https://jsonfeed.org/version/1.1", "items": list(given), **feed}
    found = read(json.dumps(document), url=URL, entries_max=100)
    assert isinstance(found, ParsedFeed), found
    return found.entries


def test_an_item_is_read_field_by_field() -> None:
    (entry,) = items(
        {
            "id": "n-1",
            "url": "/news/1",
            "title": "Ferry &amp; quay",
            "content_html": "<p>The ferry.</p>",
            "summary": "Short.",
            "image": "https://img.example/1.jpg",
            "date_published": "2026-03-03T10:00:00+09:00",
            "date_modified": "2026-03-03T11:00:00Z",
            "authors": [{"name": "Aino Laine", "url": "https://harbour.example/aino"}],
            "tags": ["Sea", "Sea", 7],
            "attachments": [{"url": "https://img.example/2.jpg", "mime_type": "image/jpeg"}],
        },
        language="fi",
    )
    assert entry == Entry(
        guid="n-1",
        link="https://harbour.example/news/1",
        title="Ferry & quay",
        authors=(EntryAuthor(name="Aino Laine", url="https://harbour.example/aino"),),
        published="2026-03-03T10:00:00+09:00",
        modified="2026-03-03T11:00:00+00:00",
        language="fi",
        summary="Short.",
        tags=("Sea",),
        images=("https://img.example/1.jpg", "https://img.example/2.jpg"),
        body="<p>The ferry.</p>",
        content_digest=entry.content_digest,
    )


def test_an_item_without_authors_has_its_feeds() -> None:
    (entry,) = items({"id": "1"}, authors=[{"name": "Aino Laine"}])
    assert entry.authors == (EntryAuthor(name="Aino Laine"),)


def test_plain_text_becomes_paragraphs_and_stays_text() -> None:
    (entry,) = items({"id": 1, "content_text": "One <b>.\n\nTwo & three."})
    assert entry.body == "<p>One &lt;b&gt;.</p><p>Two &amp; three.</p>"


def test_the_author_of_version_1_is_read() -> None:
    (entry,) = items({"id": "1", "author": {"name": "Aino Laine"}})
    assert entry.authors == (EntryAuthor(name="Aino Laine"),)


def test_ids_of_any_size_are_strings_and_no_item_loses_the_others() -> None:
    found = items(
        {"id": 2**65}, 7, None, "x", [], {"id": True}, {"id": "", "title": {"a": 1}, "authors": 5, "tags": {}}
    )
    assert [entry.guid for entry in found] == [str(2**65), None, None]


def test_what_json_can_hold_and_no_database_can_is_cleaned() -> None:
    (entry,) = items({"id": "a\0b", "title": "a\ud800\0b", "content_html": "x\0y"})
    assert (entry.guid, entry.title, entry.body) == ("ab", "a\ufffdb", "xy")


def test_items_beyond_the_limit_are_counted() -> None:
    document = {"version": "https://jsonfeed.org/version/1", "items": [{"id": number} for number in range(5)]}
    found = read(json.dumps(document), url=URL, entries_max=2)
    assert isinstance(found, ParsedFeed)
    assert ([entry.guid for entry in found.entries], found.whole) == (["0", "1"], False)
    assert found.note == "of 5 entries the first 2 were read"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "this is broken JSON (line 1), not a feed"),
        ('{"version": 5}', "this is JSON, but not a JSON Feed"),
        ("[]", "this is JSON, but not a JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1"}', "this JSON Feed has no list of items"),
    ],
)
def test_what_is_no_json_feed_says_what_it_is(text: str, sentence: str) -> None:
    assert read(text, url=URL, entries_max=1) == NotAFeed(sentence=sentence)

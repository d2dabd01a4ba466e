from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_parsed_article
from worker.parsing.article import Author, ParsedArticle, Provenance, StatedTime
from worker.storage.rows import parsed_article, parsed_columns, unstorable

words = st.none() | st.text(max_size=5)
lists = st.lists(st.text(max_size=5), max_size=2).map(tuple)
times = st.none() | st.builds(
    StatedTime,
    local=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)),  # noqa: DTZ001
    offset_minutes=st.none() | st.integers(-720, 840),
    precision=st.sampled_from(["second", "minute", "day"]),
)
origins = st.sampled_from(["feed", "page"])
provenances = st.builds(Provenance, origin=origins, disagree=st.dictionaries(origins, st.text(max_size=5)))
parsed = st.builds(
    ParsedArticle,
    **dict.fromkeys(("url", "canonical_url", "publisher", "title", "subtitle", "agency", "dateline"), words),
    **dict.fromkeys(("language", "summary", "section"), words),
    **dict.fromkeys(("captions", "images", "tags", "flags"), lists),
    **dict.fromkeys(("published", "modified"), times),
    text=st.text(max_size=9),
    authors=st.lists(st.builds(Author, name=st.text(max_size=5), email=words, url=words), max_size=2).map(tuple),
    provenance=st.dictionaries(st.sampled_from(["title", "text"]), provenances),
)


@given(parsed)
def test_a_parsed_article_comes_back_from_its_columns_as_it_was(article: ParsedArticle) -> None:
    assert parsed_article(parsed_columns(article)) == article


def test_provenance_stored_before_disagreements_were_kept_is_still_read() -> None:
    columns = parsed_columns(make_parsed_article()) | {"provenance": {"title": "meta"}}
    assert parsed_article(columns).provenance == {"title": Provenance(origin="meta")}


def test_a_time_without_a_zone_sorts_as_utc() -> None:
    time = StatedTime(local=datetime(2026, 3, 1, 9), offset_minutes=None, precision="minute")  # noqa: DTZ001

    columns = parsed_columns(make_parsed_article(published=time))

    assert columns["published_sort"] == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert columns["published_offset"] is None


@pytest.mark.parametrize("flag", ["paywall", "consent", "not_an_article"])
def test_flags_hide(flag: str) -> None:
    assert parsed_columns(make_parsed_article(flags=(flag,)))["hidden"]
    assert not parsed_columns(make_parsed_article(flags=("zone_unknown",)))["hidden"]


@pytest.mark.parametrize("value", ["a\0", ["a", ("b\0",)], {"a": {"b\0": 1}}, "\ud800", [{"a": "\udfff"}]])
def test_what_no_database_takes_is_found_however_deep(value: object) -> None:
    assert unstorable(value)


@pytest.mark.parametrize("value", ["ä\n\t😀", None, 1, b"\0", {"a": ["b", None]}])
def test_what_every_database_takes_is_let_through(value: object) -> None:
    assert unstorable(value) is None

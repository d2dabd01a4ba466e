from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.factories import NOON, make_arrival, make_condemned, make_parsed_article, make_text
from worker.parsing.article import StatedTime
from worker.storage.arrival import Arrival
from worker.storage.engine import make_engine
from worker.storage.errors import DatabaseAwayError
from worker.storage.reading import (
    PAGE_ROWS,
    ArticleDetail,
    NoArticle,
    SeveralArticles,
    article,
    articles,
    store_counts,
)
from worker.storage.store import Store


def published(hour: int, offset_minutes: int | None = 0) -> StatedTime:
    local = datetime(2026, 3, 1, hour)  # noqa: DTZ001
    return StatedTime(local=local, offset_minutes=offset_minutes, precision="minute")


def make_titled(title: str, **overrides: Any) -> Arrival:
    of_parsed: dict[str, Any] = {
        name: overrides.pop(name) for name in ("published", "flags", "text") if name in overrides
    }
    parsed = make_parsed_article(**({"title": title, "text": make_text(title)} | of_parsed))
    fields: dict[str, Any] = {"parsed": parsed, "entry_key": title} | overrides
    return make_arrival(**fields)


def titles(rows: Any) -> list[str | None]:
    return [row.parsed.title for row in rows]


@pytest.fixture
def stored(engine: Engine) -> Engine:
    Store(engine).store(
        [
            make_titled("Noon", published=published(12)),
            make_titled("Early in Seoul", published=published(12, 540)),
            make_titled("Zone unknown", published=published(13, None)),
            make_titled("Undated", published=None, seen_at=NOON + timedelta(hours=2), source_key="feed:x", source="X"),
            make_titled("Wall", published=published(15), flags=("paywall",)),
        ],
        now=NOON,
    )
    return engine


def test_articles_come_newest_first_by_publication_else_by_when_they_were_first_seen(stored: Engine) -> None:
    assert titles(articles(stored)) == ["Undated", "Zone unknown", "Noon", "Early in Seoul"]


def test_since_looks_at_the_time_that_articles_are_listed_by(stored: Engine) -> None:
    assert titles(articles(stored, since=NOON)) == ["Undated", "Zone unknown", "Noon"]


def test_hidden_articles_and_copies_come_only_when_all_are_wanted(stored: Engine) -> None:
    assert titles(articles(stored, all_=True))[0] == "Wall"


def test_a_source_is_named_or_keyed(stored: Engine) -> None:
    assert titles(articles(stored, source="X")) == titles(articles(stored, source="feed:x")) == ["Undated"]
    assert titles(articles(stored, source="Y")) == []


@pytest.mark.parametrize(("limit", "rows"), [(0, 0), (2, 2), (99, 4), (None, 4)])
def test_a_limit_counts_what_is_shown(stored: Engine, limit: int | None, rows: int) -> None:
    assert len(list(articles(stored, limit=limit))) == rows


def test_pages_join_without_a_gap_even_between_equal_times(engine: Engine) -> None:
    batch = [make_titled(f"No. {n}", published=published(n % 2)) for n in range(2 * PAGE_ROWS + 1)]
    Store(engine).store(batch, now=NOON)

    listed = titles(articles(engine))

    assert len(listed) == len(set(listed)) == len(batch)


def test_reading_is_page_by_page_and_holds_no_transaction_open(engine: Engine) -> None:
    Store(engine).store([make_titled(f"No. {n}") for n in range(PAGE_ROWS + 1)], now=NOON)
    queries: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: queries.append(args[2]))

    rows = articles(engine)
    assert len(list(islice(rows, 3))) == 3

    assert sum(query.startswith("SELECT") for query in queries) == 2  # a page of articles, their sightings
    pool: Any = engine.pool
    assert pool.checkedout() == 0


# --- search

FOUND: dict[str, set[str]] = {
    "ferry": {"Ferry to Østholm", "The FERRY"},
    "FERRY the": {"The FERRY"},
    "østholm": {"Ferry to Østholm"},
    "ØSTHOLM ferry": {"Ferry to Østholm"},
    "paragraph": {"The FERRY"},
    "strasse": {"Die Straße"},
    "STRAẞE": {"Die Straße"},
    "street first": {"ﬁrst ﬆreet"},
    "паром": {"ПАРОМ"},
    "北京": {"北京の朝"},
    "100%": {"100% of_it"},
    "of_it": {"100% of_it"},
    "1_0%": set(),
    "%": {"100% of_it"},
    "\\": {"back\\slash"},
    "ferry zeppelin": set(),
}


def test_a_search_finds_all_words_in_any_case_and_takes_wildcards_as_they_are(engine: Engine) -> None:
    everything = set().union(*FOUND.values(), {"100x ofxit"})
    texts = {"The FERRY": "Second Paragraph."}
    batch = [make_titled(title, text=texts.get(title, "Text."), published=None) for title in sorted(everything)]
    Store(engine).store(batch, now=NOON)

    assert {search: set(titles(articles(engine, search=search))) for search in FOUND} == FOUND
    assert set(titles(articles(engine, search="  "))) == everything


# --- one article


def test_an_article_is_found_by_a_unique_beginning_of_its_id(stored: Engine) -> None:
    (row, *_) = articles(stored)

    for prefix in (row.public_id, row.public_id[:12]):
        found = article(stored, prefix)
        assert isinstance(found, ArticleDetail)
        assert found.row == row


@pytest.mark.parametrize("prefix", ["", "xyz", "%", "0123456789abcdef0", "0000000000000000"])
def test_an_id_that_is_none_finds_nothing(stored: Engine, prefix: str) -> None:
    assert article(stored, prefix) == NoArticle(prefix=prefix)


def test_a_beginning_of_several_ids_names_them(engine: Engine) -> None:
    Store(engine).store([make_titled(f"No. {n}") for n in range(17)], now=NOON)
    ids = sorted(row.public_id for row in articles(engine))
    prefix = next(id_[0] for id_, other in pairwise(ids) if id_[0] == other[0])

    found = article(engine, prefix)

    assert isinstance(found, SeveralArticles)
    assert found.public_ids == tuple(id_ for id_ in ids if id_[0] == prefix)[:5]


def test_sightings_of_one_entry_count_as_one_with_the_earliest_time(engine: Engine) -> None:
    again = [
        make_titled("Noon", seen_at=NOON + timedelta(hours=hours), published=published(12 + hours))
        for hours in (1, 0, 2)
    ]
    Store(engine).store([*again, make_titled("Noon", source_key="seed:b", source="b")], now=NOON)

    (row,) = articles(engine)

    assert [(each.source, each.seen_at) for each in row.sightings] == [("desk", NOON), ("b", NOON)]


# --- counts


def test_what_the_store_holds_is_counted(stored: Engine) -> None:
    Store(stored).store([make_condemned(), make_titled("Undated", source_key="feed:x", text="New.")], now=NOON)

    assert store_counts(stored) == {"articles": 5, "stories": 5, "revisions": 1, "events_waiting": 7}


def test_an_absent_database_is_away_when_the_first_row_is_wanted() -> None:
    rows = articles(make_engine("postgresql://nobody@127.0.0.1:9/none"))

    with pytest.raises(DatabaseAwayError):
        next(rows)

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete

from tests.factories import NOON, make_arrival, make_parsed_article
from worker.storage import archive
from worker.storage.archive import Selection, archived, count
from worker.storage.arrival import Arrival
from worker.storage.store import Store
from worker.storage.tables import raw_articles


@pytest.fixture
def three(store: Store) -> list[Arrival]:
    """Articles of two sources, a day apart."""
    stored = [
        make_arrival(
            entry_key=str(number),
            source=source,
            source_key=f"seed:{source}",
            seen_at=NOON + timedelta(days=number),
            parsed=make_parsed_article(title=f"Ferry {number}", text=f"Text {number}.", published=None),
        )
        for number, source in enumerate(("desk", "wire", "desk"))
    ]
    store.store(stored, now=NOON)
    return stored


def found(engine: Engine, **selection: object) -> list[str | None]:
    chosen = Selection(**selection)  # type: ignore[arg-type]
    titles = [each.stored.title for page in archived(engine, chosen) for each in page]
    assert count(engine, chosen) == len(titles)
    return titles


def test_everything_comes_with_its_raw_article_page_by_page(
    engine: Engine, three: list[Arrival], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PAGE_ROWS", 2)
    pages = list(archived(engine, Selection()))
    assert [len(page) for page in pages] == [2, 1]
    assert [(each.raw_id, each.meta, each.body, each.stored) for page in pages for each in page] == [
        (each.raw_id, each.meta, each.body, each.parsed) for each in three
    ]


def test_a_selection_leaves_the_others_out(engine: Engine, three: list[Arrival]) -> None:
    assert found(engine, source="desk") == ["Ferry 0", "Ferry 2"]
    assert found(engine, source="seed:wire") == ["Ferry 1"]
    assert found(engine, since=NOON + timedelta(days=1)) == ["Ferry 1", "Ferry 2"]
    assert found(engine, limit=2) == ["Ferry 0", "Ferry 1"]
    (page,) = archived(engine, Selection(limit=1))
    assert found(engine, public_ids=[page[0].public_id]) == ["Ferry 0"]


def test_an_article_whose_raw_article_is_gone_comes_without_it(engine: Engine, three: list[Arrival]) -> None:
    with engine.begin() as connection:
        connection.execute(delete(raw_articles).where(raw_articles.c.raw_id == three[0].raw_id))
    (page,) = archived(engine, Selection())
    assert [each.meta is None for each in page] == [True, False, False]

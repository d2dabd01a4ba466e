"""Near-identical texts, as the tables tell: copies, leads, merges, and what the events say of them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations, permutations
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article
from worker.dedup import entries as entries_module
from worker.parsing.article import StatedTime
from worker.storage.arrival import Arrival
from worker.storage.reading import ArticleRow, articles
from worker.storage.store import Store
from worker.storage.tables import outbox, stories

WHOLE = make_paragraphs("story", 9)


def published(hour: int, day: int = 1) -> StatedTime:
    return StatedTime(local=datetime(2026, 3, day, hour), offset_minutes=0, precision="minute")  # noqa: DTZ001


def make_cut(name: str, paragraphs: list[str], *, hour: int | None = 9, day: int = 1, **overrides: Any) -> Arrival:
    """An outlet's version of an agency's text, published at ``hour``."""
    parsed = make_parsed_article(
        title=f"Ferry, says {name}",
        text="\n\n".join(paragraphs),
        published=None if hour is None else published(hour, day),
    )
    raw: dict[str, Any] = {"source_key": f"seed:{name}", "source": name, "entry_key": name} | overrides
    return make_arrival(parsed=parsed, **raw)


def everything(engine: Engine) -> dict[str, ArticleRow]:
    return {row.source: row for row in articles(engine, all_=True)}


def said(engine: Engine, type_: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        statement = select(outbox.c.payload).where(outbox.c.type == type_).order_by(outbox.c.seq)
        return list(connection.execute(statement).scalars())


def groups(engine: Engine) -> list[list[str]]:
    stories_ = dict[str, list[str]]()
    for name, row in sorted(everything(engine).items()):
        stories_.setdefault(row.story_id, []).append(name)
    return sorted(stories_.values())


def test_a_cut_version_is_a_copy_and_listings_show_its_lead_alone(store: Store, engine: Engine) -> None:
    agency, cut = make_cut("agency", WHOLE), make_cut("paper", WHOLE[:5], hour=11)
    store.store([agency], now=NOON)

    assert store.store([cut], now=NOON) == {cut.raw_id: "copied"}

    found = everything(engine)
    assert found["paper"].copy_of == found["agency"].public_id
    assert found["paper"].story_id == found["agency"].story_id
    assert found["agency"].copy_of is None
    assert [row.source for row in articles(engine)] == ["agency"]
    (event,) = said(engine, "article.copied")
    assert (event["copy_of"], event["story_id"]) == (found["agency"].public_id, found["agency"].story_id)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_earlier_publication_takes_the_lead_when_it_arrives_later(
    store: Store, engine: Engine, at_once: bool
) -> None:
    later, other, first = make_cut("a", WHOLE), make_cut("b", WHOLE[1:], hour=10), make_cut("c", WHOLE[:7], hour=8)
    for batch in [[later, other, first]] if at_once else [[later], [other], [first]]:
        store.store(batch, now=NOON)

    found = everything(engine)
    assert found["c"].copy_of is None
    assert {found[name].copy_of for name in "ab"} == {found["c"].public_id}
    assert found["c"].story_id == found["a"].public_id  # the story's own id stays
    assert [row.source for row in articles(engine)] == ["c"]
    changes = said(engine, "story.lead_changed")
    assert [(each["lead_id"], each["former_lead_id"]) for each in changes] == (
        [] if at_once else [(found["c"].public_id, found["a"].public_id)]
    )


def test_without_a_publication_the_first_seen_leads(store: Store, engine: Engine) -> None:
    for name, hours in (("a", 0), ("b", -1), ("c", 1)):
        cut = make_cut(name, WHOLE, hour=None, seen_at=NOON + timedelta(hours=hours))
        store.store([cut], now=NOON)

    assert [row.source for row in articles(engine)] == ["b"]


def test_a_revision_that_moves_the_publication_moves_the_lead(store: Store, engine: Engine) -> None:
    store.store([make_cut("a", WHOLE, hour=8), make_cut("b", WHOLE[1:], hour=9)], now=NOON)
    assert [row.source for row in articles(engine)] == ["a"]

    store.store([make_cut("a", [*WHOLE, "A correction was added at ten."], hour=10)], now=NOON)

    assert [row.source for row in articles(engine)] == ["b"]
    assert everything(engine)["a"].copy_of == everything(engine)["b"].public_id


def test_a_bridging_copy_merges_two_stories_and_the_older_id_stays(store: Store, engine: Engine) -> None:
    store.store([make_cut("head", WHOLE[:4], hour=9)], now=NOON)
    store.store([make_cut("tail", WHOLE[5:], hour=8)], now=NOON)
    assert groups(engine) == [["head"], ["tail"]]

    bridge = make_cut("bridge", WHOLE, hour=10)
    assert store.store([bridge], now=NOON) == {bridge.raw_id: "copied"}

    found = everything(engine)
    assert groups(engine) == [["bridge", "head", "tail"]]
    assert {row.story_id for row in found.values()} == {found["head"].public_id}
    assert {name: row.copy_of for name, row in found.items()} == {
        "tail": None,
        "head": found["tail"].public_id,
        "bridge": found["tail"].public_id,
    }
    (event,) = said(engine, "story.merged")
    assert event == {
        "story_id": found["head"].public_id,
        "merged_story_id": found["tail"].public_id,
        "lead_id": found["tail"].public_id,
    }
    with engine.connect() as connection:
        into = connection.execute(select(stories.c.id, stories.c.merged_into).order_by(stories.c.id)).all()
    assert [merged for _, merged in into] == [None, into[0].id]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_arrival_makes_no_other_stories_and_no_other_lead(engine: Engine, order: tuple[int, ...]) -> None:
    cuts = [
        make_cut("head", WHOLE[:4], hour=9),
        make_cut("tail", WHOLE[5:], hour=8),
        make_cut("bridge", WHOLE, hour=10),
        make_cut("other", make_paragraphs("other", 6), hour=7),
    ]
    store = Store(engine)
    for each in order[:2]:
        store.store([cuts[each]], now=NOON)
    store.store([cuts[each] for each in order[2:]], now=NOON)

    found = everything(engine)
    assert groups(engine) == [["bridge", "head", "tail"], ["other"]]
    assert {name for name, row in found.items() if row.copy_of is None} == {"tail", "other"}
    assert {found[name].copy_of for name in ("head", "bridge")} == {found["tail"].public_id}


def test_a_revision_can_bridge_two_stories_as_well(store: Store, engine: Engine) -> None:
    store.store([make_cut("a", WHOLE[:4]), make_cut("b", WHOLE[5:], hour=10)], now=NOON)

    store.store([make_cut("a", WHOLE, hour=11)], now=NOON)

    assert groups(engine) == [["a", "b"]]
    assert len(said(engine, "story.merged")) == 1
    assert everything(engine)["a"].copy_of == everything(engine)["b"].public_id


def test_sixty_copies_are_one_story_though_a_window_counts_for_two(
    store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting articles instead of stories, 60 copies made 35 stories (measured)."""
    monkeypatch.setattr(entries_module, "STORIES_PER_WINDOW_MAX", 2)
    paragraphs = make_paragraphs("sixty", 12)
    cuts = list(combinations(paragraphs, 10))[:60]  # no two the same, or their text would tell
    for start in range(0, 60, 20):
        batch = [make_cut(f"paper {n}", list(cuts[n]), hour=None) for n in range(start, start + 20)]
        store.store(batch, now=NOON)

    assert len(groups(engine)) == 1


def test_boilerplate_of_many_stories_leaves_the_index_and_joins_none(
    store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries_module, "STORIES_PER_WINDOW_MAX", 5)
    notice = make_paragraphs("notice", 1, words=40)
    for n in range(9):
        store.store([make_cut(f"paper {n}", [*make_paragraphs(n, 6), *notice])], now=NOON)

    assert len(groups(engine)) == 9
    with engine.connect() as connection:
        held = Counter(connection.exec_driver_sql("SELECT hash FROM story_fingerprints").scalars())
        stopped = set(connection.exec_driver_sql("SELECT hash FROM fingerprint_stop").scalars())
    assert stopped
    assert not stopped & held.keys()
    assert max(held.values()) <= 5


def test_a_story_is_not_found_by_its_windows_after_the_window_of_days(engine: Engine) -> None:
    month = timedelta(days=30)
    Store(engine).store([make_cut("a", WHOLE)], now=NOON)
    Store(engine).store([make_cut("b", WHOLE[1:])], now=NOON + month - timedelta(hours=1))
    assert groups(engine) == [["a", "b"]]

    Store(engine).store([make_cut("c", WHOLE[2:])], now=NOON + 2 * month)

    assert groups(engine) == [["a", "b"], ["c"]]


def test_what_has_left_the_window_leaves_the_index_while_articles_come_in(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.storage.index.SWEEP_ARTICLES", 10)
    Store(engine).store([make_cut("a", WHOLE)], now=NOON)
    later = Store(engine, window_days=1)
    for n in range(10):
        later.store([make_cut(f"new {n}", make_paragraphs(n))], now=NOON + timedelta(days=2))

    with engine.connect() as connection:
        held = set(connection.exec_driver_sql("SELECT article_id FROM story_fingerprints").scalars())
        first = connection.exec_driver_sql("SELECT min(id) FROM articles").scalar()
    assert first not in held
    assert len(held) == 10

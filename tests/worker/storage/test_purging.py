"""What was purged is gone, and does not come back; what must stay stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, PrimaryKeyConstraint, Table, UniqueConstraint, func, select, update

from tests.factories import NOON, make_arrival, make_condemned, make_paragraphs, make_parsed_article, make_raw_article
from worker.storage import outbox, quarantine
from worker.storage.archive import Selection, archived
from worker.storage.arrival import Arrival
from worker.storage.engine import make_engine, take_decision_lock, writing
from worker.storage.purging import ARTICLES_BATCH, ROWS_BATCH, Purging, Retention, due
from worker.storage.reading import article, articles, totals
from worker.storage.store import Store
from worker.storage.tables import metadata, raw_articles, stories, story_fingerprints, tombstones
from worker.storage.tables import outbox as outbox_table

KEEP = Retention(articles=0, raw_articles=0, quarantine=0, events=0)
LATER = NOON + timedelta(days=40)
WHOLE = make_paragraphs("story", 9)


def purge(engine: Engine, *, now: datetime = LATER, **days: float) -> dict[str, int]:
    """One whole pass; how many of each kind went."""
    gone: dict[str, int] = {}
    for kind, count in Purging(engine, replace(KEEP, **days)).batches(now=now):
        gone[kind] = gone.get(kind, 0) + count
    return gone


def make_told(name: str, paragraphs: Sequence[str] = WHOLE, *, title: str | None = None, **overrides: Any) -> Arrival:
    parsed = make_parsed_article(title=title or f"Ferry, says {name}", text="\n\n".join(paragraphs))
    fields: dict[str, Any] = {"source_key": f"feed:{name}", "source": name, "entry_key": name} | overrides
    return make_arrival(parsed=parsed, **fields)


def rows(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def events(engine: Engine) -> list[str]:
    return [each.type for each in outbox.after(engine, 0, limit=1000)]


@pytest.fixture
def relayed(engine: Engine) -> Any:
    def mark() -> None:
        waiting = [each.seq for each in outbox.waiting(engine, limit=1000)]
        outbox.mark_relayed(engine, waiting, now=NOON)

    return mark


@pytest.mark.parametrize(
    "again",
    [
        make_told("paper"),
        make_told("paper", make_paragraphs("other")),
        make_told("paper", title="Another headline"),
        make_told("paper", title="Ferry, says paper", entry_key="another guid"),
        make_told("another", title="Ferry, says paper"),
    ],
    ids=["the same", "its entry with another text", "or headline", "its text under another guid", "or elsewhere"],
)
def test_a_purged_article_that_a_feed_still_carries_is_a_duplicate_without_an_event(
    store: Store, engine: Engine, again: Arrival
) -> None:
    store.store([make_told("paper")], now=NOON)
    before = events(engine)

    assert purge(engine, articles=30) == {"articles": 1}

    assert store.settled([again.raw_id]) or store.store([again], now=LATER) == {again.raw_id: "duplicate"}
    assert store.store([again], now=LATER)[again.raw_id] in {"stored", "duplicate"}
    assert list(articles(engine, all_=True)) == []
    assert events(engine) == [*before, "article.purged"]


def test_whoever_mirrors_the_articles_is_told_which_ones_went_and_not_once_more_what_they_said(
    store: Store, engine: Engine
) -> None:
    store.store([make_told("agency"), make_told("cut", WHOLE[:5]), make_told("other", make_paragraphs("o"))], now=NOON)
    store.store([make_told("young", WHOLE[:6])], now=NOON + timedelta(days=20))
    mirrored = {row.public_id: row for row in articles(engine, all_=True)}
    told = len(events(engine))

    assert purge(engine, now=NOON + timedelta(days=31), articles=30) == {"articles": 3}

    since = outbox.after(engine, told, limit=1000)
    assert [each.type for each in since] == [*["article.purged"] * 3, "story.lead_changed"]
    for each in since[:3]:
        gone = mirrored.pop(each.payload["id"])
        assert each.payload == {"id": gone.public_id, "story_id": gone.story_id}
    assert list(mirrored) == [row.public_id for row in articles(engine, all_=True)]
    assert purge(engine, now=NOON + timedelta(days=31), articles=30) == {}
    assert len(events(engine)) == told + 4


def test_a_purge_that_fails_at_its_end_tells_nothing(
    store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.store([make_told("paper")], now=NOON)

    def planted(*_given: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as fault:
        fault.setattr("worker.storage.purging._delete_empty_stories", planted)
        with pytest.raises(RuntimeError, match="planted"):
            purge(engine, articles=30)
    assert (events(engine), len(list(articles(engine)))) == (["article.stored"], 1)

    assert purge(engine, articles=30) == {"articles": 1}
    assert events(engine) == ["article.stored", "article.purged"]


def test_a_purged_raw_article_is_answered_from_its_tombstone(store: Store, engine: Engine) -> None:
    told = make_told("paper")
    store.store([told], now=NOON)
    purge(engine, articles=30)

    assert store.settled([told.raw_id])[told.raw_id].settled == "stored"
    assert store.settled([told.raw_id])[told.raw_id].at == NOON


def test_each_raw_article_is_counted_once_before_and_after_purging(store: Store, engine: Engine) -> None:
    revised = make_told("paper", make_paragraphs("newer"))
    told = [make_told("paper"), make_told("other"), make_told("cut", WHOLE[:5]), revised, make_told("paper")]
    store.store([*told, make_condemned()], now=NOON)
    before = totals(engine)

    assert purge(engine, articles=30, quarantine=30) == {"articles": 3, "quarantine": 1}
    assert totals(engine) == before
    assert sum(before.values()) == 5

    assert store.store([make_told("paper", make_paragraphs("newest"))], now=LATER)
    assert totals(engine) == before | {"duplicates": before["duplicates"] + 1}


def test_everything_of_a_purged_article_goes_with_it(store: Store, engine: Engine) -> None:
    lead, cut = make_told("paper", title="Ferry"), make_told("cut", WHOLE[:5])
    chain = make_told("paper", WHOLE[:8], title="(LEAD) Ferry", entry_key="second")
    store.store([lead, cut, chain], now=NOON)
    purge(engine, articles=30, now=LATER)

    kept = {"tombstones", "outbox", "outbox_counter", "story_fingerprints", "fingerprint_stop"}
    assert {name: rows(engine, table) for name, table in metadata.tables.items() if name not in kept} == dict.fromkeys(
        set(metadata.tables) - kept, 0
    )
    assert rows(engine, tombstones) == 3


def test_what_was_stored_revised_or_seen_anew_since_stays(store: Store, engine: Engine) -> None:
    old, revised, seen = (make_told(name, make_paragraphs(name), title=name) for name in ("old", "revised", "seen"))
    store.store([old, revised, seen], now=NOON)
    young = make_told("young", make_paragraphs("young"), title="young")
    store.store(
        [
            young,
            make_told("revised", make_paragraphs("revised", 4), title="revised"),
            make_told("elsewhere", make_paragraphs("seen"), title="seen"),
        ],
        now=LATER - timedelta(days=10),
    )

    assert due(engine, replace(KEEP, articles=30), now=LATER) == {"articles": 1}
    assert purge(engine, articles=30) == {"articles": 1}
    assert {row.source for row in articles(engine, all_=True)} == {"young", "revised", "seen"}


def test_an_entry_whose_article_is_still_there_is_revised_although_an_older_text_of_it_was_purged(
    store: Store, engine: Engine
) -> None:
    others, own = make_paragraphs("others"), make_paragraphs("own")
    store.store([make_told("first", others, title="T"), make_told("second", others, title="T")], now=NOON)
    young = LATER - timedelta(days=1)
    store.store([make_told("second", own, title="Own")], now=young)
    purge(engine, articles=30)

    revised = make_told("second", make_paragraphs("own", 5), title="Own")
    assert store.store([revised], now=LATER) == {revised.raw_id: "revised"}


def test_a_story_whose_lead_is_purged_is_led_by_the_next_and_says_so(store: Store, engine: Engine) -> None:
    store.store([make_told("agency")], now=NOON)
    store.store([make_told("b", WHOLE[:7]), make_told("c", WHOLE[:6])], now=NOON + timedelta(days=20))
    agency = next(row.public_id for row in articles(engine, all_=True) if row.source == "agency")

    assert purge(engine, articles=30, now=NOON + timedelta(days=31)) == {"articles": 1}

    found = {row.source: row for row in articles(engine, all_=True)}
    assert set(found) == {"b", "c"}
    assert found["b"].copy_of is None
    assert found["c"].copy_of == found["b"].public_id
    last = outbox.after(engine, 0, limit=1000)[-1]
    assert (last.type, last.payload["former_lead_id"]) == ("story.lead_changed", agency)
    assert last.payload["lead_id"] == found["b"].public_id
    assert [row.source for row in articles(engine)] == ["b"]


def test_a_near_copy_of_a_purged_article_is_new_and_the_index_does_not_stumble(store: Store, engine: Engine) -> None:
    store.store([make_told("agency")], now=NOON)
    purge(engine, articles=10, now=NOON + timedelta(days=11))
    assert rows(engine, story_fingerprints) > 0

    cut = make_told("paper", WHOLE[:5])
    assert Store(engine).store([cut], now=NOON + timedelta(days=12)) == {cut.raw_id: "stored"}


def test_stories_that_went_into_an_empty_one_go_with_it(store: Store, engine: Engine) -> None:
    left, right = make_paragraphs("left", 8), make_paragraphs("right", 8)
    store.store([make_told("a", left), make_told("b", right)], now=NOON)
    store.store([make_told("bridge", [*left, *right])], now=NOON)
    with engine.connect() as connection:
        assert connection.execute(select(func.count(stories.c.merged_into))).scalar_one() == 1

    purge(engine, articles=30)

    assert rows(engine, stories) == 0


def test_a_story_that_went_into_one_that_is_still_there_can_still_be_found(store: Store, engine: Engine) -> None:
    left, right = make_paragraphs("left", 8), make_paragraphs("right", 8)
    store.store([make_told("a", left), make_told("b", right)], now=NOON)
    store.store([make_told("bridge", [*left, *right])], now=NOON + timedelta(days=20))

    assert purge(engine, articles=30, now=NOON + timedelta(days=31)) == {"articles": 2}

    (row,) = articles(engine)
    assert row.source == "bridge"
    with engine.connect() as connection:
        found = {each.merged_into: each.lead_article_id for each in connection.execute(select(stories))}
    assert found == {None: 3, 1: None}


def test_raw_articles_go_and_their_articles_stay(store: Store, engine: Engine) -> None:
    told = make_told("paper")
    store.store([told], now=NOON)

    assert purge(engine, raw_articles=30) == {"raw_articles": 1}

    ((row,),) = archived(engine, Selection())
    assert (row.meta, row.body) == (None, None)
    assert store.store([told], now=LATER) == {told.raw_id: "stored"}
    assert [row.source for row in articles(engine)] == ["paper"]


def test_an_event_that_is_not_relayed_stays_with_all_that_follow(store: Store, engine: Engine, relayed: Any) -> None:
    for number in range(3):
        store.store([make_told(f"{number}", make_paragraphs(number), title=f"{number}")], now=NOON)
    relayed()
    with writing(engine).begin() as connection:
        connection.execute(update(outbox_table).where(outbox_table.c.seq == 2).values(relayed_at=None))

    assert due(engine, replace(KEEP, events=30), now=LATER) == {"events": 1}
    assert purge(engine, events=30) == {"events": 1}
    assert [each.seq for each in outbox.after(engine, 0, limit=10)] == [2, 3]

    relayed()
    assert purge(engine, events=30) == {"events": 2}
    assert outbox.last_seq(engine) == 3


def test_young_events_stay(store: Store, engine: Engine, relayed: Any) -> None:
    store.store([make_told("a")], now=NOON)
    relayed()

    assert purge(engine, events=41) == {}
    assert events(engine) == ["article.stored"]


def test_what_was_purged_from_quarantine_is_counted_and_tried_again_when_it_comes_again(
    store: Store, engine: Engine
) -> None:
    raw = make_raw_article(entry_key="broken.txt")
    store.store([make_condemned(raw=raw)], now=NOON)

    assert purge(engine, quarantine=30) == {"quarantine": 1}
    assert totals(engine)["quarantined"] == 1
    assert store.settled([raw.raw_id]) == {}

    mended = replace(make_told("x"), raw=raw, raw_id=raw.raw_id)
    assert store.store([mended], now=LATER) == {raw.raw_id: "stored"}
    assert totals(engine) | {"stored": 0} == dict.fromkeys(totals(engine), 0)


def test_what_was_dropped_from_quarantine_is_counted_still(store: Store, engine: Engine) -> None:
    condemned = make_condemned(raw=None)
    store.store([condemned], now=NOON)

    assert quarantine.drop(engine, [condemned.raw_id], now=LATER) == 1
    assert totals(engine)["quarantined"] == 1

    store.store([condemned], now=LATER)
    assert totals(engine)["quarantined"] == 1
    assert rows(engine, tombstones) == 0


def test_a_replay_that_is_stored_while_its_row_is_purged_is_counted_once(store: Store, engine: Engine) -> None:
    raw = make_raw_article(entry_key="broken.txt", replay=True)
    store.store([make_condemned(raw=raw)], now=NOON)
    with writing(engine).begin() as connection:  # as a purge does after the batch has looked
        stone = {"raw_id": raw.raw_id, "settled": "quarantined", "settled_at": NOON, "purged_at": LATER}
        connection.execute(tombstones.insert(), stone)

    assert store.store([replace(make_told("x"), raw=raw, raw_id=raw.raw_id)], now=LATER) == {raw.raw_id: "stored"}

    assert sum(totals(engine).values()) == 1


def test_every_column_that_names_an_article_or_a_story_is_indexed() -> None:
    """Deleting one looks who names it: without an index each deleted article reads a whole table under the lock."""
    unindexed = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.foreign_keys and column.name not in _leading(table)
    ]
    assert unindexed == []


def _leading(table: Table) -> set[str]:
    """The first columns of a table's indexes and unique constraints."""
    keys = [index.columns for index in table.indexes]
    keys += [each.columns for each in table.constraints if isinstance(each, UniqueConstraint | PrimaryKeyConstraint)]
    return {columns[0].name for columns in keys}


def test_a_batch_is_bounded(store: Store, engine: Engine) -> None:
    count = ARTICLES_BATCH + 3
    told = [make_told(f"{n}", make_paragraphs(n, 1), title=f"{n}") for n in range(count)]
    store.store(told, now=NOON)
    purging = Purging(engine, replace(KEEP, articles=30, raw_articles=30))

    assert list(purging.batches(now=LATER)) == [("articles", ARTICLES_BATCH), ("articles", 3)]


def test_rows_that_nothing_names_go_some_hundreds_at_a_time(store: Store, engine: Engine) -> None:
    store.store([make_told("a")], now=NOON)
    with writing(engine).begin() as connection:
        one = connection.execute(select(raw_articles)).one()._asdict()
        connection.execute(
            raw_articles.insert(), [{**one, "raw_id": f"{number:032x}"} for number in range(ROWS_BATCH + 1)]
        )

    purging = Purging(engine, replace(KEEP, raw_articles=30))
    assert list(purging.batches(now=LATER)) == [("raw_articles", ROWS_BATCH), ("raw_articles", 2)]


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time by itself
def test_only_one_purges_at_a_time(store: Store, engine: Engine) -> None:
    store.store([make_told("a")], now=NOON)
    other = make_engine(engine.url.render_as_string(hide_password=False))
    first = Purging(other, replace(KEEP, raw_articles=30))
    with writing(engine).begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({int.from_bytes(b'purge', 'big')})")
        assert list(first.batches(now=LATER)) == []
    assert list(first.batches(now=LATER)) == [("raw_articles", 1)]
    other.dispose()


def test_between_batches_others_store(store: Store, engine: Engine) -> None:
    told = [make_told(f"{n}", make_paragraphs(n, 1), title=f"{n}") for n in range(ARTICLES_BATCH + 1)]
    store.store(told, now=NOON)
    batches = Purging(engine, replace(KEEP, articles=30)).batches(now=LATER)
    next(batches)

    with writing(engine).begin() as connection:
        take_decision_lock(connection)
    assert list(batches) == [("articles", 1)]


def test_an_article_that_is_revised_while_a_pass_looks_for_it_stays(store: Store, engine: Engine) -> None:
    store.store([make_told("a")], now=NOON)
    purging = Purging(engine, replace(KEEP, articles=30))
    transact = purging._transact

    def revise_first(purge: Any) -> int | None:
        store.store([make_told("a", make_paragraphs("newer"))], now=LATER)
        return transact(purge)

    purging._transact = revise_first  # type: ignore[method-assign]

    assert list(purging.batches(now=LATER)) == [("articles", 0)]
    (row,) = articles(engine)
    assert article(engine, row.public_id)
    assert row.revision == 2

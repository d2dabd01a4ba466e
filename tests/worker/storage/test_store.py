from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from tests.factories import NOON, make_arrival, make_condemned, make_parsed_article, make_raw_article, make_text
from worker.storage.arrival import Arrival, Condemned
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.reading import ArticleDetail, ArticleRow, article, articles, totals
from worker.storage.store import Reason, SettledRow, Store
from worker.storage.tables import metadata, quarantine, raw_articles, sightings, stories


def everything(engine: Engine) -> list[ArticleRow]:
    return list(articles(engine, all_=True))


def detail(engine: Engine, row: ArticleRow) -> ArticleDetail:
    found = article(engine, row.public_id)
    assert isinstance(found, ArticleDetail)
    return found


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()


def make_numbered(number: int, **overrides: Any) -> Arrival:
    parsed = make_parsed_article(title=f"Proposal {number}", text=make_text(number))
    return make_arrival(**{"parsed": parsed, "entry_key": str(number), **overrides})


# --- verdicts, as the tables tell them


def test_a_new_article_is_stored_and_read_back_whole(store: Store, engine: Engine) -> None:
    arrival = make_arrival(url="https://example.org/ferry")

    assert store.store([arrival], now=NOON) == {arrival.raw_id: "stored"}

    (row,) = articles(engine)
    assert row.parsed == arrival.parsed
    assert (row.source, row.revision, row.copy_of, row.story_id) == ("desk", 1, None, row.public_id)
    (sighting,) = row.sightings
    assert (sighting.entry_key, sighting.url, sighting.seen_at) == ("one.txt", "https://example.org/ferry", NOON)


def test_a_story_names_its_lead(store: Store, engine: Engine) -> None:
    store.store([make_numbered(1), make_numbered(2)], now=NOON)

    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT a.public_id, s.public_id FROM stories s JOIN articles a ON a.id = s.lead_article_id")
        ).all()
    assert len(rows) == 2
    assert all(lead == story for lead, story in rows)


def test_the_raw_bytes_are_kept_for_every_sighting(store: Store, engine: Engine) -> None:
    first, second = make_arrival(), make_arrival(source_key="seed:other")
    store.store([first, second], now=NOON)

    with engine.connect() as connection:
        rows = connection.execute(select(raw_articles.c.raw_id, raw_articles.c.meta, raw_articles.c.body)).all()
    assert {tuple(row) for row in rows} == {(each.raw_id, each.meta, each.body) for each in (first, second)}


def test_storing_the_same_raw_article_again_changes_nothing_and_answers_the_same(store: Store, engine: Engine) -> None:
    arrival = make_arrival()
    store.store([arrival], now=NOON)

    again = store.store([arrival, arrival], now=NOON + timedelta(hours=1))

    assert again == {arrival.raw_id: "stored"}
    assert store.settled([arrival.raw_id, "unknown"]) == {arrival.raw_id: SettledRow(settled="stored", at=NOON)}
    assert count(engine, "sightings") == count(engine, "raw_articles") == count(engine, "outbox") == 1


def test_the_same_text_from_another_source_is_a_sighting(store: Store, engine: Engine) -> None:
    other = make_arrival(source_key="feed:https://example.org/rss", source="Example", entry_key="g1")
    store.store([make_arrival()], now=NOON)

    assert store.store([other], now=NOON) == {other.raw_id: "duplicate"}

    (row,) = everything(engine)
    assert {each.source for each in row.sightings} == {"desk", "Example"}
    assert row.updated_at == NOON


def test_the_same_text_under_another_title_is_a_copy_in_the_same_story(store: Store, engine: Engine) -> None:
    lead = make_arrival()
    copy = make_arrival(parsed=make_parsed_article(title="Ferry sails again"), source_key="seed:other")
    store.store([lead], now=NOON)

    assert store.store([copy], now=NOON) == {copy.raw_id: "copied"}

    (shown,) = articles(engine)
    (found,) = detail(engine, shown).copies
    assert (found.copy_of, found.story_id) == (shown.public_id, shown.story_id)
    assert count(engine, "stories") == 1


def test_a_changed_text_of_the_same_entry_is_a_revision(store: Store, engine: Engine) -> None:
    first = make_arrival()
    second = make_arrival(parsed=make_parsed_article(text=make_text(7), authors=()))
    store.store([first], now=NOON)

    assert store.store([second], now=NOON + timedelta(hours=1)) == {second.raw_id: "revised"}

    (row,) = everything(engine)
    (earlier,) = detail(engine, row).revisions
    assert (row.parsed, row.revision, row.updated_at) == (second.parsed, 2, NOON + timedelta(hours=1))
    assert (earlier.number, earlier.replaced_at) == (1, NOON + timedelta(hours=1))
    assert (earlier.parsed.title, earlier.parsed.text, earlier.parsed.authors, earlier.parsed.published) == (
        first.parsed.title,
        first.parsed.text,
        first.parsed.authors,
        first.parsed.published,
    )


def test_other_fields_are_refreshed_without_a_revision(store: Store, engine: Engine) -> None:
    parsed = make_parsed_article(tags=("new",), published=None, flags=("zone_unknown",))
    store.store([make_arrival()], now=NOON)
    again = make_arrival(parsed=parsed, source="Desk of news")

    assert store.store([again], now=NOON + timedelta(hours=1)) == {again.raw_id: "duplicate"}

    (row,) = everything(engine)
    assert (row.parsed, row.source, row.revision) == (parsed, "Desk of news", 1)
    assert row.updated_at == NOON + timedelta(hours=1)
    assert count(engine, "revisions") == 0


def test_another_source_with_guid_and_link_of_an_article_changes_nothing_of_it(store: Store, engine: Engine) -> None:
    link: dict[str, Any] = {"url": "https://example.org/ferry", "entry_key": "guid-1"}
    parsed = make_parsed_article(url=link["url"])
    store.store([make_arrival(parsed=parsed, source_key="feed:a", **link)], now=NOON)

    hostile = [
        make_arrival(parsed=make_parsed_article(url=link["url"], **change), source_key="feed:b", **link)
        for change in ({"tags": ("x",)}, {"text": make_text(1)}, {"title": "Hostile"})
    ]
    for each in hostile:
        store.store([each], now=NOON + timedelta(hours=1))

    (row,) = (row for row in everything(engine) if row.source_key == "feed:a")
    assert (row.parsed, row.updated_at, row.revision) == (parsed, NOON, 1)


def test_a_late_look_at_an_earlier_text_finds_the_revised_article(store: Store, engine: Engine) -> None:
    store.store([make_numbered(1, entry_key="a")], now=NOON)
    store.store([make_numbered(2, entry_key="a")], now=NOON)

    late = make_numbered(1, entry_key="b")

    assert store.store([late], now=NOON) == {late.raw_id: "duplicate"}
    assert len(everything(engine)) == 1


def test_what_stands_in_place_of_an_article_is_stored_and_hidden(store: Store, engine: Engine) -> None:
    walls = [
        make_arrival(parsed=make_parsed_article(flags=("paywall",), title=title), entry_key=title)
        for title in ("One", "Two")
    ]

    assert set(store.store(walls, now=NOON).values()) == {"stored"}
    assert list(articles(engine)) == []
    assert all(row.hidden for row in everything(engine))


def test_an_earlier_sighting_moves_the_time_first_seen(store: Store, engine: Engine) -> None:
    undated = make_parsed_article(published=None)
    store.store([make_arrival(parsed=undated)], now=NOON)
    store.store([make_arrival(parsed=undated, source_key="seed:b", seen_at=NOON - timedelta(days=1))], now=NOON)
    store.store([make_arrival(parsed=undated, source_key="seed:c", seen_at=NOON + timedelta(days=1))], now=NOON)

    (row,) = articles(engine, since=NOON - timedelta(days=2))
    assert row.first_seen_at == NOON - timedelta(days=1)
    assert list(articles(engine, since=NOON)) == []


# --- within one batch


def test_a_batch_knows_what_it_has_itself_added(store: Store, engine: Engine) -> None:
    batch = [
        make_numbered(1),
        make_numbered(1, source_key="seed:b"),
        make_arrival(parsed=make_parsed_article(title="Other", text=make_text(1)), source_key="seed:c"),
        make_arrival(parsed=make_parsed_article(title="Other", text=make_text(1)), source_key="seed:d"),
        make_numbered(2, entry_key="1"),
        make_numbered(3, entry_key="1"),
        make_numbered(1, source_key="seed:e"),
        make_numbered(3, source_key="seed:f", seen_at=NOON - timedelta(days=9)),
    ]

    settled = list(store.store(batch, now=NOON).values())

    assert settled == ["stored", "duplicate", "copied", "duplicate", "revised", "revised", "duplicate", "duplicate"]
    lead, copy = sorted(everything(engine), key=lambda row: row.copy_of is not None)
    assert (lead.parsed.text, lead.revision, len(lead.sightings)) == (make_text(3), 3, 4)
    assert lead.first_seen_at == NOON - timedelta(days=9)
    assert [each.parsed.title for each in detail(engine, lead).revisions] == ["Proposal 1", "Proposal 2"]
    assert (copy.copy_of, copy.story_id, len(copy.sightings)) == (lead.public_id, lead.story_id, 2)


def test_one_batch_and_single_ones_make_the_same_articles(store: Store, engine: Engine, tmp_path: Path) -> None:
    batch = [make_numbered(n % 4, source_key=f"seed:{n % 3}", entry_key=str(n % 5)) for n in range(20)]
    other = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)

    at_once = store.store(batch, now=NOON)
    one_by_one = dict[str, object]()
    for each in batch:
        one_by_one |= Store(other).store([each], now=NOON)

    assert at_once == one_by_one
    assert {(row.public_id, row.story_id, row.parsed.title) for row in everything(engine)} == {
        (row.public_id, row.story_id, row.parsed.title) for row in everything(other)
    }
    other.dispose()


def test_fifty_revisions_are_kept(store: Store, engine: Engine) -> None:
    batch = [make_numbered(n, entry_key="1") for n in range(60)]
    store.store(batch[:30], now=NOON)
    store.store(batch[30:], now=NOON)

    (row,) = everything(engine)
    kept = [each.number for each in detail(engine, row).revisions]
    assert row.revision == 60
    assert kept == list(range(10, 60))


# --- quarantine


def test_what_is_condemned_goes_into_quarantine_with_its_bytes(store: Store, engine: Engine) -> None:
    readable, unreadable = make_condemned(), make_condemned(raw=None, reason=Reason.MALFORMED)

    assert store.store([readable, unreadable, make_arrival()], now=NOON) == {
        readable.raw_id: "quarantined",
        unreadable.raw_id: "quarantined",
        make_arrival().raw_id: "stored",
    }
    with engine.connect() as connection:
        rows = connection.execute(select(quarantine).order_by(quarantine.c.id)).all()
    assert [(row.source, row.entry_key, row.reason, row.meta) for row in rows] == [
        ("desk", "broken.txt", "parse_failed", readable.meta),
        (None, None, "malformed", b"\xff"),
    ]
    assert store.settled([readable.raw_id])[readable.raw_id].settled == "quarantined"


def test_nothing_keeps_a_raw_article_out_of_quarantine(store: Store) -> None:
    raw = make_raw_article(entry_key="a\0b\ud800", source="c\0")
    condemned = make_condemned(raw_id="0" * 32, raw=raw, detail="NUL \0 and \udfff")

    assert store.store([condemned], now=NOON) == {condemned.raw_id: "quarantined"}


def test_what_is_in_quarantine_stays_there_unless_it_is_a_replay(store: Store, engine: Engine) -> None:
    arrival = make_arrival()
    store.store([make_condemned(raw_id=arrival.raw_id)], now=NOON)

    assert store.store([arrival], now=NOON) == {arrival.raw_id: "quarantined"}
    assert everything(engine) == []

    replay = make_arrival(replay=True)
    assert replay.raw_id == arrival.raw_id
    assert store.store([replay], now=NOON) == {arrival.raw_id: "stored"}
    assert count(engine, "quarantine") == 0
    assert len(everything(engine)) == 1


def test_a_replay_that_fails_again_keeps_its_row_with_the_new_reason(store: Store, engine: Engine) -> None:
    raw = make_raw_article(replay=True)
    store.store([make_condemned()], now=NOON)
    store.store([make_condemned(raw=raw, raw_id=make_condemned().raw_id, reason=Reason.NO_CONTENT)], now=NOON)

    with engine.connect() as connection:
        assert connection.execute(select(quarantine.c.reason)).scalars().all() == ["no_content"]


def test_totals_count_each_raw_article_once(store: Store, engine: Engine) -> None:
    batch: list[Arrival | Condemned] = [
        make_numbered(1),
        make_numbered(1, source_key="seed:b"),
        make_numbered(2, entry_key="1"),
        make_condemned(),
    ]
    store.store(batch, now=NOON)
    store.store(batch, now=NOON)

    assert totals(engine) == {"stored": 1, "revised": 1, "copies": 0, "duplicates": 1, "quarantined": 1}


def test_the_ledger_holds_why(store: Store, engine: Engine) -> None:
    store.store([make_numbered(1), make_numbered(1, source_key="seed:b")], now=NOON)

    with engine.connect() as connection:
        assert connection.execute(select(sightings.c.reason).order_by(sightings.c.id)).scalars().all() == [
            "nothing_alike",
            "same_text",
        ]
        assert connection.execute(select(func.count()).select_from(stories)).scalar() == 1


@pytest.mark.parametrize("batches", [["2", "03", "1"], ["3210"], ["0123"], ["3", "2", "1", "0"], ["1", "0", "3", "2"]])
def test_versions_of_one_entry_end_with_the_last_said_in_whatever_order_they_come(
    engine: Engine, batches: list[str]
) -> None:
    def version(number: str) -> Arrival:
        text_ = f"Version {number}. {make_text(int(number))}"
        return make_arrival(parsed=make_parsed_article(text=text_), seen_at=NOON + timedelta(minutes=int(number)))

    for batch in batches:
        Store(engine).store([version(number) for number in batch], now=NOON)

    (row,) = articles(engine)
    detail = article(engine, row.public_id)
    assert isinstance(detail, ArticleDetail)
    assert row.parsed.text.startswith("Version 3")
    assert (row.revision, row.first_seen_at) == (4, NOON)
    assert sorted(each.parsed.text[:9] for each in detail.revisions) == ["Version 0", "Version 1", "Version 2"]
    assert totals(engine) == {"stored": 1, "revised": 3, "copies": 0, "duplicates": 0, "quarantined": 0}

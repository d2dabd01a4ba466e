from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from tests.factories import NOON, PARAGRAPHS, make_arrival, make_paragraphs, make_parsed_article
from worker.storage.arrival import Arrival, StoreFailed
from worker.storage.reading import article
from worker.storage.renewing import Renewal, Renewed, Renewing
from worker.storage.store import Store
from worker.storage.tables import articles, outbox, raw_articles, revisions, sightings

LATER = NOON + timedelta(days=9)


def rows(engine: Engine, table: Any) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [row._asdict() for row in connection.execute(select(table).order_by(*table.primary_key))]


def renewal(engine: Engine, arrival: Arrival, **fields: Any) -> Renewal:
    """Today's reading of a stored arrival, with other fields."""
    key = next(row["id"] for row in rows(engine, articles) if row["raw_id"] == arrival.raw_id)
    again = replace(arrival, parsed=replace(arrival.parsed, **fields))
    return Renewal(article_id=key, arrival=again, changed=tuple(fields))


def renew(engine: Engine, batch: list[Renewal], *, now: datetime) -> dict[str, Renewed]:
    return Renewing(engine).renew(batch, now=now)


def test_the_text_is_renewed_and_nothing_else_happens(engine: Engine, store: Store) -> None:
    arrival = make_arrival()
    store.store([arrival], now=NOON)
    before = {table.name: rows(engine, table) for table in (revisions, sightings, raw_articles)}
    (old,) = rows(engine, articles)
    text = "\n\n".join(PARAGRAPHS[:2])
    assert renew(engine, [renewal(engine, arrival, title="Ferry", text=text)], now=LATER) == {arrival.raw_id: "renewed"}
    (new,) = rows(engine, articles)
    assert (new["title"], new["text"], new["updated_at"]) == ("Ferry", text, LATER)
    assert new["content_hash"] != old["content_hash"]
    kept = ("id", "public_id", "identity", "story_id", "copy_of", "revision", "raw_id", "seen_at", "first_seen_at")
    assert {name: new[name] for name in kept} == {name: old[name] for name in kept}
    assert before == {table.name: rows(engine, table) for table in (revisions, sightings, raw_articles)}


def test_an_event_says_what_changed_each_time(engine: Engine, store: Store) -> None:
    arrival = make_arrival()
    store.store([arrival], now=NOON)
    renew(engine, [renewal(engine, arrival, title="Ferry")], now=LATER)
    renew(engine, [renewal(engine, arrival, title="Night ferry", authors=())], now=LATER)
    said = [row for row in rows(engine, outbox) if row["type"] == "article.reparsed"]
    assert [(row["payload"]["title"], row["payload"]["changed"]) for row in said] == [
        ("Ferry", ["title"]),
        ("Night ferry", ["title", "authors"]),
    ]
    assert len({row["event_id"] for row in said}) == 2


def test_mere_provenance_is_no_event_and_no_change_of_the_article(engine: Engine, store: Store) -> None:
    arrival = make_arrival()
    store.store([arrival], now=NOON)
    mere = renewal(engine, arrival, provenance={})
    assert renew(engine, [replace(mere, changed=())], now=LATER) == {arrival.raw_id: "renewed"}
    (row,) = rows(engine, articles)
    assert (row["provenance"], row["updated_at"]) == ({}, NOON)
    assert "article.reparsed" not in {row["type"] for row in rows(engine, outbox)}


def test_an_article_that_was_revised_since_it_was_read_stays_as_it_is(engine: Engine, store: Store) -> None:
    arrival = make_arrival()
    store.store([arrival], now=NOON)
    stale = renewal(engine, arrival, title="Ferry")
    revised = make_arrival(parsed=make_parsed_article(title="Revised"), seen_at=NOON + timedelta(hours=1))
    store.store([revised], now=NOON)
    assert renew(engine, [stale], now=LATER) == {arrival.raw_id: "revised_meanwhile"}
    assert rows(engine, articles)[0]["title"] == "Revised"


def test_what_no_database_takes_fails_alone(engine: Engine, store: Store) -> None:
    one, two = make_arrival(entry_key="1"), make_arrival(entry_key="2", parsed=make_parsed_article(text="Other text."))
    store.store([one, two], now=NOON)
    outcomes = renew(engine, [renewal(engine, one, title="a\0b"), renewal(engine, two, title="Ferry")], now=LATER)
    assert isinstance(outcomes[one.raw_id], StoreFailed)
    assert outcomes[two.raw_id] == "renewed"


def test_what_becomes_known_as_a_wall_is_hidden_and_a_later_duplicate_follows_the_new_text(
    engine: Engine, store: Store
) -> None:
    arrival = make_arrival()
    store.store([arrival], now=NOON)
    text = (
        "The harbour board of Ostholm sells tickets from the first of May, and half the price goes to the islanders. "
        * 3
    )
    renew(engine, [renewal(engine, arrival, text=text)], now=LATER)
    other = make_arrival(source_key="seed:wire", source="wire", parsed=replace(arrival.parsed, text=text))
    assert store.store([other], now=LATER) == {other.raw_id: "duplicate"}
    renew(engine, [renewal(engine, arrival, text=text, flags=("consent",))], now=LATER)
    found = article(engine, rows(engine, articles)[0]["public_id"])
    assert found.row.hidden  # type: ignore[union-attr]


def test_a_better_reading_that_turns_out_to_be_a_copy_joins_the_story(engine: Engine, store: Store) -> None:
    paragraphs = make_paragraphs("wire", 6)
    wire = make_arrival(
        source_key="seed:wire", source="wire", parsed=make_parsed_article(text="\n\n".join(paragraphs), title="Wire")
    )
    arrival = make_arrival()
    store.store([wire, arrival], now=NOON)

    renew(engine, [renewal(engine, arrival, text="\n\n".join(paragraphs[:4]))], now=LATER)

    assert len({row["story_id"] for row in rows(engine, articles)}) == 1
    assert [row["type"] for row in rows(engine, outbox)][2:] == ["article.reparsed", "story.merged"]

"""Writes a plan to the tables, a statement per table for the whole batch.

Core executemany throughout: the ORM and ``values([...])`` reach 0.1-0.2 of the driver's own speed, this 0.5-0.7
(measured).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, case, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.storage import index
from worker.storage.events import ArticleEvent, Event, article_event, event_id
from worker.storage.plan import Draft, Plan, Seen
from worker.storage.stories import Merge, merge_and_lead
from worker.storage.tables import (
    articles,
    chain_items,
    outbox,
    outbox_counter,
    quarantine,
    raw_articles,
    revisions,
    sightings,
    stories,
    tombstones,
)

REVISIONS_MAX: Final = 50
"""Earlier texts kept per article: a page that changes with every fetch must not grow without bound."""

_FIXED = {"id", "public_id", "identity", "source_key", "entry_key", "story_id", "copy_of"}
_MUTABLE = tuple(column.name for column in articles.columns if column.name not in _FIXED)


@dataclass(frozen=True, kw_only=True)
class _Ids:
    """The database's keys by the plan's; what is stored already has its own."""

    articles: dict[int, int]
    stories: dict[int, int]

    def article(self, key: int) -> int:
        return self.articles.get(key, key)

    def story(self, key: int) -> int:
        return self.stories.get(key, key)


def write(connection: Connection, plan: Plan, now: datetime, *, oldest: int) -> None:
    """Everything that the plan says, in an order in which no row names one that is not there yet. ``oldest``: where the
    index's window begins."""
    drafts = plan.drafts.values()
    ids = _write_new(connection, plan, now)
    _write_changed(connection, [draft for draft in drafts if draft.changed and not draft.is_new])
    _write_first_seen(connection, plan.first_seen)
    _write_revisions(connection, [draft for draft in drafts if draft.replaced], ids.articles)
    items = [{"identity": identity, "article_id": key} for identity, key in plan.chain_items.items()]
    _insert_anew(connection, chain_items, _with_ids(items, ids.articles))
    _insert(connection, sightings, _with_ids(plan.sightings, ids.articles))
    _insert(connection, raw_articles, _with_ids(plan.raw_articles, ids.articles))
    _write_index(connection, plan, ids, oldest)
    if plan.released:
        connection.execute(delete(quarantine).where(quarantine.c.raw_id.in_(plan.released)))
    _insert(connection, quarantine, plan.quarantined)
    if unburied := {*plan.unburied, *plan.released}:  # released: it may have been purged since this batch looked
        connection.execute(delete(tombstones).where(tombstones.c.raw_id.in_(unburied)))
    _insert(connection, tombstones, plan.tombstones)
    of_stories = _write_stories(connection, plan, ids)
    write_events(connection, [*_said(connection, plan, ids), *of_stories], now)


def _write_index(connection: Connection, plan: Plan, ids: _Ids, oldest: int) -> None:
    within = [(window, ids.article(key)) for window, key in plan.entries if key < 0 or key >= oldest]
    index.enter(connection, within)
    index.stop(connection, plan.boilerplate)
    if ids.articles:
        index.sweep(connection, min(ids.articles.values()), max(ids.articles.values()), oldest)


def _write_stories(connection: Connection, plan: Plan, ids: _Ids) -> list[Event]:
    merges = [
        Merge(merged=story, stays=ids.story(plan.story(story)), raw_id=raw_id)
        for story, raw_id in plan.merged_by.items()
        if story > 0
    ]
    touched = {ids.story(plan.story(story)) for story in plan.touched}
    founders = {ids.stories[key]: ids.articles[key] for key in ids.stories}
    grown = {ids.story(plan.story(story)) for story in plan.merged_by}
    return merge_and_lead(connection, merges, touched, grown=grown, founders=founders)


def _said(connection: Connection, plan: Plan, ids: _Ids) -> Iterator[Event]:
    """The plan's events; those of articles with the story and lead that the batch has left them with."""
    keys = {ids.article(each.article) for each in plan.events if isinstance(each, ArticleEvent)}
    where = {row.id: row for row in connection.execute(_placed.where(articles.c.id.in_(keys)))} if keys else {}
    for each in plan.events:
        if isinstance(each, Event):
            yield each
            continue
        row = where[ids.article(each.article)]
        yield article_event(each, story_id=row.story, copy_of=row.lead)


_lead = articles.alias("lead")
_placed = select(articles.c.id, stories.c.public_id.label("story"), _lead.c.public_id.label("lead")).select_from(
    articles.join(stories, articles.c.story_id == stories.c.id).outerjoin(_lead, articles.c.copy_of == _lead.c.id)
)


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _with_ids(rows: Sequence[dict[str, Any]], ids: dict[int, int]) -> list[dict[str, Any]]:
    return [{**row, "article_id": ids.get(row["article_id"], row["article_id"])} for row in rows]


def _insert_anew(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Rows that may be there already."""
    if rows:
        anew = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(anew(table).on_conflict_do_nothing(), rows)


def _write_new(connection: Connection, plan: Plan, now: datetime) -> _Ids:
    """Stories, then the articles that found them, then copies (of which some are copies of these)."""
    drafts = [draft for draft in plan.drafts.values() if draft.is_new]
    founded = {plan.story(draft.columns["story_id"]) for draft in drafts}
    keys = {plan.story_ids[story]: story for story in sorted(founded, reverse=True) if story < 0}
    rows = [{"public_id": each, "created_at": now} for each in keys]
    ids = _Ids(articles={}, stories=_insert_keyed(connection, stories, rows, keys))
    for is_copy in (False, True):
        some = [draft for draft in drafts if (draft.columns["copy_of"] is not None) is is_copy]
        ids.articles.update(_insert_articles(connection, plan, some, ids))
    return ids


def _insert_articles(connection: Connection, plan: Plan, drafts: Sequence[Draft], ids: _Ids) -> dict[int, int]:
    keys = {draft.columns["public_id"]: draft.key for draft in drafts}
    rows = [
        {
            **draft.columns,
            "story_id": ids.story(plan.story(draft.columns["story_id"])),
            "copy_of": ids.article(draft.columns["copy_of"]),
        }
        for draft in drafts
    ]
    return _insert_keyed(connection, articles, rows, keys)


def _insert_keyed(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], keys: dict[str, int]
) -> dict[int, int]:
    """Inserts rows that have a public id; the database's ids by our keys, which ``keys`` gives by public id.

    Asking afterwards is cheaper than RETURNING: that makes one statement of 2,000 parameters of it, which psycopg
    takes longer to read than PostgreSQL to run.
    """
    if not rows:
        return {}
    connection.execute(insert(table), rows)
    inserted = connection.execute(select(table.c.id, table.c.public_id).where(table.c.public_id.in_(keys)))
    return {keys[public_id]: id_ for id_, public_id in inserted}


def _write_changed(connection: Connection, drafts: Sequence[Draft]) -> None:
    if drafts:
        rows = [{"key": draft.key, **{name: draft.columns[name] for name in _MUTABLE}} for draft in drafts]
        connection.execute(update(articles).where(articles.c.id == bindparam("key")), rows)


def _write_first_seen(connection: Connection, first_seen: dict[int, Seen]) -> None:
    if not first_seen:
        return
    seen = bindparam("seen", type_=articles.c.first_seen_at.type)
    undated = articles.c.published_sort.is_(None)
    statement = (
        update(articles)
        .where(articles.c.id == bindparam("key"))
        .values(
            first_seen_at=seen,
            listed_at=case((undated, seen), else_=articles.c.listed_at),
            leads_from=bindparam("leads", type_=articles.c.leads_from.type),
        )
    )
    rows = [{"key": key, "seen": each.first_seen_at, "leads": each.leads_from} for key, each in first_seen.items()]
    connection.execute(statement, rows)


def _write_revisions(connection: Connection, drafts: Sequence[Draft], ids: dict[int, int]) -> None:
    rows = [{**row, "article_id": draft.key} for draft in drafts for row in draft.replaced]
    _insert(connection, revisions, _with_ids(rows, ids))
    too_old = {
        ids.get(draft.key, draft.key): draft.columns["revision"] - REVISIONS_MAX
        for draft in drafts
        if draft.columns["revision"] > REVISIONS_MAX
    }
    if too_old:
        past = [(revisions.c.article_id == key) & (revisions.c.number < number) for key, number in too_old.items()]
        connection.execute(delete(revisions).where(or_(*past)))


def write_events(connection: Connection, events: Sequence[Event], now: datetime) -> None:
    """Into the outbox, each with the next number; under the decision lock."""
    if not events:
        return
    counter = update(outbox_counter).values(seq=outbox_counter.c.seq + len(events)).returning(outbox_counter.c.seq)
    first = connection.execute(counter).scalar_one() - len(events) + 1
    rows = [
        {
            "seq": seq,
            "event_id": event.event_id or event_id(event.type, event.raw_id, seq),
            "type": event.type,
            "article_public_id": event.article_public_id,
            "payload": event.payload,
            "created_at": now,
        }
        for seq, event in enumerate(events, start=first)
    ]
    _insert(connection, outbox, rows)


def probe_write(connection: Connection) -> None:
    """A write that changes nothing: whether the database takes writes at all."""
    connection.execute(update(outbox_counter).values(seq=outbox_counter.c.seq))
    connection.execute(select(outbox_counter.c.seq)).scalar_one()

"""Stories as they change: two become one, another article leads. Works on what a batch has already written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, bindparam, or_, select, update

from worker.storage.events import Event, lead_event, merge_event
from worker.storage.tables import articles, stories


@dataclass(frozen=True, kw_only=True)
class Merge:
    """The story ``merged`` goes into ``stays``; ``raw_id``: of the raw article that bridges the two."""

    merged: int
    stays: int
    raw_id: str


@dataclass(frozen=True, kw_only=True)
class _Lead:
    """``former``: before the batch, None for a story that the batch has founded. ``stated``: what its articles say."""

    story: int
    story_public_id: str
    former: int | None
    stated: int | None
    now: int


def merge_and_lead(
    connection: Connection,
    merges: Sequence[Merge],
    touched: Collection[int],
    *,
    grown: Collection[int],
    founders: Mapping[int, int],
) -> list[Event]:
    """Carries merges out and lets the first article of every touched story lead it; answers what is to be said of it.

    ``grown``: the stories that another has gone into, be it one that was never written. ``founders``: of the stories
    that this batch has founded, the article that its others name as their lead so far.
    """
    if merges:
        rows = [{"story": each.merged, "into": each.stays} for each in merges]
        connection.execute(_MOVE, rows)
        connection.execute(_MERGE, rows)
    leads = list(_leads(connection, {*touched, *grown}, founders))
    _name([each for each in leads if each.former != each.now], connection)
    _follow([each for each in leads if each.stated != each.now or each.story in grown], connection)
    return list(_events(connection, merges, leads))


def lead_anew(connection: Connection, former: Mapping[int, str]) -> list[Event]:
    """Lets the first of the articles that are left lead stories whose lead is gone. ``former``: by story, the public id
    of the article that led it. Answers what is to be said of it; stories without an article are passed over."""
    leads = [each for each in _leads(connection, former, {}) if each.now is not None]
    _name(leads, connection)
    _follow(leads, connection)
    names = _public_ids(connection, articles, [each.now for each in leads])
    return [
        lead_event(each.story_public_id, lead_id=names[each.now], former_lead_id=former[each.story]) for each in leads
    ]


_MOVE = update(articles).where(articles.c.story_id == bindparam("story")).values(story_id=bindparam("into"))
_MERGE = update(stories).where(stories.c.id == bindparam("story")).values(merged_into=bindparam("into"))
_NAME_LEAD = update(stories).where(stories.c.id == bindparam("story")).values(lead_article_id=bindparam("lead"))
_LEAD = update(articles).where(articles.c.id == bindparam("lead")).values(copy_of=None)
_FOLLOW = (
    update(articles)
    .where(
        articles.c.story_id == bindparam("story"),
        articles.c.id != bindparam("lead"),
        or_(articles.c.copy_of.is_(None), articles.c.copy_of != bindparam("lead")),
    )
    .values(copy_of=bindparam("lead"))
)


def _leads(connection: Connection, story_ids: Collection[int], founders: Mapping[int, int]) -> Iterator[_Lead]:
    if not story_ids:
        return
    first = (
        select(articles.c.id)
        .where(articles.c.story_id == stories.c.id)
        .order_by(articles.c.hidden, articles.c.leads_from, articles.c.id)
        .limit(1)
        .scalar_subquery()
        .correlate(stories)
    )
    statement = select(stories.c.id, stories.c.public_id, stories.c.lead_article_id, first.label("first"))
    for row in connection.execute(statement.where(stories.c.id.in_(story_ids))):
        yield _Lead(
            story=row.id,
            story_public_id=row.public_id,
            former=row.lead_article_id,
            stated=row.lead_article_id or founders.get(row.id),
            now=row.first,
        )


def _name(leads: Sequence[_Lead], connection: Connection) -> None:
    if leads:
        connection.execute(_NAME_LEAD, [{"story": each.story, "lead": each.now} for each in leads])


def _follow(leads: Sequence[_Lead], connection: Connection) -> None:
    """All articles of a story are copies of its lead, which is a copy of none."""
    if leads:
        rows = [{"story": each.story, "lead": each.now} for each in leads]
        connection.execute(_FOLLOW, rows)
        connection.execute(_LEAD, rows)


def _events(connection: Connection, merges: Sequence[Merge], leads: Iterable[_Lead]) -> Iterator[Event]:
    by_story = {each.story: each for each in leads}
    changed = [each for each in by_story.values() if each.former is not None and each.former != each.now]
    if not merges and not changed:
        return
    keys = {key for each in by_story.values() for key in (each.now, each.former)}
    names = _public_ids(connection, articles, keys)
    story_names = _public_ids(connection, stories, [each.merged for each in merges])
    for merge in merges:
        into = by_story[merge.stays]
        yield merge_event(
            merge.raw_id,
            story_id=into.story_public_id,
            merged=story_names[merge.merged],
            lead_id=names[into.now],
        )
    for each in changed:
        yield lead_event(each.story_public_id, lead_id=names[each.now], former_lead_id=names[each.former or 0])


def _public_ids(connection: Connection, table: Table, keys: Collection[int | None]) -> dict[int, str]:
    found = connection.execute(select(table.c.id, table.c.public_id).where(table.c.id.in_(keys)))
    return {row.id: row.public_id for row in found}

"""Everything that was handed in against everything the database has. Pure but for `read`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

Key = tuple[str, str]
"""Source and entry key, as handed in."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """``settled``: of each raw article that left the inbox. ``articles``: by public id. ``events``: in their order.

    ``counter``: the highest number that was given to an event. ``unrelayed``: events that no stream has yet.
    """

    settled: tuple[tuple[Key, str], ...]
    articles: Mapping[str, Key]
    titles: Mapping[Key, str]
    events: tuple[tuple[int, str, str], ...]
    counter: int
    unrelayed: int


@dataclass(kw_only=True)
class Verdict:
    accepted: int
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.lost or self.duplicated or self.unexpected)

    def __str__(self) -> str:
        counts = f"lost {len(self.lost)} · duplicated {len(self.duplicated)} · unexpected {len(self.unexpected)}"
        return f"{counts} · accepted {self.accepted}"


def judge(journal: Mapping[Key, str], stored: Stored) -> Verdict:
    """``journal``: the headline of everything handed in. All of it has to be stored, once, and told of once."""
    verdict = Verdict(accepted=len(journal))
    settled = Counter(key for key, _ in stored.settled)
    articles = Counter(stored.articles.values())
    for key in journal:
        _count(settled[key], f"{key} in the ledger", verdict)
        _count(articles[key], f"{key} among the articles", verdict)
    verdict.unexpected += [f"{key} was never handed in" for key in {*settled, *articles} - set(journal)]
    verdict.unexpected += [f"{key} became {what}" for key, what in stored.settled if what != "stored"]
    verdict.unexpected += [
        f"{key} has the headline {title!r}" for key, title in stored.titles.items() if journal.get(key, title) != title
    ]
    _judge_events(stored, verdict)
    return verdict


def _judge_events(stored: Stored, verdict: Verdict) -> None:
    told = Counter(article for _, kind, article in stored.events if kind == "article.stored")
    for article in stored.articles:
        _count(told[article], f"article.stored of {article}", verdict)
    verdict.unexpected += [
        f"article.stored of {article}, which is no article" for article in {*told} - {*stored.articles}
    ]
    numbers = {number for number, _, _ in stored.events}
    verdict.lost += [f"event {number}" for number in range(1, stored.counter + 1) if number not in numbers]
    if stored.unrelayed:
        verdict.lost.append(f"{stored.unrelayed} events were never relayed")


def _count(times: int, what: str, verdict: Verdict) -> None:
    if times == 0:
        verdict.lost.append(what)
    elif times > 1:
        verdict.duplicated.append(f"{what}: {times} times")


def read(connection: psycopg.Connection[Any]) -> Stored:
    """What a PostgreSQL has now."""

    def rows(query: str) -> Iterable[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    settled = [((source, key), what) for source, key, what in rows("SELECT source, entry_key, settled FROM sightings")]
    settled += [
        ((source, key), f"quarantined, {reason}")
        for source, key, reason in rows("SELECT source, entry_key, reason FROM quarantine")
    ]
    articles = list(rows("SELECT public_id, source, entry_key, title FROM articles"))
    ((counter,),) = rows("SELECT coalesce(max(seq), 0) FROM outbox_counter")
    ((unrelayed,),) = rows("SELECT count(*) FROM outbox WHERE relayed_at IS NULL")
    return Stored(
        settled=tuple(settled),
        articles={public_id: (source, key) for public_id, source, key, _ in articles},
        titles={(source, key): title for _, source, key, title in articles},
        events=tuple(rows("SELECT seq, type, article_public_id FROM outbox ORDER BY seq")),
        counter=counter,
        unrelayed=unrelayed,
    )

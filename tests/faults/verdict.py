"""Everything that was handed in against everything the database has. Pure but for `read`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import psycopg

from tests.faults.journal import Handed

_EVENTS: Final = "SELECT seq, type, article_public_id FROM outbox ORDER BY seq"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """``settled``: of each raw article that left the inbox. ``articles``: by public id. ``events``: in their order.

    ``counter``: the highest number that was given to an event. ``unrelayed``: events that no stream has yet.
    """

    settled: tuple[tuple[str, str], ...]
    articles: Mapping[str, Handed]
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


def judge(handed_in: Mapping[str, Handed], stored: Stored) -> Verdict:
    """``handed_in``: by raw id. Each has to be settled once, as an article, once, that was told of once."""
    verdict = Verdict(accepted=len(handed_in))
    settled = Counter(raw_id for raw_id, _ in stored.settled)
    articles = Counter(article.key for article in stored.articles.values())
    titles = {handed.key: handed.title for handed in handed_in.values()}
    for raw_id, handed in handed_in.items():
        _count(settled[raw_id], f"{_named(raw_id, handed_in)} in the ledger", verdict)
        _count(articles[handed.key], f"{handed.key} among the articles", verdict)
    strangers = [_named(raw_id, handed_in) for raw_id in settled if raw_id not in handed_in]
    strangers += [f"article {key}" for key in articles if key not in titles]
    verdict.unexpected += [f"{stranger} was never handed in" for stranger in strangers]
    verdict.unexpected += [
        f"{_named(raw_id, handed_in)} became {what}" for raw_id, what in stored.settled if what != "stored"
    ]
    verdict.unexpected += [
        f"{article.key} has the headline {article.title!r}"
        for article in stored.articles.values()
        if titles.get(article.key, article.title) != article.title
    ]
    _judge_events(stored, verdict)
    return verdict


def _named(raw_id: str, handed_in: Mapping[str, Handed]) -> str:
    handed = handed_in.get(raw_id)
    return f"raw article {raw_id} {handed.key if handed else '(of nobody)'}"


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

    def rows(query: LiteralString) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    settled = rows("SELECT raw_id, settled FROM sightings")
    settled += [(raw_id, f"quarantined, {reason}") for raw_id, reason in rows("SELECT raw_id, reason FROM quarantine")]
    articles = rows("SELECT public_id, source, entry_key, title FROM articles")
    ((counter,),) = rows("SELECT coalesce(max(seq), 0) FROM outbox_counter")
    ((unrelayed,),) = rows("SELECT count(*) FROM outbox WHERE relayed_at IS NULL")
    return Stored(
        settled=tuple((raw_id, what) for raw_id, what in settled),
        articles={public_id: Handed(key=(source, key), title=title) for public_id, source, key, title in articles},
        events=tuple((seq, kind, article) for seq, kind, article in rows(_EVENTS)),
        counter=counter,
        unrelayed=unrelayed,
    )

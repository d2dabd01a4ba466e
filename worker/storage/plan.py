"""What a batch does to the tables, worked out in memory before the first row is written.

Keys of what is not written yet are negative; a new article and the story it founds share one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.schema import Settled
from worker.dedup.fingerprint import Fingerprint, fingerprint, public_id_of
from worker.dedup.shelf import Shelf
from worker.dedup.verdict import Candidate, Copy, Duplicate, New, Revision, Verdict, VerdictReason, decide
from worker.storage.arrival import Arrival, Condemned
from worker.storage.candidates import Found
from worker.storage.events import Event, article_event, quarantine_event
from worker.storage.rows import REVISED, listed_at, parsed_columns, unstorable


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An arrival that can be stored: its fingerprint, and its columns of ``articles`` as far as it alone says them."""

    arrival: Arrival
    fingerprint: Fingerprint
    columns: dict[str, Any]


def prepare(arrival: Arrival) -> Prepared:
    """Raises ValueError or OverflowError, with a sentence, for what no database takes."""
    raw = arrival.raw
    print_ = fingerprint(raw.source_key, raw.entry_key, raw.source, arrival.parsed, seen_at=raw.seen_at)
    columns = parsed_columns(arrival.parsed)
    columns |= {"source": raw.source, "raw_id": arrival.raw_id, "content_hash": print_.content_hash}
    columns["seen_at"] = raw.seen_at
    named = {**columns, "source_key": raw.source_key, "entry_key": raw.entry_key, "seen_url": raw.url}
    for name, value in named.items():
        if why := unstorable(value):
            raise ValueError(f"{name}: {why}")
    return Prepared(arrival=arrival, fingerprint=print_, columns=columns)


@dataclass(kw_only=True)
class Draft:
    """An article's row while the batch works on it. ``columns`` is without the id; its keys may be negative."""

    key: int
    columns: dict[str, Any]
    changed: bool = False
    replaced: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.key < 0


SETTLED_AS: Final[dict[type[Verdict], Settled]] = {
    New: "stored",
    Revision: "revised",
    Copy: "copied",
    Duplicate: "duplicate",
}


class Plan:
    """Decides the arrivals of a batch one after the other and collects the rows. Touches no database."""

    def __init__(self, found: Found, now: datetime) -> None:
        self._now = now
        self._shelf = Shelf(found.candidates)
        self._article_ids = dict(found.article_ids)
        self._story_ids = dict(found.story_ids)
        self.drafts = {key: Draft(key=key, columns=columns) for key, columns in found.own.items()}
        self.first_seen: dict[int, datetime] = {}
        self.sightings: list[dict[str, Any]] = []
        self.raw_articles: list[dict[str, Any]] = []
        self.quarantined: list[dict[str, Any]] = []
        self.released: list[str] = []
        self.events: list[Event] = []
        self.outcomes: dict[str, Settled] = {}

    def settle(self, prepared: Prepared) -> None:
        print_, seen_at = prepared.fingerprint, prepared.arrival.raw.seen_at
        verdict = decide(print_, self._shelf.candidates(print_))
        article = self._shelf.take_in(print_, verdict)
        match verdict:
            case New() | Copy():
                self._found(prepared, article)
            case Revision(changed=changed, late=late):
                self._revise(prepared, article, changed, late=late)
            case Duplicate(refresh=True):
                self._take_over(self.drafts[article.article_id], prepared)
            case Duplicate(of=of, reason=VerdictReason.SAME_ENTRY) if of.seen_at < seen_at:
                # Its source says it still: what was said in between and comes later is not news.
                draft = self.drafts[of.article_id]
                draft.columns["seen_at"], draft.changed = seen_at, True
            case Duplicate():
                pass
        if isinstance(verdict, Revision | Duplicate):
            self._see(verdict.of, seen_at)
        self._enter(prepared, verdict, article)

    def condemn(self, condemned: Condemned) -> None:
        """Nothing may keep a raw article out of quarantine: what no database takes is replaced, the bytes are kept."""
        raw = condemned.raw
        row: dict[str, Any] = {
            "raw_id": condemned.raw_id,
            "source_key": raw and _storable(raw.source_key),
            "source": raw and _storable(raw.source),
            "entry_key": raw and _storable(raw.entry_key),
            "url": raw and raw.url and _storable(raw.url),
            "meta": condemned.meta,
            "body": condemned.body,
            "reason": condemned.reason.value,
            "detail": _storable(condemned.detail),
            "tries": condemned.tries,
            "quarantined_at": self._now,
        }
        self.quarantined.append(row)
        if raw is not None and raw.replay:
            self.released.append(condemned.raw_id)
        self.events.append(quarantine_event(row))
        self.outcomes[condemned.raw_id] = "quarantined"

    def _found(self, prepared: Prepared, article: Candidate) -> None:
        raw, key = prepared.arrival.raw, article.article_id
        is_copy = article.lead_id != key
        self._article_ids[key] = public_id_of(article.identity)
        self._story_ids.setdefault(article.story_id, self._article_ids[key])
        self.drafts[key] = Draft(
            key=key,
            columns={
                **prepared.columns,
                "public_id": self._article_ids[key],
                "identity": article.identity,
                "source_key": raw.source_key,
                "entry_key": raw.entry_key,
                "story_id": article.story_id,
                "copy_of": article.lead_id if is_copy else None,
                "revision": 1,
                "first_seen_at": raw.seen_at,
                "updated_at": self._now,
                "listed_at": listed_at(prepared.columns, raw.seen_at),
            },
        )
        self._say("article.copied" if is_copy else "article.stored", prepared, key)

    def _revise(self, prepared: Prepared, article: Candidate, changed: tuple[str, ...], *, late: bool) -> None:
        draft = self.drafts[article.article_id]
        earlier = prepared.columns if late else draft.columns
        before = {name: earlier[name] for name in REVISED}
        draft.replaced.append({**before, "number": draft.columns["revision"], "replaced_at": self._now})
        draft.columns["revision"] += 1
        if late:
            draft.columns["updated_at"], draft.changed = self._now, True
        else:
            self._take_over(draft, prepared)
        self._say("article.revised", prepared, draft.key, changed=list(changed))

    def _take_over(self, draft: Draft, prepared: Prepared) -> None:
        draft.columns |= prepared.columns
        draft.columns["updated_at"] = self._now
        draft.columns["listed_at"] = listed_at(draft.columns, draft.columns["first_seen_at"])
        draft.changed = True

    def _see(self, of: Candidate, seen_at: datetime) -> None:
        """A sighting that is older than the first known one (a backlog, another worker's delay)."""
        if seen_at >= of.first_seen_at:
            return
        draft = self.drafts.get(of.article_id)
        if draft is None:
            self.first_seen[of.article_id] = seen_at
            return
        draft.columns["first_seen_at"] = seen_at
        draft.columns["listed_at"] = listed_at(draft.columns, seen_at)
        draft.changed = True

    def _enter(self, prepared: Prepared, verdict: Verdict, article: Candidate) -> None:
        arrival, raw = prepared.arrival, prepared.arrival.raw
        settled = SETTLED_AS[type(verdict)]
        self.sightings.append(
            {
                "raw_id": arrival.raw_id,
                "article_id": article.article_id,
                "source_key": raw.source_key,
                "source": raw.source,
                "entry_key": raw.entry_key,
                "url": raw.url,
                "seen_at": raw.seen_at,
                "settled": settled,
                "settled_at": self._now,
                "reason": verdict.reason.value,
            }
        )
        self.raw_articles.append(
            {
                "raw_id": arrival.raw_id,
                "article_id": article.article_id,
                "meta": arrival.meta,
                "body": arrival.body,
                "stored_at": self._now,
            }
        )
        if raw.replay:
            self.released.append(arrival.raw_id)
        self.outcomes[arrival.raw_id] = settled

    def _say(self, type_: str, prepared: Prepared, key: int, **more: Any) -> None:
        columns = self.drafts[key].columns
        copy_of = columns["copy_of"]
        self.events.append(
            article_event(
                type_,
                prepared.arrival.raw_id,
                columns,
                story_id=self._story_ids[columns["story_id"]],
                copy_of=None if copy_of is None else self._article_ids[copy_of],
                **more,
            )
        )


def _storable(value: str) -> str:
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def decided(found: Found, pending: Iterable[Prepared | Condemned], now: datetime) -> Plan:
    """The plan of a whole batch, in the order in which it came."""
    plan = Plan(found, now)
    for item in pending:
        if isinstance(item, Prepared):
            plan.settle(item)
        else:
            plan.condemn(item)
    return plan

"""What a batch does to the tables, worked out in memory before the first row is written.

Keys of what is not written yet are negative; a new article and the story it founds share one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.schema import Settled
from worker.dedup.fingerprint import Fingerprint, fingerprint, public_id_of
from worker.dedup.lead import leads_from
from worker.dedup.likeness import compare
from worker.dedup.shelf import Shelf
from worker.dedup.verdict import (
    Candidate,
    Compare,
    Copy,
    Duplicate,
    New,
    Revision,
    Verdict,
    VerdictReason,
    decide,
    joined_by,
)
from worker.parsing import flags
from worker.storage.arrival import Arrival, Condemned
from worker.storage.candidates import Found
from worker.storage.events import ArticleEvent, Event, quarantine_event
from worker.storage.rows import REVISED, listed_at, parsed_columns, stated_time, unstorable
from worker.storage.tombstones import content_of, tombstone


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An arrival that can be stored: its fingerprint, and its columns of ``articles`` as far as it alone says them."""

    arrival: Arrival
    fingerprint: Fingerprint
    columns: dict[str, Any]


def prepare(arrival: Arrival) -> Prepared:
    """Raises ValueError or OverflowError, with a sentence, for what no database takes."""
    raw = arrival.raw
    print_ = fingerprint(
        raw.source_key, raw.entry_key, raw.source, arrival.parsed, seen_at=raw.seen_at, from_page=raw.from_page
    )
    columns = parsed_columns(arrival.parsed)
    columns |= {"chain_key": print_.chain_key, "address_key": print_.address_key}
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


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An article, not otherwise touched, was seen earlier than was known."""

    first_seen_at: datetime
    leads_from: datetime


class Plan:
    """Decides the arrivals of a batch one after the other and collects the rows. Touches no database."""

    def __init__(self, found: Found, now: datetime, compare: Compare = compare) -> None:
        self._now = now
        self._compare = compare
        self._shelf = Shelf(found.candidates, rows=found.rows, stories=dict(found.stories), stop=found.stop)
        self._buried = found.buried
        self.article_ids = dict(found.article_ids)
        self.story_ids = dict(found.story_ids)
        self.drafts = {key: Draft(key=key, columns=columns) for key, columns in found.own.items()}
        self.first_seen: dict[int, Seen] = {}
        self.chain_items: dict[bytes, int] = {}
        self.touched: set[int] = set()
        """Stories whose lead may be another now."""
        self.sightings: list[dict[str, Any]] = []
        self.raw_articles: list[dict[str, Any]] = []
        self.tombstones: list[dict[str, Any]] = []
        self.unburied: list[str] = []
        """Raw ids whose tombstones go: they were purged from quarantine, and were tried again."""
        self.quarantined: list[dict[str, Any]] = []
        self.released: list[str] = []
        self.events: list[ArticleEvent | Event] = []
        self.merged_by: dict[int, str] = {}
        """Stories that were merged into others (``story``), by the raw article that bridged them."""
        self.outcomes: dict[str, Settled] = {}

    def settle(self, prepared: Prepared) -> None:
        print_, seen_at = prepared.fingerprint, prepared.arrival.raw.seen_at
        verdict = decide(print_, self._shelf.candidates(print_), compare=self._compare)
        if self._buried.holds(print_, verdict):
            self._bury(prepared)
            return
        article = self._shelf.take_in(print_, verdict)
        self._note_merges(prepared)
        match verdict:
            case New() | Copy():
                self._found(prepared, verdict, article)
            case Revision():
                self._revise(prepared, verdict, article)
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

    def story(self, story: int) -> int:
        """The story that a story has gone into in this batch, or it itself."""
        return self._shelf.story(story)

    @property
    def entries(self) -> list[tuple[int, int]]:
        """What the index gets: (window, article)."""
        entries = self._shelf.entries
        return [entry for entry in entries.added if entry[0] not in entries.filled]

    @property
    def boilerplate(self) -> set[int]:
        return self._shelf.entries.filled

    def renew(self, prepared: Prepared, article_id: int, changed: Sequence[str]) -> bool:
        """Takes over another reading of the raw article that the current text came from; False if it came from another.

        ``changed`` is said in the event; without any the article counts as untouched (only its provenance differs).
        """
        draft, print_ = self.drafts.get(article_id), prepared.fingerprint
        if draft is None or draft.columns["raw_id"] != prepared.arrival.raw_id:
            return False
        alike = self._shelf.candidates(print_)
        own = next(each for each in alike if each.article_id == article_id and not each.earlier)
        self._shelf.merge(own, joined_by(print_, own, alike, compare=self._compare))
        self._note_merges(prepared)
        self._shelf.take_in(print_, Duplicate(of=own, reason=VerdictReason.OTHER_FIELDS, refresh=True))
        kept = {name: draft.columns[name] for name in ("source", "seen_at", *(() if changed else ("updated_at",)))}
        self._take_over(draft, prepared)
        draft.columns |= kept
        if changed:
            self._say("article.reparsed", prepared, article_id, changed=list(changed))
        return True

    def _note_merges(self, prepared: Prepared) -> None:
        for story in self._shelf.merged:
            self.merged_by.setdefault(story, prepared.arrival.raw_id)

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

    def _bury(self, prepared: Prepared) -> None:
        """What was purged and comes again: counted, and nothing else."""
        arrival, raw = prepared.arrival, prepared.arrival.raw
        row = tombstone(
            raw_id=arrival.raw_id,
            identity=prepared.fingerprint.identity,
            content=content_of(prepared.fingerprint),
            article=self._buried.article(prepared.fingerprint),
            entry_key=raw.entry_key,
            url=raw.url,
            settled="duplicate",
            settled_at=self._now,
            purged_at=self._now,
        )
        self.tombstones.append(row)
        if raw.replay:
            self.released.append(arrival.raw_id)
        self.outcomes[arrival.raw_id] = "duplicate"

    def _found(self, prepared: Prepared, verdict: New | Copy, article: Candidate) -> None:
        raw, key = prepared.arrival.raw, article.article_id
        is_copy = isinstance(verdict, Copy)
        self.article_ids[key] = public_id_of(article.identity)
        self.story_ids.setdefault(article.story_id, self.article_ids[key])
        columns = {
            **prepared.columns,
            "public_id": self.article_ids[key],
            "identity": article.identity,
            "source_key": raw.source_key,
            "entry_key": raw.entry_key,
            "spoken_by": None,
            "story_id": article.story_id,
            "copy_of": article.lead_id if is_copy else None,
            "revision": 1,
            "first_seen_at": raw.seen_at,
            "updated_at": self._now,
        }
        if isinstance(verdict, New) and verdict.url_elsewhere:
            columns["flags"] = sorted({*columns["flags"], flags.URL_ELSEWHERE})
        self.drafts[key] = Draft(key=key, columns=columns)
        self._place(self.drafts[key])
        self._say("article.copied" if is_copy else "article.stored", prepared, key)

    def _revise(self, prepared: Prepared, verdict: Revision, article: Candidate) -> None:
        draft = self.drafts[article.article_id]
        earlier = prepared.columns if verdict.late else draft.columns
        before = {name: earlier[name] for name in REVISED}
        number = draft.columns["revision"]
        draft.replaced.append({**before, "number": number, "change": verdict.change, "replaced_at": self._now})
        draft.columns["revision"] += 1
        identity = prepared.fingerprint.identity
        if identity != draft.columns["identity"]:
            self.chain_items[identity] = draft.key
        if verdict.late:
            draft.columns["updated_at"], draft.changed = self._now, True
        else:
            first = draft.columns["leads_from"]
            self._take_over(draft, prepared)
            if verdict.reason is VerdictReason.NEXT_OF_CHAIN:
                # A later item gives its own time: the article came out with the first.
                draft.columns["leads_from"] = min(first, draft.columns["leads_from"])
        self._say("article.revised", prepared, draft.key, changed=list(verdict.changed), change=verdict.change)

    def _take_over(self, draft: Draft, prepared: Prepared) -> None:
        identity = prepared.fingerprint.identity
        stays = (
            flags.URL_ELSEWHERE in draft.columns["flags"]
            and draft.columns["address_key"] == prepared.columns["address_key"]
        )
        draft.columns |= prepared.columns
        if stays:
            draft.columns["flags"] = sorted({*draft.columns["flags"], flags.URL_ELSEWHERE})
        draft.columns["spoken_by"] = identity if identity != draft.columns["identity"] else None
        draft.columns["updated_at"] = self._now
        draft.changed = True
        self._place(draft)

    def _place(self, draft: Draft) -> None:
        """Where the article stands in listings and in its story."""
        columns, first_seen_at = draft.columns, draft.columns["first_seen_at"]
        published = stated_time(columns, "published")
        columns["listed_at"] = listed_at(columns, first_seen_at)
        columns["leads_from"] = leads_from(published, first_seen_at, columns["source_key"])
        self.touched.add(columns["story_id"])

    def _see(self, of: Candidate, seen_at: datetime) -> None:
        """A sighting that is older than the first known one (a backlog, another worker's delay)."""
        if seen_at >= of.first_seen_at:
            return
        draft = self.drafts.get(of.article_id)
        if draft is None:
            moment = leads_from(of.published, seen_at, of.source_key)
            self.first_seen[of.article_id] = Seen(first_seen_at=seen_at, leads_from=moment)
            self.touched.add(of.story_id)
            return
        before = draft.columns["leads_from"]
        draft.columns["first_seen_at"] = seen_at
        self._place(draft)
        draft.columns["leads_from"] = min(before, draft.columns["leads_from"])  # seen earlier, never leading later
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
        columns = dict(self.drafts[key].columns)
        self.events.append(
            ArticleEvent(type=type_, raw_id=prepared.arrival.raw_id, article=key, columns=columns, more=more)
        )


def _storable(value: str) -> str:
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def decided(found: Found, pending: Iterable[Prepared | Condemned], now: datetime, compare: Compare = compare) -> Plan:
    """The plan of a whole batch, in the order in which it came."""
    plan = Plan(found, now, compare)
    for item in pending:
        if isinstance(item, Prepared):
            plan.settle(item)
        else:
            plan.condemn(item)
    return plan

"""What an arrival is to the articles already stored: the decision itself, on values alone.

    fingerprint ─┬─ an article of this very identity ─────────► Duplicate (perhaps with a refresh) | Revision
                 ├─ the same text under the same title ───────► Duplicate
                 ├─ its own source's headline, marked anew ───► Revision
                 ├─ the same text, or one near-identical ─────► Copy
                 └─ nothing alike ────────────────────────────► New

Nothing that one source says changes another source's article: only the source that founded an article refreshes or
revises it. What another source says can put the two into one story, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from worker.dedup.changes import ChangeClass, change_class
from worker.dedup.fingerprint import Fingerprint
from worker.dedup.likeness import EVIDENCE_WINDOWS, Likeness, Reading, compare, headlines_agree
from worker.dedup.updates import is_version
from worker.parsing import flags
from worker.parsing.article import ParsedArticle, StatedTime

Part = Literal["title", "text"]


class VerdictReason(StrEnum):
    """Why a verdict was given; kept with the sighting."""

    NOTHING_ALIKE = "nothing_alike"
    SAME_ENTRY = "same_entry"
    OTHER_FIELDS = "other_fields"
    POORER_READING = "poorer_reading"
    CHANGED = "changed"
    SAME_TEXT = "same_text"
    EARLIER_TEXT = "earlier_text"
    OTHER_TITLE = "other_title"
    NEAR_IDENTICAL = "near_identical"
    NEXT_OF_CHAIN = "next_of_chain"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An article that the arrival may be.

    ``article_id`` and ``story_id`` are the store's keys, negative for what the running transaction has yet to write.
    ``lead_id`` is the article whose copy this one is, else its own. ``article`` is the whole of it, loaded only where
    the arrival may refresh or revise it: its own, and those of its source that are near. ``earlier``: title and content
    are those of a revision, no longer the article's own. ``seen_at``: when its source said this text.
    ``spoken_by``: the identity that said the current text; ``items``: those of its update chain besides its own.
    ``reading``: loaded for those that may be near-identical. ``before``, ``revised_at``: what stood before the current
    text, and when that was replaced; with ``article`` only. ``alone``: its story has no other member.
    """

    article_id: int
    identity: bytes
    story_id: int
    lead_id: int
    title: str | None
    content_hash: bytes | None
    flags: tuple[str, ...]
    first_seen_at: datetime
    seen_at: datetime
    source: str
    source_key: str
    spoken_by: bytes
    items: frozenset[bytes] = frozenset()
    published: StatedTime | None = None
    address_key: int | None = None
    article: ParsedArticle | None = None
    reading: Reading | None = None
    before: Reading | None = None
    revised_at: datetime | None = None
    chain_key: int | None = None
    alone: bool = False
    earlier: bool = False


@dataclass(frozen=True, kw_only=True)
class New:
    """``url_elsewhere``: another source's article has the same address and an unlike text."""

    reason: VerdictReason = VerdictReason.NOTHING_ALIKE
    url_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """A sighting of ``of``. ``refresh``: its fields other than title and text are to be taken from the arrival."""

    of: Candidate
    reason: VerdictReason
    refresh: bool = False


@dataclass(frozen=True, kw_only=True)
class Revision:
    """``of`` gets the arrival's content; what it held becomes a revision. ``changed`` is never empty, ``change`` (from
    the revision to what replaces it) never cosmetic.

    ``late``: the other way round. The arrival was said before what ``of`` holds, and only came later; it becomes the
    revision, and ``of`` keeps its content. ``merges``: as with a copy.
    """

    of: Candidate
    changed: tuple[Part, ...]
    change: ChangeClass
    late: bool = False
    reason: VerdictReason = VerdictReason.CHANGED
    merges: tuple[Candidate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Copy:
    """An article of its own in the story of ``of``, the article it is most like. ``merges``: one article of each other
    story that becomes one with that story, because the arrival is a copy of members of both."""

    of: Candidate
    reason: VerdictReason
    merges: tuple[Candidate, ...] = ()


Verdict = New | Duplicate | Revision | Copy


Compare = Callable[[Reading, Reading], Likeness]

CHAIN_WITHIN: Final = timedelta(days=3)
"""Versions of one headline of one source follow each other within days; a yearly "UPDATE 1-Table: results" does not."""


def decide(arrival: Fingerprint, candidates: Sequence[Candidate], *, compare: Compare = compare) -> Verdict:
    """The verdict on one arrival; the order of the candidates does not matter."""
    own = next((c for c in candidates if arrival.identity in {c.identity, *c.items} and not c.earlier), None)
    if own is None:
        return _decide_on_others(arrival, candidates, compare)
    earlier = [c for c in candidates if c.article_id == own.article_id and c.earlier]
    verdict = _decide_on_own(arrival, own, earlier)
    if isinstance(verdict, Revision) and not verdict.late and "text" in verdict.changed:
        return replace(verdict, merges=joined_by(arrival, own, candidates, compare=compare))
    return verdict


def joined_by(
    arrival: Fingerprint, own: Candidate, candidates: Sequence[Candidate], *, compare: Compare = compare
) -> tuple[Candidate, ...]:
    """One article of each other story that becomes one with that of ``own``, now that it says what the arrival says."""
    others = [c for c in candidates if c.story_id != own.story_id]
    return _merging(own, _alike(arrival, others, compare))


def _decide_on_own(arrival: Fingerprint, own: Candidate, earlier: Sequence[Candidate]) -> Duplicate | Revision:
    overtaken = own.spoken_by != arrival.identity
    late = overtaken or arrival.seen_at < own.seen_at
    if own.article is not None and _completeness(arrival.article) < _completeness(own.article):
        return Duplicate(of=own, reason=VerdictReason.POORER_READING)
    changed = _changed(arrival, own)
    if changed and late and any((c.title, c.content_hash) == (arrival.title, arrival.content_hash) for c in earlier):
        return Duplicate(of=own, reason=VerdictReason.EARLIER_TEXT)
    change = _change(arrival, own, late=late)
    if changed and change is not ChangeClass.COSMETIC and not _is_restless_headline(arrival, own, change):
        return Revision(of=own, changed=changed, change=change, late=late)
    if not late and (arrival.article, arrival.source) != (own.article, own.source):
        return Duplicate(of=own, reason=VerdictReason.OTHER_FIELDS, refresh=True)
    return Duplicate(of=own, reason=VerdictReason.SAME_ENTRY)


def _changed(arrival: Fingerprint, own: Candidate) -> tuple[Part, ...]:
    changed: list[Part] = []
    if arrival.title != own.title:
        changed.append("title")
    if arrival.content_hash != own.content_hash:
        changed.append("text")
    return tuple(changed)


def _change(arrival: Fingerprint, of: Candidate, *, late: bool) -> ChangeClass:
    if of.reading is None:
        raise ValueError("an article that may be revised comes with its reading")
    if late:
        return change_class(arrival.reading, of.reading)
    return change_class(of.reading, arrival.reading, earlier=of.before)


HEADLINES_APART: Final = timedelta(minutes=10)
"""A feed that edits a headline sooner than that after the last revision is trying headlines out: the article takes it
over without a revision and without an event. Edited every minute for a day, it makes 144 and not 1,440."""


def _is_restless_headline(arrival: Fingerprint, own: Candidate, change: ChangeClass) -> bool:
    if change is not ChangeClass.HEADLINE or own.revised_at is None or not own.source_key.startswith("feed:"):
        return False
    return arrival.seen_at - own.revised_at < HEADLINES_APART


def _completeness(article: ParsedArticle) -> int:
    """How much of the article a reading got hold of: a page that is behind a wall today, or cannot be had, must not
    replace the full text of yesterday."""
    if not article.text.strip():
        return 0
    if flags.HIDDEN.intersection(article.flags):
        return 1
    return 2 if _INCOMPLETE.intersection(article.flags) else 3


_INCOMPLETE = frozenset({flags.TRUNCATED, flags.PARTIAL, flags.PAGE_UNAVAILABLE})


def _decide_on_others(arrival: Fingerprint, candidates: Sequence[Candidate], compare: Compare) -> Verdict:
    same = [c for c in candidates if _is_evidence(arrival, c)]
    duplicates = [c for c in same if _titles_agree(arrival.title, c.title)]
    if duplicates:
        of = min(duplicates, key=lambda c: (c.earlier, c.title != arrival.title, *_seniority(c)))
        return Duplicate(of=of, reason=VerdictReason.EARLIER_TEXT if of.earlier else VerdictReason.SAME_TEXT)
    alike = _alike(arrival, candidates, compare)
    chain = [c for c in candidates if _is_chain(arrival, c, compare)]
    if chain:
        return _next_of_chain(arrival, min(chain, key=_seniority), alike)
    current = [c for c in same if not c.earlier and not _is_notice(arrival, c)]
    if current:
        of = min(current, key=_seniority)
        return Copy(of=of, reason=VerdictReason.OTHER_TITLE, merges=_merging(of, alike))
    if alike:
        of = alike[0][0]
        return Copy(of=of, reason=VerdictReason.NEAR_IDENTICAL, merges=_merging(of, alike))
    return New(url_elsewhere=any(_is_at_the_address(arrival, c) for c in candidates))


def _is_evidence(arrival: Fingerprint, candidate: Candidate) -> bool:
    """Equal texts speak for one article unless they are a wall's, or a phrase under different titles."""
    if arrival.content_hash is None or arrival.content_hash != candidate.content_hash:
        return False
    if flags.HIDDEN.intersection(arrival.article.flags) or flags.HIDDEN.intersection(candidate.flags):
        return False
    return arrival.evidence or (arrival.title is not None and arrival.title == candidate.title)


def _is_notice(arrival: Fingerprint, candidate: Candidate) -> bool:
    """A few words that one source shows under headlines with little in common are its notice, no article's text."""
    if arrival.source_key != candidate.source_key or len(arrival.reading.windows.all) >= EVIDENCE_WINDOWS:
        return False
    return not headlines_agree(arrival.title, candidate.title)


def _titles_agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _alike(arrival: Fingerprint, candidates: Iterable[Candidate], compare: Compare) -> list[tuple[Candidate, Likeness]]:
    """The articles that the arrival is a copy of, the most alike first."""
    if not arrival.sampled:
        return []
    compared = [(c, compare(arrival.reading, c.reading)) for c in candidates if c.reading and _is_plain(c)]
    alike = [(c, likeness) for c, likeness in compared if likeness.alike]
    return sorted(alike, key=lambda each: (not each[1].binding, -each[1].shared_share, *_seniority(each[0])))


def _is_plain(candidate: Candidate) -> bool:
    """Its own text, and no wall in place of it."""
    return not candidate.earlier and not flags.HIDDEN.intersection(candidate.flags)


def _merging(of: Candidate, alike: Iterable[tuple[Candidate, Likeness]]) -> tuple[Candidate, ...]:
    """One article of every other story that becomes one with that of ``of``.

    A bridge between two stories is more often a roundup than a copy, hence the higher bar; a story of one article is
    joined as that article would have joined had it come later, so that the order does not matter.
    """
    found: dict[int, Candidate] = {}
    for candidate, likeness in alike:
        if candidate.story_id != of.story_id and (likeness.binding or candidate.alone):
            found.setdefault(candidate.story_id, candidate)
    return tuple(found.values())


def _is_chain(arrival: Fingerprint, candidate: Candidate, compare: Compare) -> bool:
    """The candidate is another version in one update chain of the same source, within days."""
    if candidate.reading is None or candidate.article is None or candidate.source_key != arrival.source_key:
        return False
    if not _is_plain(candidate) or not arrival.sampled:
        return False
    times = _times(arrival, candidate)
    if abs(times[0] - times[1]) > CHAIN_WITHIN:
        return False
    return is_version(arrival.reading, candidate.reading, compare(arrival.reading, candidate.reading))


def _times(arrival: Fingerprint, candidate: Candidate) -> tuple[datetime, datetime]:
    """When either was published; when it was seen where either does not say."""
    if arrival.article.published and candidate.published:
        return arrival.article.published.utc, candidate.published.utc
    return arrival.seen_at, candidate.seen_at


def _next_of_chain(
    arrival: Fingerprint, of: Candidate, alike: Iterable[tuple[Candidate, Likeness]]
) -> Duplicate | Revision:
    said, known = _times(arrival, of)
    late = said < known
    changed, change = _changed(arrival, of), _change(arrival, of, late=late)
    if not changed or change is ChangeClass.COSMETIC:
        return Duplicate(of=of, reason=VerdictReason.SAME_TEXT)
    merges = () if late else _merging(of, alike)
    return Revision(of=of, changed=changed, change=change, late=late, reason=VerdictReason.NEXT_OF_CHAIN, merges=merges)


def _is_at_the_address(arrival: Fingerprint, candidate: Candidate) -> bool:
    """Another source has an article there: tracking, AMP, ``www.`` and the like make no other address."""
    key = arrival.address_key
    return key is not None and candidate.address_key == key and candidate.source_key != arrival.source_key


def _seniority(candidate: Candidate) -> tuple[bool, bool, int]:
    """Leads before copies, then the order of storing; what this transaction has yet to write (-1, -2, …) comes last."""
    key = candidate.article_id
    return candidate.lead_id != key, key < 0, abs(key)

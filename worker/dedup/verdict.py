"""What an arrival is to the articles already stored: the decision itself, on values alone.

    fingerprint ─┬─ an article of this very identity ──► Duplicate (perhaps with a refresh) | Revision
                 ├─ the same text elsewhere ───────────► Duplicate | Copy
                 └─ nothing alike ─────────────────────► New

Nothing that one source says changes another source's article: only the identity that founded an article refreshes or
revises it. Near-identical texts are not looked for here yet; they will come as further candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from worker.dedup.fingerprint import Fingerprint
from worker.parsing import flags
from worker.parsing.article import ParsedArticle

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


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An article that the arrival may be.

    ``article_id`` and ``story_id`` are the store's keys, negative for what the running transaction has yet to write.
    ``lead_id`` is the article whose copy this one is, else its own. ``article`` is the whole of it, with its source's
    name; loaded only for the arrival's own identity, where more than title and text decides. ``earlier``: title and
    content are those of a revision, no longer the article's own. ``seen_at``: when its source said this text.
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
    article: ParsedArticle | None = None
    earlier: bool = False


@dataclass(frozen=True, kw_only=True)
class New:
    reason: VerdictReason = VerdictReason.NOTHING_ALIKE


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """A sighting of ``of``. ``refresh``: its fields other than title and text are to be taken from the arrival."""

    of: Candidate
    reason: VerdictReason
    refresh: bool = False


@dataclass(frozen=True, kw_only=True)
class Revision:
    """``of`` gets the arrival's content; what it held becomes a revision. ``changed`` is never empty.

    ``late``: the other way round. The arrival was said before what ``of`` holds, and only came later; it becomes the
    revision, and ``of`` keeps its content.
    """

    of: Candidate
    changed: tuple[Part, ...]
    late: bool = False
    reason: VerdictReason = VerdictReason.CHANGED


@dataclass(frozen=True, kw_only=True)
class Copy:
    """An article of its own in the story of ``of``."""

    of: Candidate
    reason: VerdictReason


Verdict = New | Duplicate | Revision | Copy


def decide(arrival: Fingerprint, candidates: Sequence[Candidate]) -> Verdict:
    """The verdict on one arrival; the order of the candidates does not matter."""
    own = next((c for c in candidates if c.identity == arrival.identity and not c.earlier), None)
    if own is not None:
        earlier = [c for c in candidates if c.identity == arrival.identity and c.earlier]
        return _decide_on_own(arrival, own, earlier)
    return _decide_on_others(arrival, candidates)


def _decide_on_own(arrival: Fingerprint, own: Candidate, earlier: Sequence[Candidate]) -> Duplicate | Revision:
    late = arrival.seen_at < own.seen_at
    if own.article is not None and _completeness(arrival.article) < _completeness(own.article):
        return Duplicate(of=own, reason=VerdictReason.POORER_READING)
    changed: list[Part] = []
    if arrival.title != own.title:
        changed.append("title")
    if arrival.content_hash != own.content_hash:
        changed.append("text")
    if changed and late and any((c.title, c.content_hash) == (arrival.title, arrival.content_hash) for c in earlier):
        return Duplicate(of=own, reason=VerdictReason.EARLIER_TEXT)
    if changed:
        return Revision(of=own, changed=tuple(changed), late=late)
    if not late and (arrival.article, arrival.source) != (own.article, own.source):
        return Duplicate(of=own, reason=VerdictReason.OTHER_FIELDS, refresh=True)
    return Duplicate(of=own, reason=VerdictReason.SAME_ENTRY)


def _completeness(article: ParsedArticle) -> int:
    """How much of the article a reading got hold of: a page that is behind a wall today, or cannot be had, must not
    replace the full text of yesterday."""
    if not article.text.strip():
        return 0
    if flags.HIDDEN.intersection(article.flags):
        return 1
    return 2 if _INCOMPLETE.intersection(article.flags) else 3


_INCOMPLETE = frozenset({flags.TRUNCATED, flags.PARTIAL, flags.PAGE_UNAVAILABLE})


def _decide_on_others(arrival: Fingerprint, candidates: Sequence[Candidate]) -> Verdict:
    alike = [c for c in candidates if _is_evidence(arrival, c)]
    same = [c for c in alike if _titles_agree(arrival.title, c.title)]
    if same:
        of = min(same, key=lambda c: (c.earlier, c.title != arrival.title, *_seniority(c)))
        return Duplicate(of=of, reason=VerdictReason.EARLIER_TEXT if of.earlier else VerdictReason.SAME_TEXT)
    current = [c for c in alike if not c.earlier]
    if current:
        return Copy(of=min(current, key=_seniority), reason=VerdictReason.OTHER_TITLE)
    return New()


def _is_evidence(arrival: Fingerprint, candidate: Candidate) -> bool:
    """Equal texts speak for one article unless they are a wall's, or a phrase under different titles."""
    if arrival.content_hash is None or arrival.content_hash != candidate.content_hash:
        return False
    if flags.HIDDEN.intersection(arrival.article.flags) or flags.HIDDEN.intersection(candidate.flags):
        return False
    return arrival.evidence or (arrival.title is not None and arrival.title == candidate.title)


def _titles_agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _seniority(candidate: Candidate) -> tuple[bool, bool, int]:
    """Leads before copies, then the order of storing; what this transaction has yet to write (-1, -2, …) comes last."""
    key = candidate.article_id
    return candidate.lead_id != key, key < 0, abs(key)

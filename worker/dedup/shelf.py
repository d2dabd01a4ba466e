"""The candidates of a batch, kept up to date while its arrivals are decided one after the other.

What a batch itself adds or changes must be known to the arrivals behind it, although nothing is written before the
last of them is decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from worker.dedup.fingerprint import Fingerprint
from worker.dedup.verdict import Candidate, Copy, Duplicate, New, Revision, Verdict, VerdictReason


class Shelf:
    """Complete for the identities and content hashes of the batch, and for nothing else."""

    def __init__(self, candidates: Iterable[Candidate] = ()) -> None:
        self._current: dict[int, Candidate] = {}
        self._own: dict[bytes, int] = {}
        self._alike: defaultdict[bytes, set[int]] = defaultdict(set)
        self._earlier: defaultdict[bytes, list[Candidate]] = defaultdict(list)
        self._last_key = 0
        for candidate in candidates:
            self._put(candidate)

    def candidates(self, arrival: Fingerprint) -> tuple[Candidate, ...]:
        keys = set()
        earlier: list[Candidate] = []
        if arrival.identity in self._own:
            keys.add(self._own[arrival.identity])
        if arrival.content_hash is not None:
            keys |= self._alike.get(arrival.content_hash, set())
            earlier = self._earlier.get(arrival.content_hash, [])
        return (*(self._current[key] for key in keys), *earlier)

    def take_in(self, arrival: Fingerprint, verdict: Verdict) -> Candidate:
        """Carries the verdict out on the shelf; returns the article that the arrival is now a sighting of."""
        match verdict:
            case New():
                self._last_key -= 1
                return self._put(_candidate(arrival, self._last_key, self._last_key, self._last_key))
            case Copy(of=of):
                self._last_key -= 1
                return self._put(_candidate(arrival, self._last_key, of.story_id, of.lead_id))
            case Revision(of=of, late=True):
                self._put(replace(_renewed(of, arrival), earlier=True, article=None))
                return self._put(replace(of, first_seen_at=min(of.first_seen_at, arrival.seen_at)))
            case Revision(of=of):
                self._put(replace(of, earlier=True, article=None))
                return self._put(_renewed(of, arrival))
            case Duplicate(of=of, refresh=True):
                return self._put(_renewed(of, arrival))
            case Duplicate(of=of):
                seen = replace(of, first_seen_at=min(of.first_seen_at, arrival.seen_at))
                if verdict.reason is VerdictReason.SAME_ENTRY:
                    seen = replace(seen, seen_at=max(of.seen_at, arrival.seen_at))
                return seen if of.earlier else self._put(seen)

    def _put(self, candidate: Candidate) -> Candidate:
        if candidate.earlier:
            if candidate.content_hash is not None:
                self._earlier[candidate.content_hash].append(candidate)
            return candidate
        before = self._current.get(candidate.article_id)
        if before is not None and before.article is not None and candidate.article is None:
            return before  # found by its content as well: the whole article stays
        if before is not None and before.content_hash is not None:
            self._alike[before.content_hash].discard(candidate.article_id)
        self._current[candidate.article_id] = candidate
        self._own[candidate.identity] = candidate.article_id
        if candidate.content_hash is not None:
            self._alike[candidate.content_hash].add(candidate.article_id)
        return candidate


def _candidate(arrival: Fingerprint, key: int, story_id: int, lead_id: int) -> Candidate:
    return Candidate(
        article_id=key,
        identity=arrival.identity,
        story_id=story_id,
        lead_id=lead_id,
        title=arrival.title,
        content_hash=arrival.content_hash,
        flags=arrival.article.flags,
        first_seen_at=arrival.seen_at,
        seen_at=arrival.seen_at,
        source=arrival.source,
        article=arrival.article,
    )


def _renewed(of: Candidate, arrival: Fingerprint) -> Candidate:
    renewed = _candidate(arrival, of.article_id, of.story_id, of.lead_id)
    return replace(renewed, first_seen_at=min(of.first_seen_at, arrival.seen_at))

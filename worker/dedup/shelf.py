"""The candidates of a batch, kept up to date while its arrivals are decided one after the other.

What a batch itself adds or changes must be known to the arrivals behind it, although nothing is written before the
last of them is decided.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import replace

from worker.dedup.entries import Entries
from worker.dedup.fingerprint import Fingerprint
from worker.dedup.verdict import Candidate, Copy, Duplicate, New, Revision, Verdict, VerdictReason


class Shelf:
    """Complete for what the batch may be: identities, content hashes, headlines, addresses and word windows,
    and for nothing else. ``rows``, ``stop``: of the index (entries); ``stories``: of the articles in it.
    """

    def __init__(
        self,
        candidates: Iterable[Candidate] = (),
        *,
        rows: Iterable[tuple[int, int]] = (),
        stories: dict[int, int] | None = None,
        stop: Collection[int] = frozenset(),
    ) -> None:
        self._current: dict[int, Candidate] = {}
        self._own: dict[bytes, int] = {}
        self._alike: defaultdict[Hashable, set[int]] = defaultdict(set)
        self._earlier: defaultdict[bytes, list[Candidate]] = defaultdict(list)
        self._story_of = dict(stories or {})
        self._sizes = Counter[int]()
        self._last_key = 0
        self.merged: dict[int, int] = {}
        """Stories that are no more, with the one that each went into, which may have gone on itself."""
        self.entries = Entries(rows, stop=stop, story_of=self.story_of)
        for candidate in candidates:
            self._sizes[candidate.story_id] = 1 if candidate.alone else 2
            self._put(candidate)

    def candidates(self, arrival: Fingerprint) -> tuple[Candidate, ...]:
        keys = {key for trait in _traits(arrival) for key in self._alike.get(trait, ())}
        keys.update(key for key in self.entries.nearest(arrival.sampled) if key in self._current)
        if arrival.identity in self._own:
            keys.add(self._own[arrival.identity])
        earlier = self._earlier.get(arrival.content_hash, []) if arrival.content_hash else []
        return (*(self._now(self._current[key]) for key in keys), *map(self._now, earlier))

    def story_of(self, article: int) -> int:
        """The story that an article is in now."""
        return self.story(self._story_of[article])

    def story(self, story: int) -> int:
        """The story that a story has gone into, or it itself."""
        while story in self.merged:
            story = self.merged[story]
        return story

    def take_in(self, arrival: Fingerprint, verdict: Verdict) -> Candidate:
        """Carries the verdict out on the shelf; returns the article that the arrival is now a sighting of."""
        match verdict:
            case New():
                self._last_key -= 1
                return self._add(arrival, _candidate(arrival, self._last_key, self._last_key, self._last_key))
            case Copy(of=of, merges=merges):
                self._last_key -= 1
                self.merge(of, merges)
                return self._add(arrival, _candidate(arrival, self._last_key, of.story_id, of.lead_id))
            case Revision(of=of, late=True):
                self._put(replace(_renewed(of, arrival), earlier=True, article=None, reading=None))
                items = of.items | ({arrival.identity} - {of.identity})
                return self._put(replace(of, first_seen_at=min(of.first_seen_at, arrival.seen_at), items=items))
            case Revision(of=of, merges=merges):
                self._put(replace(of, earlier=True, article=None, reading=None))
                self.merge(of, merges)
                renewed = replace(_renewed(of, arrival), before=of.reading, revised_at=arrival.seen_at)
                return self._add(arrival, renewed)
            case Duplicate(of=of, refresh=True):
                return self._add(arrival, _renewed(of, arrival))
            case Duplicate(of=of):
                seen = replace(of, first_seen_at=min(of.first_seen_at, arrival.seen_at))
                if verdict.reason is VerdictReason.SAME_ENTRY:
                    seen = replace(seen, seen_at=max(of.seen_at, arrival.seen_at))
                return seen if of.earlier else self._put(seen)

    def _add(self, arrival: Fingerprint, article: Candidate) -> Candidate:
        """An article with a text that may be new to the index."""
        is_new = article.article_id not in self._current
        article = self._put(replace(article, story_id=self.story(article.story_id)))
        if is_new:
            self._sizes[article.story_id] += 1
        self.entries.add(article.article_id, arrival.sampled)
        return self._now(article)

    def merge(self, of: Candidate, others: Iterable[Candidate]) -> None:
        """Of several stories the oldest stays: stored before not yet written, and then the one founded first."""
        stories = {self.story(each.story_id) for each in (of, *others)}
        stays = min(stories, key=lambda story: (story < 0, abs(story)))
        for story in stories - {stays}:
            self.merged[story] = stays
            self._sizes[stays] += self._sizes[story]

    def _now(self, candidate: Candidate) -> Candidate:
        story = self.story(candidate.story_id)
        alone = self._sizes[story] < 2
        if (story, alone) == (candidate.story_id, candidate.alone):
            return candidate
        return replace(candidate, story_id=story, alone=alone)

    def _put(self, candidate: Candidate) -> Candidate:
        if candidate.earlier:
            if candidate.content_hash is not None:
                self._earlier[candidate.content_hash].append(candidate)
            return candidate
        before = self._current.get(candidate.article_id)
        if before is not None and before.article is not None and candidate.article is None:
            return before  # found by its content as well: the whole article stays
        if before is not None:
            for trait in _traits(before):
                self._alike[trait].discard(candidate.article_id)
        self._current[candidate.article_id] = candidate
        self._story_of[candidate.article_id] = candidate.story_id
        for identity in (candidate.identity, *candidate.items):
            self._own[identity] = candidate.article_id
        for trait in _traits(candidate):
            self._alike[trait].add(candidate.article_id)
        return candidate


def _traits(of: Fingerprint | Candidate) -> Iterable[Hashable]:
    """What two articles may have in common that makes one a candidate for the other, word windows apart."""
    if of.content_hash is not None:
        yield "content", of.content_hash
    if of.chain_key is not None:
        yield "chain", of.chain_key
    if of.address_key is not None:
        yield "address", of.address_key


def _candidate(arrival: Fingerprint, key: int, story_id: int, lead_id: int) -> Candidate:
    return Candidate(
        article_id=key,
        identity=arrival.identity,
        spoken_by=arrival.identity,
        story_id=story_id,
        lead_id=lead_id,
        title=arrival.title,
        content_hash=arrival.content_hash,
        flags=arrival.article.flags,
        first_seen_at=arrival.seen_at,
        seen_at=arrival.seen_at,
        source=arrival.source,
        source_key=arrival.source_key,
        published=arrival.article.published,
        address_key=arrival.address_key,
        chain_key=arrival.chain_key,
        article=arrival.article,
        reading=arrival.reading,
    )


def _renewed(of: Candidate, arrival: Fingerprint) -> Candidate:
    """``of`` with what the arrival says, which may be the next item of its update chain."""
    said = _candidate(arrival, of.article_id, of.story_id, of.lead_id)
    return replace(
        said,
        identity=of.identity,
        items=of.items | ({arrival.identity} - {of.identity}),
        first_seen_at=min(of.first_seen_at, arrival.seen_at),
        before=of.before,
        revised_at=of.revised_at,
        alone=of.alone,
    )

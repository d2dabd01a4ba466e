"""Word windows: the units by which copies are found and measured, the same for every script.

A window is a run of whole words of at least WINDOW_BYTES in UTF-8: about five English words, three Korean ones.
Measured in bytes, one rule serves all scripts; below the sentence, because editors change words inside sentences and
whole sentences then hardly ever recur (Korean: recall 0.09).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Final

from worker.dedup.content import normalise

WINDOW_BYTES: Final = 24
"""Letters and digits alone. At 22 to 26 the same share tells copies from mere kin in English and in Korean; from 30 on
Korean needs a lower one (its editors change the ending of every sentence), below 20 common phrases count."""

SAMPLED_ONE_IN: Final = 12
"""Of a text's windows one in twelve goes into the index. One in 8 to 16 lost under 1 % of the pairs, one in 32 8 %."""
SAMPLED_OF_RUN: Final = 30
"""Where chance leaves so many windows in a row without a sampled one, the lowest of each such run is sampled too
(winnowing: Schleimer, Wilkerson, Aiken 2003). Two texts then share a sampled window wherever they share so long a run,
which is the least that is evidence (likeness.EVIDENCE_WINDOWS). By chance alone 1 to 6 % of the cuts of 40 words were
lost on four corpora, with this none; it costs 5 to 9 % more entries."""
SAMPLED_MIN: Final = 12
SAMPLED_MAX: Final = 80
"""Bounds of the sample of one article: a short text still has to be found, a book must not fill the index."""

WORDS_MAX: Final = 20_000
"""Words of a text that are looked at; behind them come appendices and dumps, and time per article has to be bounded."""

_WORD: Final = re.compile(
    # Scripts without spaces between words are cut into characters: Han, kana, Thai, Lao, Burmese, Khmer.
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff]"
    r"|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff]+"
)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The windows of one text. ``hashes[i]`` (signed, 64 bits) is the window that begins at ``words[i]`` and ends
    before ``words[ends[i]]``; the last words of a text begin none. A text shorter than a window is one window."""

    words: tuple[str, ...]
    hashes: tuple[int, ...]
    ends: tuple[int, ...]

    @cached_property
    def all(self) -> frozenset[int]:
        return frozenset(self.hashes)

    @cached_property
    def sampled(self) -> tuple[int, ...]:
        """What goes into the index: the same on every machine, mostly the same for the same windows in another order
        or where one text contains the other. Of a long text the lowest."""
        ranks = [_rank(hash_) for hash_ in self.hashes]
        chosen = {rank for rank in ranks if rank < _SAMPLED_BELOW} | _lowest_of_runs(ranks)
        if len(chosen) < SAMPLED_MIN:
            chosen.update(sorted(set(ranks))[:SAMPLED_MIN])
        return tuple(map(_signed, sorted(chosen)[:SAMPLED_MAX]))


def is_sampled(hash_: int) -> bool:
    """Whether a window goes into the index wherever it stands (those of short texts and of long gaps go besides)."""
    return _rank(hash_) < _SAMPLED_BELOW


def _lowest_of_runs(ranks: Sequence[int]) -> set[int]:
    """The lowest of every SAMPLED_OF_RUN windows in a row of which none is sampled anyway."""
    sampled = [-1, *(place for place, rank in enumerate(ranks) if rank < _SAMPLED_BELOW), len(ranks)]
    return {
        min(ranks[start : start + SAMPLED_OF_RUN])
        for before, after in pairwise(sampled)
        for start in range(before + 1, after - SAMPLED_OF_RUN + 1)
    }


def words_of(text: str) -> tuple[str, ...]:
    """The words as they are compared: normalised, without punctuation, at most WORDS_MAX."""
    return tuple(_WORD.findall(normalise(text))[:WORDS_MAX])


def windows_of(text: str) -> Windows:
    """The windows of a text; none where it has no word."""
    words = words_of(text)
    # A window's hash is that of a polynomial over its words' hashes: from sums over the text's beginning, in one pass.
    sums, lengths = [0], [0]
    for word in words:
        hash_, length = _hashed(word)
        sums.append((sums[-1] * _BASE + hash_) % _PRIME)
        lengths.append(lengths[-1] + length)
    hashes, ends = [], []
    end, total = 0, lengths[-1]
    for start in range(len(words)):
        wanted = lengths[start] + WINDOW_BYTES
        if total < wanted and start:
            break
        while end < len(words) and lengths[end] < wanted:
            end += 1
        hashes.append(_mixed((sums[end] - sums[start] * _power(end - start)) % _PRIME))
        ends.append(end)
    return Windows(words=words, hashes=tuple(hashes), ends=tuple(ends))


_PRIME: Final = 2**61 - 1
_BASE: Final = 0x1B0F_3C8E_5D2A_7491
_MASK: Final = 2**64 - 1


@lru_cache(maxsize=100_000)
def _hashed(word: str) -> tuple[int, int]:
    """The hash of a word and its length in bytes."""
    encoded = word.encode()
    return int.from_bytes(blake2b(encoded, digest_size=8).digest(), "big") % _PRIME, len(encoded)


@lru_cache(maxsize=1024)
def _power(exponent: int) -> int:
    return pow(_BASE, exponent, _PRIME)


def _mixed(value: int) -> int:
    """Spread evenly over the signed 64-bit integers (the finaliser of splitmix64): the sample is chosen by size."""
    value = ((value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK
    return _signed(value ^ (value >> 31))


def _rank(hash_: int) -> int:
    """The order in which windows are taken into the sample: that of the unsigned hash."""
    return hash_ & _MASK


def _signed(rank: int) -> int:
    return rank - 2**64 if rank >= 2**63 else rank


_SAMPLED_BELOW: Final = 2**64 // SAMPLED_ONE_IN

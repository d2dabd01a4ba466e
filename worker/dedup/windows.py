"""Word windows: the units by which copies are found and measured, the same for every script.

A window is a run of whole words of at least WINDOW_BYTES in UTF-8: about seven English words, four Korean ones.
Measured in bytes, one rule serves all scripts; below the sentence, because editors change words inside sentences and
whole sentences then hardly ever recur (Korean: recall 0.09).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Final

from worker.dedup.content import normalise

WINDOW_BYTES: Final = 40
"""Shorter ones are phrases that unrelated articles share; longer ones lose copies whose editors changed every line."""

SAMPLED_ONE_IN: Final = 12
"""Of a text's windows one in twelve goes into the index. One in 8 to 16 lost under 1 % of the pairs, one in 32 8 %."""
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
        """What goes into the index: the same for the same windows in whatever order, on every machine, and mostly the
        same where one text contains the other."""
        ranked = sorted(self.all, key=_rank)
        bound = 2**64 // SAMPLED_ONE_IN
        chosen = [hash_ for hash_ in ranked if _rank(hash_) < bound]
        return tuple(chosen[:SAMPLED_MAX] if len(chosen) >= SAMPLED_MIN else ranked[:SAMPLED_MIN])


def words_of(text: str) -> tuple[str, ...]:
    """The words as they are compared: normalised, without punctuation, at most WORDS_MAX."""
    return tuple(_WORD.findall(normalise(text))[:WORDS_MAX])


def windows_of(text: str) -> Windows:
    """The windows of a text; none where it has no word."""
    words = words_of(text)
    encoded = [word.encode() for word in words]
    hashes, ends = [], []
    end, length = 0, 0
    for start in range(len(encoded)):
        if start:
            length -= len(encoded[start - 1])
        while end < len(encoded) and length < WINDOW_BYTES:
            length += len(encoded[end])
            end += 1
        if length < WINDOW_BYTES and start:
            break
        hashes.append(_hash(b" ".join(encoded[start:end])))
        ends.append(end)
    return Windows(words=words, hashes=tuple(hashes), ends=tuple(ends))


def _hash(window: bytes) -> int:
    return int.from_bytes(blake2b(window, digest_size=8).digest(), "big", signed=True)


def _rank(hash_: int) -> int:
    """The order in which windows are taken into the sample: that of the unsigned hash."""
    return hash_ & 0xFFFF_FFFF_FFFF_FFFF

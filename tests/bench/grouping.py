"""Groups of things and how far two groupings of the same things agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from math import comb
from typing import Any

Groups = dict[Hashable, Hashable]
"""For every thing the group it is in."""


def joined(things: Iterable[Hashable], pairs: Iterable[tuple[Hashable, Hashable]]) -> Groups:
    """The connected components, each named by one of its things."""
    leader = {thing: thing for thing in things}

    def find(thing: Hashable) -> Hashable:
        while leader[thing] != thing:
            leader[thing] = leader[leader[thing]]
            thing = leader[thing]
        return thing

    for one, other in pairs:
        leader[find(one)] = find(other)
    return {thing: find(thing) for thing in leader}


def agreement(truth: Mapping[Any, Hashable], found: Mapping[Any, Hashable]) -> tuple[float, float]:
    """Precision and recall of the pairs that are in one group; both name the same things. Nothing wrong is 1."""
    both, true, claimed = _pairs(truth, found)
    return (both / claimed if claimed else 1.0), (both / true if true else 1.0)


def adjusted_rand_index(one: Mapping[Any, Hashable], other: Mapping[Any, Hashable]) -> float:
    """1 for the same grouping, about 0 for chance (Hubert and Arabie 1985)."""
    both, first, second = _pairs(one, other)
    chance = first * second / max(1, comb(len(one), 2))
    mean = (first + second) / 2
    return 1.0 if mean == chance else (both - chance) / (mean - chance)


def _pairs(one: Mapping[Any, Hashable], other: Mapping[Any, Hashable]) -> tuple[int, int, int]:
    """How many pairs are in one group in both, in the first, in the second."""
    cells = Counter((one[thing], other[thing]) for thing in one)
    return tuple(  # type: ignore[return-value]
        sum(comb(size, 2) for size in sizes.values())
        for sizes in (cells, Counter(one.values()), Counter(other.values()))
    )

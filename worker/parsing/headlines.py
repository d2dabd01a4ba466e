"""Which line of a copied page is its headline.

Menus, teasers, headline, byline, body and comments all come as lines of text. Each line that can be a headline is
scored by what stands in it, around it and in the page's address; the highest score wins. The weights come from a
multinomial fit over 453 pages with a known headline, one half fitted, the other measured (0.81 and 0.86 exact; without
an address 0.72 and 0.71), rounded; decision 0075 says how to fit them again.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from worker.parsing.bylines import name_alone, printed_byline
from worker.parsing.copylines import DATE_LINE_CHARS_MAX, dated, is_ago, is_noise
from worker.parsing.givennames import is_known_name
from worker.parsing.shape import is_prose
from worker.parsing.slugs import slug_overlap
from worker.parsing.text import comparable

HEADLINE_CHARS_MIN: Final = 4
HEADLINE_CHARS_MAX: Final = 220
BYLINE_CHARS_MAX: Final = 120
LINES_READ_MAX: Final = 5_000
PROSE_CHARS_COUNTED: Final = 600
"""A paragraph counts for so much at most: a legal notice in one line is no article."""
RUN_LINES: Final = 120
RUN_GAP: Final = 15
"""So many short lines more than the prose makes up for, and a run of prose is over."""
TOLD_LINES: Final = 60
BODY_CHARS_READ: Final = 60_000
STEM_CHARS: Final = 6
ABOVE_LINES: Final = 6
DAY_AND_CLOCK_CHARS_MAX: Final = 60
_DAY_AND_CLOCK: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}\.?\s(?:de\s)?[^\W\d_]{3,12}\.?|[^\W\d_]{3,12}\.?\s\d{1,2}),?\s"
    r"(?:(?:at|um|à|a las|kl\.?|om|klo)\s)?\d{1,2}[:.]\d\d(?!\d)"
)
"""A day without its year: it marks the place of a date and gives none."""
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_WIDE: Final = re.compile("[가-힣ぁ-んァ-ヶ一-龥]")
_WIDE_CHARS_A_WORD: Final = 3

_WEIGHTS: Final = {
    "slug_match": 1.9,
    "slug_held": 1.9,
    "told_often": 1.2,
    "told_below": 0.9,
    "few_words": -1.0,
    "some_words": 1.2,
    "many_words": 0.7,
    "too_many_words": -0.5,
    "full_stop": -0.6,
    "repeated": 0.5,
    "prose_next": 0.9,
    "prose_near": 0.3,
    "prose_far": -0.5,
    "prose_below": 0.4,
    "share_below": 0.45,
    "date_below": 1.7,
    "date_above": 0.4,
    "byline_below": 0.8,
    "prose_above": -0.8,
    "menu_above": 0.5,
    "after_prose": -1.4,
    "is_prose": -0.6,
    "position": -0.5,
}
_WORD_COUNTS: Final = ((2.5, "few_words"), (7, None), (14, "some_words"), (20, "many_words"))
"""Up to how many words a line has which trait; more are ``too_many_words``."""


@dataclass(frozen=True, kw_only=True)
class PageLines:
    """What is known of each line. ``mass`` is the prose in it, in lines of 60 characters."""

    lines: Sequence[str]
    prose: Sequence[bool]
    mass: Sequence[float]
    times: Sequence[bool]
    bylines: Sequence[bool]


def page_lines(lines: Sequence[str]) -> PageLines:
    lines = lines[:LINES_READ_MAX]
    prose = [is_prose(line) for line in lines]
    return PageLines(
        lines=lines,
        prose=prose,
        mass=[
            min(len(line), PROSE_CHARS_COUNTED) / 60 if told else 0.0 for line, told in zip(lines, prose, strict=True)
        ],
        times=[not told and states_time(line) for line, told in zip(lines, prose, strict=True)],
        bylines=[
            not told and len(line) <= BYLINE_CHARS_MAX and (printed_byline(line) is not None or _is_name(line))
            for line, told in zip(lines, prose, strict=True)
        ],
    )


def _is_name(line: str) -> bool:
    """One person's name that a given name tells."""
    return is_known_name(line) and name_alone(line) is not None


def states_time(line: str) -> bool:
    """A line about a time, be it a date, ``March 18 at 3:57 PM`` or ``2 hours ago``."""
    if len(line) > DATE_LINE_CHARS_MAX or not any(char.isdigit() for char in line):
        return False
    if len(line) <= DAY_AND_CLOCK_CHARS_MAX and _DAY_AND_CLOCK.search(line):
        return True
    return is_ago(line) or bool(dated(line, day_first=True))


def headline_index(
    page: PageLines, slug: frozenset[str] = frozenset(), *, among: Sequence[int] | None = None
) -> int | None:
    """The line that scores highest; None where no line can be a headline.

    ``slug``: the words of the page's address. ``among``: the only lines to choose from (a stated title's).
    """
    told = _Told(page)
    repeats = Counter(comparable(line) for line in page.lines if len(line) <= HEADLINE_CHARS_MAX)
    first_prose = next((index for index, prose in enumerate(page.prose) if prose), len(page.lines))
    best, best_score = None, -math.inf
    for index in _candidates(page) if among is None else among:
        line = page.lines[index]
        traits = {**_own_traits(line, slug), **_around(page, index), **told.traits(index)}
        words = _words(line)
        traits["repeated"] = words >= 4 and repeats[comparable(line)] > 1
        traits["after_prose"] = first_prose < index - 2
        score = sum(_WEIGHTS[name] * value for name, value in traits.items())
        if score > best_score:
            best, best_score = index, score
    return best


def _candidates(page: PageLines) -> Iterator[int]:
    for index, line in enumerate(page.lines):
        if not HEADLINE_CHARS_MIN <= len(line) <= HEADLINE_CHARS_MAX or page.times[index]:
            continue
        if page.bylines[index] and not _is_name(line):
            continue
        if any(char.isalpha() for char in line) and not is_noise(line):
            yield index


def _own_traits(line: str, slug: frozenset[str]) -> dict[str, float]:
    match, held = slug_overlap(line, slug)
    traits = {"slug_match": match, "slug_held": held, "full_stop": float(line.endswith("."))}
    words = _words(line)
    trait = next((name for limit, name in _WORD_COUNTS if words < limit), "too_many_words")
    return {**traits, trait: 1.0} if trait else traits


def _words(line: str) -> float:
    return len(line) / _WIDE_CHARS_A_WORD if _WIDE.search(line) else len(line.split())


def _around(page: PageLines, index: int) -> dict[str, float]:
    total = sum(page.mass) or 1.0
    first, below = _run_below(page, index)
    distance = first - index if first is not None else RUN_LINES
    above = range(max(0, index - ABOVE_LINES), index)
    return {
        "prose_next": distance <= 3,
        "prose_near": 3 < distance <= 8,
        "prose_far": distance > 25,
        "prose_below": math.log1p(below),
        "share_below": below / total,
        "date_below": any(page.times[index + 1 : index + 5]),
        "date_above": any(page.times[max(0, index - 3) : index]),
        "byline_below": any(page.bylines[index + 1 : index + 7]),
        "prose_above": math.log1p(sum(page.mass[above.start : above.stop])),
        "menu_above": sum(len(page.lines[at]) < 30 for at in above[-5:]) / 5,
        "is_prose": page.prose[index],
        "position": index / len(page.lines),
    }


def _run_below(page: PageLines, index: int) -> tuple[int | None, float]:
    """The first line of prose below, and how much prose follows until menus outweigh it."""
    first, best, running = None, 0.0, 0.0
    for at in range(index + 1, min(len(page.lines), index + RUN_LINES)):
        if page.prose[at]:
            first = at if first is None else first
            running += page.mass[at]
            best = max(best, running)
        elif first is not None:
            running -= 1
            if running < best - RUN_GAP:
                break
    return first, best


class _Told:
    """How often the words of a line come back in the page's prose, and whether just below the line."""

    def __init__(self, page: PageLines) -> None:
        self._lines = page.lines
        self._places: dict[str, list[int]] = defaultdict(list)
        read = 0
        for index, line in enumerate(page.lines):
            if page.prose[index] and read < BODY_CHARS_READ:
                read += len(line)
                for stem in _stems(line):
                    self._places[stem].append(index)

    def traits(self, index: int) -> dict[str, float]:
        stems = set(_stems(self._lines[index]))
        if not stems:
            return {}
        places = [self._places.get(stem, []) for stem in stems]
        below = sum(bisect_right(found, index + TOLD_LINES) > bisect_right(found, index) for found in places)
        return {
            "told_often": sum(math.log1p(len(found)) for found in places) / len(stems),
            "told_below": below / len(stems),
        }


def _stems(line: str) -> list[str]:
    return [word[:STEM_CHARS] for word in _WORD.findall(line[:PROSE_CHARS_COUNTED].casefold())]
